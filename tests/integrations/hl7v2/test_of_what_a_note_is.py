"""A note is told with what it is of, and a question that is called so goes before one that is not."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import read, referral, result

BOARD = "OBR|1|A1||MDO^MDO oncologie^L"


@pytest.mark.parametrize(
    ("segment", "label", "text"),
    [
        ("SPM|1|||T^Weefsel", "Materiaal", "Weefsel\nLinks, kwadrant 3"),
        ("RXE|1|D1^Dexamethason|4||mg", "Voorgeschreven", "Dexamethason; 4; mg\nLinks, kwadrant 3"),
    ],
)
def test_a_note_behind_a_specimen_or_a_drug_is_of_that(segment: str, label: str, text: str) -> None:
    facts = [(fact.label, fact.text) for fact in referral("ORC|NW|R1", segment, "NTE|1||Links, kwadrant 3").facts]
    assert (label, text) in facts
    assert ("", "Links, kwadrant 3") not in facts


def test_so_it_is_beside_a_result() -> None:
    found = result("OBR|1||T1|PA^Histologie", "OBX|1|FT|C^Conclusie||Carcinoom||||||F", "SPM|1|||T^Weefsel", "NTE|1||Links")
    assert ("Materiaal", "Weefsel\nLinks") in [(fact.label, fact.text) for fact in found.facts]


def test_one_with_a_name_of_its_own_stands_under_that() -> None:
    facts = [(fact.label, fact.text) for fact in referral("SPM|1|||T^Weefsel", "NTE|1||Geen|K^Comorbiditeit").facts]
    assert ("Materiaal", "Weefsel") in facts and ("Comorbiditeit", "Geen") in facts


def test_a_letter_behind_the_last_specimen_of_a_referral_is_no_part_of_it() -> None:
    found = read(
        "REF^I12",
        "RF1||R|MDO^MDO long",
        "OBX|1|FT|V^Vraagstelling||Opereren?",
        "SPM|1|||T^Weefsel",
        "NTE|1||Geachte collega, zij is 64",
    )
    assert isinstance(found, IncomingReferral)
    assert ("", "Geachte collega, zij is 64") in [(fact.label, fact.text) for fact in found.facts]


def test_a_note_that_asks_for_something_does_not_go_before_a_field_that_is_called_the_question() -> None:
    """`Graag deze week` behind the ORC, and `Vraagstelling: …` among the clinical information."""
    found = read("ORM^O01", "ORC|NW|A1", "NTE|1||Graag deze week.", f"{BOARD}{'|' * 9}64 jaar~Vraagstelling: neoadjuvant?")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "neoadjuvant?"
    assert [fact.text for fact in found.facts if fact.text in ("Graag deze week.", "64 jaar")] == ["Graag deze week.", "64 jaar"]


def test_an_observation_that_is_the_question_still_goes_before_such_a_field() -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"{BOARD}{'|' * 9}Vraagstelling: zie boven", "OBX|1|FT|V^Vraagstelling||Opereren?")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Opereren?"


@pytest.mark.parametrize(
    "own",
    [
        "ZMD|1|Vraagstelling|Opereren of bestralen?|20260301",
        "ZMD|1|Long|Vraagstelling: Opereren of bestralen?",
        "ZVR|K^Klinische gegevens: COPD|V^Vraag aan MDO^L|^Opereren of bestralen?",
    ],
)
def test_a_question_is_found_by_its_name_in_a_segment_of_the_senders_own(own: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"{BOARD}{'|' * 9}64 jaar, COPD", own)
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Opereren of bestralen?"
    assert "64 jaar, COPD" in [fact.text for fact in found.facts]
    assert own[:3] in found.unmapped


@pytest.mark.parametrize("own", ["ZMD|1|Datum vraagstelling|20260301", "ZMD|1|Antwoord op vraagstelling|Opereren", "ZPI|1|eigen"])
def test_what_is_no_question_there_asks_nothing(own: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"{BOARD}{'|' * 9}64 jaar, COPD", own)
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "64 jaar, COPD"


@pytest.mark.parametrize(
    "own", ["ZAN|1|Vraagstelling|4821|Open", "ZRX|1|Vraag|N|Ja", "ZQA|1|Vraag|Gebruikt u bloedverdunners?|Ja"]
)
def test_a_number_a_tick_or_a_line_of_a_list_there_is_no_question(own: str) -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"{BOARD}{'|' * 9}Graag advies adjuvant", own)
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Graag advies adjuvant"


def test_what_a_scan_was_to_answer_is_no_question_to_the_board() -> None:
    """A segment of the sender's own under the result of that scan."""
    scan = (f"OBR|1|B1||CT^CT thorax^L|||20260301{'|' * 18}F", "ZVR|1|Vraagstelling|Recidief longcarcinoom?")
    found = read("REF^I12", "RF1||R|MDO^MDO long", *scan, "OBX|1|FT|C^Conclusie||Geen recidief||||||F")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == ""


@pytest.mark.parametrize("answer", ["Antwoord", "Advies MDO", "Beleid"])
def test_a_question_with_its_answer_behind_it_was_put_to_a_board_of_before(answer: str) -> None:
    before = f"Vorig MDO. Vraagstelling: operabel? {answer}: lobectomie"
    found = read("ORM^O01", "ORC|NW|A1", f"{BOARD}{'|' * 9}{before}", "NTE|1||Nu pT2N1. Adjuvante immunotherapie?")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Nu pT2N1. Adjuvante immunotherapie?"
    assert before in [fact.text for fact in found.facts]
