"""How soon a patient is to be discussed, by the names that forms give it."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral

ASKS = "OBX|9|TX|V^Vraagstelling||Opereren?||||||F"


def urgency(name: str, value: str) -> str:
    return referral(f"OBX|1|ST|U1^{name}||{value}||||||F", ASKS).urgency


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Urgentie", "Spoed", "urgent"), ("Urgentie", "Regulier", "routine"), ("Prioriteit", "Spoed", "urgent"),
        ("Prioriteit", "Hoog", "Hoog"), ("Urgent?", "Nee", "routine"), ("Is dit een spoedaanmelding?", "Ja", "urgent"),
        ("Mate van spoed", "Spoed", "urgent"),
    ],
)  # fmt: skip
def test_a_form_says_how_urgent_it_is(name: str, value: str, said: str) -> None:
    assert urgency(name, value) == said


@pytest.mark.parametrize("value", ["Ja", "Nee", "sinds 3 weken", "+"])
def test_urgency_of_the_bladder_is_a_complaint(value: str) -> None:
    found = referral(f"OBX|1|ST|U1^Urgentie||{value}||||||F", ASKS)
    assert (found.urgency, labelled(found)["Urgentie"]) == ("", value)


@pytest.mark.parametrize(
    "name",
    ["Uiterste bespreekdatum", "Bespreken vóór", "Te bespreken voor", "Bespreken uiterlijk", "Deadline", "Uiterste MDO-datum"],
)
def test_until_when_it_is_useful(name: str) -> None:
    found = referral(f"OBX|1|DT|D1^{name}||20261112||||||F", ASKS)
    assert (found.latest_useful_on, found.question_board) == (date(2026, 11, 12), "Opereren?")


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ("Cito", "urgent"),
        ("z.s.m.", "urgent"),
        ("Dringend", "urgent"),
        ("Acuut", "asap"),
        ("Geen spoed", "routine"),
        ("Electief", "routine"),
        ("Binnen 1 week", "Binnen 1 week"),
    ],
)
def test_how_soon_in_the_words_of_a_clinic_is_that(said: str, urgency: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"TQ1|1||||||||{said}", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert found.urgency == urgency
