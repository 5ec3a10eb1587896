"""Somebody who is named where words belong, as many do who are a field too early: nobody is a reason, and nobody vanishes."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral, result

DOCTOR = "40004^Roos^Pieter^^^dr."


def after(field: int, what: str) -> str:
    """An OBR with this in one field and nothing else behind its name."""
    return f"OBR|1||F1|CH^Chemie{'|' * (field - 4)}{what}"


@pytest.mark.parametrize("field", [13, 14, 31])
@pytest.mark.parametrize("written", [DOCTOR, "444-44-4444^ROOS^PIETER P^^^^MD"])
def test_a_person_is_neither_a_reason_nor_clinical_information(field: int, written: str) -> None:
    found = result(after(field, written), "OBX|1|NM|A^ALAT^L||85|U/L||||||F")
    assert set(labelled(found)) == {"Aangevraagd", "ALAT"}


@pytest.mark.parametrize("field", [13, 14, 31])
def test_who_is_named_there_is_told_beside_what_was_ordered(field: int) -> None:
    found = result(after(field, DOCTOR), "OBX|1|NM|A^ALAT^L||85|U/L||||||F")
    assert labelled(found)["Aangevraagd"] == "Chemie; dr. Pieter Roos (40004)"


def test_who_stands_elsewhere_in_the_message_is_a_person_without_a_title_too() -> None:
    found = result("PV1|1|O|||||881^Linde^Anna", after(31, "881^Linde^Anna"), "OBX|1|NM|A^ALAT^L||85|U/L||||||F")
    assert labelled(found)["Aangevraagd"] == "Chemie; Anna Linde (881)"


def test_a_person_is_no_question_to_the_board() -> None:
    found = referral("OBR|2|A2||CT^CT thorax")
    asked = read(
        "ORM^O01",
        "ORC|NW|A1||G1||||||||881^Linde^Anna",
        f"OBR|1|A1||MDO^MDO oncologie^L{'|' * 9}Verdenking recidief{'|' * 18}881^Linde^Anna^^^drs.",
    )
    assert found.question_board == ""
    assert getattr(asked, "question_board", "") == "Verdenking recidief"


@pytest.mark.parametrize(
    "reason", ["123^Controle na operatie^HIX", "Z08.0^Nacontrole^ICD10", "1234-5^Nacontrole^L^77^Controle^LN"]
)
def test_a_coded_reason_is_nobody(reason: str) -> None:
    found = result(after(31, reason), "OBX|1|NM|A^ALAT^L||85|U/L||||||F")
    assert labelled(found)["Reden van onderzoek"] == reason.split("^")[1]


def test_a_moment_judged_nothing() -> None:
    """OBR-32 as the standard has it: who, from when, until when (NDL)."""
    found = result(after(32, "40^20260614112732"), "OBX|1|NM|A^ALAT^L||85|U/L||||||F")
    assert labelled(found)["Aangevraagd"] == "Chemie; beoordeeld door: 40"


@pytest.mark.parametrize("written", ["881^Linde, A.^A.", "881^Linde, A.^A. ", "881^Linde, Anna^Anna"])
def test_initials_behind_the_surname_are_not_said_twice(written: str) -> None:
    found = read("ORM^O01", f"ORC|NW|A1||G1||||||||{written}", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.name == f"{written.rpartition('^')[2].strip()} Linde"


def test_a_number_of_a_room_is_no_organisation() -> None:
    found = read("ORM^O01", "ORC|NW|A1||G1||||||||881^Linde^A|1133^^^222", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.organisation == "ZEED"


def test_who_verified_an_order_refers_where_nobody_else_does() -> None:
    order = "OBR|1|A1||MDO^MDO oncologie^L"
    found = read("ORM^O01", "ORC|NW|A1||G1|||||||881^Linde^Anna", order)
    other = read("ORM^O01", "ORC|NW|A1||G1||||||77^Roos^P|881^Linde^Anna", order)
    assert isinstance(found, IncomingReferral) and isinstance(other, IncomingReferral)
    assert (found.referrer.name, other.referrer.name) == ("Anna Linde", "P Roos")
