"""A board among other orders of one message: what is asked of the radiologist is neither its question nor its urgency."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read


def ordered(*lines: str, kind: str = "ORM^O01") -> IncomingReferral:
    found = read(kind, *lines)
    assert isinstance(found, IncomingReferral)
    return found


def obr(number: str, name: str, reason: str = "", priority: str = "") -> str:
    return f"OBR|1|{number}||{name}|{priority}||20260301" + "|" * 24 + reason


SCAN = obr("A1", "CTABD^CT abdomen^L", "Levermetastasen?", "R")
BOARD = obr("A2", "MDO^MDO oncologie^L", "Chemo of operatie?")


def test_the_question_and_the_urgency_are_those_of_the_board_wherever_its_order_stands() -> None:
    found = ordered(
        "ORC|NW|A1||G1", "TQ1|1|||||||20270101|R", SCAN, "ORC|NW|A2||G1", "TQ1|1|||||||20260309|S^Stat^HL70485", BOARD
    )
    assert (found.board_hint, found.question_board, found.urgency) == ("MDO oncologie", "Chemo of operatie?", "asap")
    assert (found.latest_useful_on, found.number) == (date(2026, 3, 9), "G1")
    assert labelled(found)["Reden van onderzoek (CT abdomen)"] == "Levermetastasen?"


@pytest.mark.parametrize("timing", ["TQ1|1|||||||20270101|R", "NTE|1||geen"])
def test_what_the_board_s_order_does_not_say_is_not_taken_from_another(timing: str) -> None:
    found = ordered("ORC|NW|A2", obr("A2", "MDO^MDO oncologie^L"), "ORC|NW|A1|||||^^^^^R", timing, SCAN)
    assert (found.board_hint, found.question_board, found.urgency, found.latest_useful_on) == ("MDO oncologie", "", "", None)
    assert found.number == "A2"


def test_a_priority_in_an_order_of_before_2_5_is_that_of_its_own_order() -> None:
    found = ordered("ORC|NW|A1|||||^^^^^R", SCAN, "ORC|NW|A2|||||^^^20260302^20260309^S", obr("A2", "MDO^MDO^L", "Chemo?"))
    assert (found.urgency, found.latest_useful_on, found.number) == ("asap", date(2026, 3, 9), "A2")


def test_timing_behind_an_order_or_a_drug_is_of_that_order_or_drug() -> None:
    found = ordered(
        "ORC|NW|A2", obr("A2", "MDO^MDO^L", "Chemo?"), "TQ1|1||||||||A", "ORC|NW|A3", "RXO|T^Tamoxifen", "TQ1|1||||||||R",
        "ORC|NW|A1", SCAN, kind="OMG^O19",
    )  # fmt: skip
    assert found.urgency == "urgent"


def test_notes_and_answers_under_another_order_are_no_question_to_the_board() -> None:
    under_scan = ("NTE|1||Nuchter komen", "OBX|1|ST|75325-1^Klinische vraag^L||Galwegen?")
    under_board = ("NTE|1||Graag deze week", "OBX|2|ST|75325-1^Klinische vraag^L||Resectabel?")
    found = ordered("ORC|NW|A1", obr("A1", "MRI^MRI lever^L"), *under_scan, "ORC|NW|A2", obr("A2", "MDO^MDO^L"), *under_board)
    assert found.question_board == "Resectabel?"
    assert (labelled(found)["Klinische vraag (MRI lever)"], labelled(found)["MRI lever"]) == ("Galwegen?", "Nuchter komen")


def test_notes_of_the_board_s_order_alone_are_the_question() -> None:
    found = ordered("OBR|1|A1||MRI^MRI^L", "NTE|1||Nuchter komen", "OBR|2|A2||MDO^MDO^L", "NTE|1||Resectabel?")
    assert found.question_board == "Resectabel?"


def test_a_question_under_another_order_counts_where_the_board_s_own_has_none() -> None:
    found = ordered(
        "OBR|1|A1||INF^Aanvullende informatie^L", "OBX|1|ST|VRAAG^Vraagstelling^L||Resectabel?", "OBR|2|A2||MDO^MDO^L"
    )
    assert found.question_board == "Resectabel?"


def test_the_diagnosis_of_another_order_does_not_say_what_the_board_is_about() -> None:
    found = ordered(
        "OBR|1|A1||XT^X-thorax^L", "DG1|1||J18^Pneumonie^I10|||W", "OBR|2|A2||MDO^MDO^L", "DG1|1||C50^Mammacarcinoom^I10|||F"
    )
    assert found.tumour_hint == "Mammacarcinoom"


def test_who_asks_is_who_asks_the_board() -> None:
    by = "ORC|NW|{}||||||||||{}^{}"
    found = ordered(by.format("A1", "01", "Zaal"), SCAN, by.format("A2", "02", "Oncoloog"), BOARD)
    assert found.referrer.name == "Oncoloog"


def test_a_board_that_is_taken_back_beside_another_gives_the_other_its_place() -> None:
    found = ordered("ORC|CA|A1", obr("A1", "MDO^MDO long^L", "Oud?"), "ORC|NW|A2", obr("A2", "MDO^MDO oncologie^L", "Nieuw?"))
    assert (found.board_hint, found.question_board, found.number, found.cancelled) == ("MDO oncologie", "Nieuw?", "A2", False)


def test_the_report_of_a_board_is_not_the_order_for_one() -> None:
    found = ordered("OBR|1|A1||MDV^MDO-verslag^L", "OBX|1|TX|X^Verslag||Oud advies", obr("A2", "MDO^MDO oncologie^L", "Nieuw?"))
    assert (found.board_hint, found.question_board) == ("MDO oncologie", "Nieuw?")


@pytest.mark.parametrize("code", ["UC", "UD"])
def test_an_order_that_could_not_be_cancelled_stands(code: str) -> None:
    """The filler's answer: ORC-5 says what was asked of it, and the patient is still to be discussed."""
    assert not ordered(f"ORC|{code}|A2|||CA", BOARD).cancelled
    assert ordered("ORC|CA|A2|||CA", BOARD).cancelled and ordered("ORC|SC|A2|||CA", BOARD).cancelled
