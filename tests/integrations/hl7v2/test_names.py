"""Initials are initials and a name is a name: as Dutch hospitals print them, and nothing is cut into letters that is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.sending.outgoing import compose
from integrations.hl7v2.text.er7 import Message
from mdo_portal.exchange import PatientChange, PersonName, dotted, initials_of

from .samples import DECISION, NOW, address

HEADER = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08|M1|P|2.5"


def named(xpn: str) -> PersonName:
    found = Hl7Reader().read(f"{HEADER}\rPID|1||71^^^ZEED^PI||{xpn}||19600101|F\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found.patient.name


@pytest.mark.parametrize(
    ("xpn", "shown"),
    [
        ("Giessen^J^P", "J.P. Giessen"),
        ("Giessen^J.P.", "J.P. Giessen"),
        ("Giessen^J. P.", "J.P. Giessen"),
        ("Giessen^JPM", "J.P.M. Giessen"),
        ("Giessen^J^L M G", "J.L.M.G. Giessen"),
        ("Giessen^J^L.M.G.", "J.L.M.G. Giessen"),
        ("Giessen^J.Th.M.", "J.Th.M. Giessen"),
        ("Giessen^Chr.^J", "Chr.J. Giessen"),
        ("Giessen^^J.P.", "J.P. Giessen"),
        ("Giessen^^JP", "J.P. Giessen"),
        ("GIESSEN^JAM", "J.A.M. GIESSEN"),
        ("GIESSEN^AJM", "A.J.M. GIESSEN"),
        ("GIESSEN^J.A.N.", "J.A.N. GIESSEN"),
        ("GIESSEN^J A N", "J.A.N. GIESSEN"),
    ],
)
def test_initials_are_shown_with_their_dots(xpn: str, shown: str) -> None:
    assert named(xpn).shown == shown


@pytest.mark.parametrize(
    ("xpn", "shown"),
    [
        ("Giessen^Jan Piet", "Jan Piet Giessen"),
        ("Giessen^Jan^P", "Jan P Giessen"),
        ("Giessen^Jan P.", "Jan P. Giessen"),
        ("Giessen^J^Pieter", "J Pieter Giessen"),
        ("Giessen^ANK^MARIE", "ANK MARIE Giessen"),
        ("GIESSEN^J^PIETER", "J PIETER GIESSEN"),
        ("Giessen^^Jan", "Jan Giessen"),
        ("GIESSEN^ANNA^ANNA MARIA", "ANNA MARIA GIESSEN"),
        ("Giessen^Jan^Janneke", "Jan Janneke Giessen"),
        ("GIESSEN^ANS", "ANS GIESSEN"),
        ("GIESSEN^JAN^P", "JAN P GIESSEN"),
        ("Giessen^WIM", "WIM Giessen"),
        ("Giessen^^ELS", "ELS Giessen"),
    ],
)
def test_a_name_is_never_cut_into_letters(xpn: str, shown: str) -> None:
    assert named(xpn).shown == shown


@pytest.mark.parametrize(
    ("stored", "each"),
    [("JP", ["J", "P"]), ("JThM", ["J", "Th", "M"]), ("jp", ["j", "p"]), ("J.P.", ["J", "P"]), ("ÉA", ["É", "A"]), ("", [])],
)
def test_an_initial_of_two_letters_is_one_initial(stored: str, each: list[str]) -> None:
    assert initials_of(stored) == each
    assert dotted(stored) == "".join(f"{one}." for one in each)


def test_what_goes_out_has_the_first_initial_whole_and_the_others_beside_it() -> None:
    patient = replace(DECISION.patient, name=replace(DECISION.patient.name, initials="ThJM", given=""))
    sent = Message.parse(compose(replace(DECISION, patient=patient), address("hix"), now=NOW))
    assert (sent.get("PID-5-2"), sent.get("PID-5-3")) == ("Th", "JM")


@pytest.mark.parametrize("written", ["Vries, de", "Vries,de", "Vries de", "VRIES, DE"])
def test_a_prefix_behind_the_surname_stands_before_it(written: str) -> None:
    found = named(f"{written}^A")

    assert found.shown.casefold() == "a. de vries"
    assert (found.own_prefix.casefold(), found.own_family.casefold()) == ("de", "vries")


@pytest.mark.parametrize("written", ["Tran Le", "Silva, Da Costa", "Vries-de Boer", "de Vries", "VRIES DE", "Vries, A. de"])
def test_what_may_be_another_name_stays_as_it_was_sent(written: str) -> None:
    assert named(f"{written}^A").shown == f"A. {written}"


def test_a_null_with_blanks_around_it_is_no_part_of_a_name() -> None:
    assert named('Giessen^Johanna^ "" ^^""').shown == "Johanna Giessen"
