"""Rows of a case found by what they are called: only what is of the same section, label and day, in the order in which they stand."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.domain.case import CaseFact
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.dossier.told_index import Index, Standing

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
PSA = Fact(Section.MARKER, "4,1", label="PSA", dated_on=DAY)


def row(fact: Fact) -> CaseFact:
    return CaseFact(
        section=fact.section, text=fact.text, label=fact.label, dated_on=fact.dated_on, code=fact.code, source_key=fact.key
    )


OTHERS = {
    "another section": Fact(Section.PATHOLOGY, "4,1", label="PSA", dated_on=DAY),
    "another label": Fact(Section.MARKER, "4,1", label="Hb", dated_on=DAY),
    "another day": Fact(Section.MARKER, "4,1", label="PSA", dated_on=NEXT),
    "no day": Fact(Section.MARKER, "4,1", label="PSA"),
}


@pytest.mark.parametrize("which", OTHERS)
def test_the_same_words_about_something_else_are_something_else(which: str) -> None:
    other = row(OTHERS[which])

    assert (list(Index([other], [other]).labelled(PSA)), Standing([other]).alike(PSA)) == ([], [])


def test_what_has_no_label_is_the_same_where_it_says_the_same_and_is_never_corrected_by_its_label() -> None:
    told, other = (Fact(Section.COURSE, text) for text in ("valt af", "eet weer"))
    rows = [row(other), row(told)]

    assert (list(Index(rows, rows).labelled(told)), Standing(rows).alike(told)) == ([], [rows[1]])


def test_they_come_in_the_order_in_which_they_stand() -> None:
    rows = [row(Fact(Section.MARKER, text, label="PSA", dated_on=DAY)) for text in ("9,9", "4,1", "7,0")]

    assert (list(Index(rows, rows).labelled(PSA)), Standing(rows).alike(PSA)) == (rows, rows)


def test_of_a_patient_with_two_allergies_each_is_itself() -> None:
    """By its code, or by how its words begin, up to what is said of it."""
    penicillin, pollen = (
        row(Fact(Section.OTHER, text, label="Allergie", code=code)) for text, code in (("Penicilline", "1"), ("Pollen", "2"))
    )
    stands = Standing([pollen, penicillin])

    told = [
        Fact(Section.OTHER, text, label="Allergie", code=code)
        for text, code in (("Penicilline (weerlegd)", ""), ("PCN", "1"), ("Noten", "3"))
    ]

    assert [stands.alike(one) for one in told] == [[penicillin], [penicillin], []]


def test_under_a_name_stands_what_was_ever_told_and_what_of_that_holds() -> None:
    over, holds = (row(Fact(Section.MARKER, text, label="PSA", key="L-1")) for text in ("3,0", "4,1"))
    index = Index([over, holds], [holds])

    assert (index.ever("L-1"), index.under("L-1"), list(index.ever("L-2")), list(index.under("L-2"))) == (
        [over, holds],
        [holds],
        [],
        [],
    )


def test_a_row_that_is_given_a_name_is_found_under_it_from_then_on() -> None:
    nameless = row(PSA)
    index = Index([nameless], [nameless])

    index.name(nameless, "L-1")

    assert (nameless.source_key, index.ever("L-1"), index.under("L-1")) == ("L-1", [nameless], [nameless])
