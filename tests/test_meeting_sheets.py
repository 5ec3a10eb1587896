"""What a meeting lays on the table: its agenda, and a sheet for each case."""

from __future__ import annotations

from dataclasses import replace

from mdo_portal.letters.letter_meeting import CaseHandout, HandoutFact
from mdo_portal.letters.letters import render
from tests import letter_samples as samples
from tests import paper_samples as papers
from tests import pdf_text


def long_case() -> CaseHandout:
    facts = [HandoutFact(s, f"{n}: regel met bevindingen van het onderzoek", "CT") for n in range(9) for s in ("imaging", "wish")]
    return replace(papers.CASE, facts=(*papers.FACTS, *facts))


def test_an_agenda_carries_initials_and_year_only() -> None:
    text = pdf_text.whole(render("agenda", papers.AGENDA.as_json(), at=samples.AT))
    assert "W.J.·1957" in pdf_text.joined(text)
    assert "Duijnhoven" not in text


def test_a_case_on_an_agenda_of_many_pages_stands_on_one_of_them() -> None:
    """Half of its question stood overleaf; one that fills more than a page goes on there."""
    first = papers.AGENDA.blocks[0].items[0]
    items = tuple(replace(first, question=f"Begin{n}. " + "Wat nu? " * 60 + f"Einde{n}.", number="") for n in range(12))
    long = replace(first, question="Begin12.\n" + "Wat?\n" * 90 + "Einde12.", number="")
    made = replace(papers.AGENDA, blocks=(replace(papers.AGENDA.blocks[0], items=(*items, long)),), listed=())

    pages = pdf_text.pages(render("agenda", made.as_json(), at=samples.AT))

    split = [n for n in range(13) for page in pages if (f"Begin{n}." in page) != (f"Einde{n}." in page)]
    assert split == [12, 12]


def test_a_letter_that_was_pasted_in_as_a_question_takes_no_half_page_of_the_agenda() -> None:
    """1,900 letters stood there whole, and who looks it over found the next patient overleaf. A question of usual length is whole."""
    first = papers.AGENDA.blocks[0].items[0]
    usual, pasted = "Operatie of bestraling? " * 24 + "Slot1.", "Operatie of bestraling? " * 79 + "Slot2."
    items = (replace(first, question=usual), replace(first, question=pasted))
    made = replace(papers.AGENDA, blocks=(replace(papers.AGENDA.blocks[0], items=items),), listed=())

    text = pdf_text.whole(render("agenda", made.as_json(), at=samples.AT))

    assert ("Slot1." in text, "Slot2." in text) == (True, False)
    assert text.count("ingekort") == 1 and pdf_text.joined("de hele vraag staat bij de casus") in pdf_text.joined(text)


def test_a_full_case_takes_smaller_type_before_a_second_page() -> None:
    assert len(pdf_text.pages(render("case", papers.CASE.as_json(), at=samples.AT))) == 1
    assert len(pdf_text.pages(render("case", long_case().as_json(), at=samples.AT))) == 1


def test_a_fact_of_an_unknown_section_is_still_on_the_handout() -> None:
    case = replace(papers.CASE, facts=(HandoutFact("genetics", "BRCA2-variant"),))
    assert "BRCA2-variant" in pdf_text.whole(render("case", case.as_json(), at=samples.AT))
