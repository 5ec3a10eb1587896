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


FORM = (
    "Naam: J. Giessen\\.br\\{}\\.br\\Vraagstelling: opereren?\\.br\\Wens: geen stoma",
    "Casus: longca.\\.br\\\\.br\\Vraag: opereren?\\.br\\\\.br\\{}\\.br\\Casemanager: M. Bakker",
)


def forms(line: str) -> list[IncomingReferral]:
    """The form as one text, as notes, and as the lines of a text."""
    told = [one.format(line) for one in FORM]
    letters = [referral(f"OBX|1|FT|F^Aanmeldformulier^L||{one}||||||F") for one in told]
    notes = [referral(*(f"NTE|1||{part}" for part in one.split("\\.br\\") if part)) for one in told]
    as_lines = [
        referral(*(f"OBX|{n}|TX|F^Aanmeldformulier^L||{part}" for n, part in enumerate(one.split("\\.br\\"), start=1)))
        for one in told
    ]
    return [*letters, *notes, *as_lines]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Urgentie: spoed", "urgent"), ("Spoed: nee", "routine"), ("Prioriteit: Regulier.", "routine"), ("Spoed: z.s.m.", "urgent"),
        ("Urgentie: ja", ""), ("Spoed: liefst voor haar vakantie", ""), ("Urgentie: sinds drie weken", ""),
    ],
)  # fmt: skip
def test_a_form_that_is_one_text_says_how_urgent_it_is_where_a_word_for_that_stands_there(line: str, said: str) -> None:
    assert {(one.urgency, one.question_board) for one in forms(line)} == {(said, "opereren?")}


@pytest.mark.parametrize(
    "line", ["Uiterlijk bespreken: 12-11-2026", "Te bespreken vóór: 12-11-2026", "Laatst nuttige datum: 20261112"]
)
def test_and_until_when_it_is_useful(line: str) -> None:
    assert {one.latest_useful_on for one in forms(line)} == {date(2026, 11, 12)}


def test_what_a_field_says_goes_before_a_form_and_a_letter_keeps_its_words() -> None:
    said = referral("OBX|1|ST|U1^Spoed||Nee||||||F", "OBX|2|FT|F^Aanmeldformulier^L||Spoed: ja\\.br\\Vraag: opereren?||||||F")
    assert said.urgency == "routine"
    assert labelled(said)["Aanmeldformulier"] == "Spoed: ja\nVraag: opereren?"


def test_what_a_report_beside_the_referral_says_of_an_urgency_is_not_its_own() -> None:
    report = ("OBR|2|B1||CT^CT thorax^L", "OBX|1|FT|CT^CT thorax^L||Spoed: ja\\.br\\Uiterlijk bespreken: 12-11-2026||||||F")
    said = referral("NTE|1||Vraag: opereren?", *report)
    assert (said.urgency, said.latest_useful_on) == ("", None)


@pytest.mark.parametrize("above", ["Bezoek SEH 2-2-2026:", "Triage bij binnenkomst:", "Verslag spoedeisende hulp:"])
def test_the_urgency_of_a_triage_that_a_letter_tells_of_is_none_of_the_referral(above: str) -> None:
    triage = referral(f"OBX|1|FT|F^Verwijsbrief^L||{above}\\.br\\Urgentie: Acuut\\.br\\Vraag: opereren?||||||F")
    its_own = referral(f"OBX|1|FT|F^Verwijsbrief^L||{above}\\.br\\Urgentie: Acuut\\.br\\Spoed: nee\\.br\\Vraag: opereren?||||||F")
    assert (triage.urgency, its_own.urgency) == ("", "routine")
