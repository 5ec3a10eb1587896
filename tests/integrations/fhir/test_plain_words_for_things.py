"""Words where the standard has an object, days as people and other standards write them: what was meant is read, and nothing is guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Unreadable

from .make import Node, bundle, condition, patient, request
from .read_house import about, read, told, value

# Words for things


def test_a_note_in_words_is_the_question() -> None:
    assert read(asked=request(note="Graag advies over stralen")).question_board == "Graag advies over stralen"
    assert read(asked=request(note=["Operatie?", "Of bestraling?"])).question_board == "Operatie?\nOf bestraling?"


def test_a_code_in_words_says_what_is_asked_for() -> None:
    assert read(asked=request(code="MDO longen")).board_hint == "MDO longen"


def test_an_address_alone_points_at_the_patient() -> None:
    assert read(asked=request(subject="Patient/p")).number == "REF-1"
    assert told(value("CEA", valueString="9") | {"subject": "Patient/p"}) == [("CEA", "9")]
    assert read(value("CEA", valueString="900") | {"subject": "Patient/another"}).facts == ()


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (value("CEA", valueString="9") | {"code": "CEA"}, ("CEA", "9")),
        (value("HER2", valueCodeableConcept="negatief"), ("HER2", "negatief")),
        (value("CEA", valueString="9", interpretation="H"), ("CEA", "9 [H]")),
        (value("CEA", valueString="9", referenceRange="0-5"), ("CEA", "9 (0-5)")),
        (
            about("Condition", code="Astma", verificationStatus="refuted", clinicalStatus="Resolved"),
            ("", "Astma (weerlegd, hersteld)"),
        ),
        (
            about("MedicationStatement", status="active", medicationCodeableConcept="Metformine", dosage="2dd 500 mg"),
            ("", "Metformine; 2dd 500 mg"),
        ),
    ],
)
def test_a_value_of_which_a_part_is_words_is_told(resource: Node, expected: tuple[str, str]) -> None:
    assert told(resource) == [expected]


def test_a_remark_in_words_stands_beside_its_value() -> None:
    assert told(value("CEA", valueString="9", note="hemolytisch")) == [("CEA", "9"), ("Toelichting", "CEA: hemolytisch")]


def test_a_diagnosis_that_is_in_error_in_words_is_not_told() -> None:
    assert read(condition(verificationStatus="Entered-In-Error")).facts == ()


def test_a_name_in_words_is_the_name() -> None:
    assert read(who=patient(name="Zuidwal, Wytske")).patient.name.family == "Zuidwal, Wytske"


def test_an_object_where_stu3_has_a_word_is_that_word() -> None:
    coded = {"coding": [{"code": "refuted"}]}
    asked = request(resourceType="ReferralRequest")
    found = FhirReader().read(bundle(asked, patient(), condition(verificationStatus=coded)), "generic-stu3")
    assert isinstance(found, IncomingReferral)
    assert [one.text for one in found.facts] == ["Diagnose 1 (weerlegd)"]


def test_a_number_that_is_words_stays_put_apart() -> None:
    """`5.2 ug/l` may be any number: a person looks."""
    found = read(value("CEA", valueQuantity="5.2 ug/l"))
    assert found.facts == () and found.quarantined[0].startswith("Observation/2: valueQuantity")


# Days


@pytest.mark.parametrize(
    "written",
    [
        "12-08-1954", "12.08.1954", "12 augustus 1954", "19540812", "1954-08-12 00:00:00", "1954-08-11T23:00:00Z",
        "1954-08-11T23:00:00.000Z", "1954-08-12T00:00:00Z",
    ],
)  # fmt: skip
def test_a_birth_date_is_read_as_people_and_other_standards_write_it(written: str) -> None:
    """Midnight here is eleven in the evening of the day before in Greenwich, and so is a birth date that went through a clock."""
    found = read(who=patient(birthDate=written))
    assert found.patient.birth_on == date(1954, 8, 12) and "Patient/1 birthDate" not in found.unmapped


@pytest.mark.parametrize("written", ["12/08/1954", "onbekend", "1954-13-45", "0000-00-00"])
def test_a_birth_date_that_nobody_can_read_is_none_and_is_named(written: str) -> None:
    """The referral was unreadable as a whole."""
    found = read(who=patient(birthDate=written))
    assert found.patient.birth_on is None and found.patient.local_number == "0042"
    assert "Patient/1 birthDate" in found.unmapped


def test_two_birth_dates_are_for_a_person() -> None:
    with pytest.raises(Unreadable):
        read(who=patient(birthDate=["1954-08-12", "1960-01-01"]))


@pytest.mark.parametrize(
    "written", ["2026-11-01 08:30:00", "2026-11-01 08:30", "20261101", "202611010830", "01-11-2026", "1 november 2026"]
)
def test_the_day_of_a_value_is_read_so_too(written: str) -> None:
    found = read(value("CEA", valueString="9", effectiveDateTime=written))
    assert [(one.text, one.dated_on) for one in found.facts] == [("9", date(2026, 11, 1))] and found.unmapped == ()


@pytest.mark.parametrize("written", ["11/01/2026", "gisteren"])
def test_a_day_of_which_nobody_can_tell_the_month_is_named(written: str) -> None:
    found: Any = read(value("CEA", valueString="9", effectiveDateTime=written))
    assert [(one.text, one.dated_on) for one in found.facts] == [("9", None)]
    assert found.unmapped == ("Observation/2 effectiveDateTime",)
