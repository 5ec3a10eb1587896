"""A day that is none (`onbekend`, a placeholder that nobody filled in) costs the day, and not what it stands beside."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, patient
from .read_house import about, of_patient, read, told

NONE = "onbekend"
SINCE = {"period": {"start": NONE}}


def drug(kind: str, **more: Any) -> Node:
    return about(kind, status="active", medicationCodeableConcept={"text": "Apixaban"}, **more)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (of_patient("AllergyIntolerance", code={"text": "Latex"}, lastOccurrence=NONE), ("Allergie", "Latex")),
        (
            of_patient("AllergyIntolerance", code={"text": "Latex"}, reaction=[{"manifestation": [{"text": "Uitslag"}], "onset": NONE}]),
            ("Allergie", "Latex: Uitslag"),
        ),
        (drug("MedicationStatement", effectivePeriod={"start": NONE}, dateAsserted=NONE), ("", "Apixaban")),
        (
            drug("MedicationRequest", intent="order", dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": NONE}}}}]),
            ("", "Apixaban"),
        ),
        (about("Flag", status="active", code={"text": "MRSA"}, **SINCE), ("Waarschuwing", "MRSA")),
        (about("Specimen", type={"text": "Bloed"}, collection={"collectedDateTime": NONE}), ("Materiaal", "Bloed")),
        (about("Condition", code={"text": "Astma"}, abatementDateTime=NONE), ("", "Astma (tot onbekend)")),
        (
            of_patient("Immunization", status="completed", vaccineCode={"text": "Griep"}, occurrenceDateTime=NONE),
            ("Vaccinatie", "Griep; onbekend"),
        ),
    ],
)  # fmt: skip
def test_what_it_stands_beside_is_told(sent: Node, shown: tuple[str, str]) -> None:
    found = read(sent)
    assert ([(one.label, one.text) for one in found.facts], found.quarantined) == ([shown], ())


def test_where_it_was_left_out_is_named() -> None:
    assert read(of_patient("AllergyIntolerance", code={"text": "Latex"}, lastOccurrence=NONE)).unmapped == (
        "AllergyIntolerance/2 lastOccurrence",
    )


def test_an_answer_that_should_be_a_day_is_the_words_that_were_sent() -> None:
    """The whole form was put apart."""
    asked = [("1", "ECOG", {"valueString": "1"}), ("2", "Datum CT", {"valueDate": "eind november"})]
    form = about("QuestionnaireResponse", status="completed", item=[{"linkId": n, "text": t, "answer": [a]} for n, t, a in asked])
    assert told(form) == [("ECOG", "1"), ("Datum CT", "eind november")]
    assert told(about("Observation", status="final", code={"text": "Laatste menstruatie"}, valueDateTime=NONE)) == [
        ("Laatste menstruatie", NONE)
    ]


def test_of_a_patient_an_address_or_a_number_has_no_beginning() -> None:
    number = {"system": "urn:oid:2.25.1", "value": "0042", **SINCE}
    found = read(who=patient(identifier=[number], address=[{"city": "Zwolle", **SINCE}], name=[{"family": "Vos", **SINCE}]))
    assert (found.patient.local_number, found.patient.name.family) == ("0042", "Vos")


@pytest.mark.parametrize(
    "sent",
    [
        about("Flag", status="active", code={"text": "MRSA"}, period={"end": NONE}),
        {"resourceType": "Appointment", "status": "booked", "start": NONE, "participant": [{"status": "accepted"}]},
    ],
)
def test_what_may_be_over_and_a_visit_on_no_day_stay_apart(sent: Node) -> None:
    found = read(sent)
    assert found.facts == () and len(found.quarantined) == 1
