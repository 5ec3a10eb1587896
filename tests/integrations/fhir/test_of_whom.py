"""Of whom a value is and by whom it is said, what denies a part of it, and until when a number or a drug held."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, patient, request
from .read_house import about, of_patient, read, told, value

MOTHER = of_patient("RelatedPerson", relationship=[{"text": "moeder"}]) | {"id": "m"}

# Somebody else


@pytest.mark.parametrize(
    ("focus", "said"),
    [
        ({"reference": "RelatedPerson/m"}, "aanwezig; betreft: moeder"),
        ({"reference": "RelatedPerson/z", "display": "zus"}, "aanwezig; betreft: zus"),
        ({"reference": "https://elsewhere.example/Patient/donor"}, "aanwezig; betreft: iemand anders dan de patiënt"),
        ({"type": "Patient", "identifier": {"value": "7"}}, "aanwezig; betreft: iemand anders dan de patiënt"),
        ({"reference": "Patient/p"}, "aanwezig"),
    ],
)
def test_a_value_of_a_mother_or_donor_says_that_it_is_not_of_the_patient(focus: Node, said: str) -> None:
    """Observation.subject is the patient of whose record it is; what it is about stands in its focus."""
    assert told(MOTHER, value("BRCA1-mutatie", valueString="aanwezig", focus=[focus])) == [("BRCA1-mutatie", said)]


def test_what_the_patient_or_a_relative_says_is_not_what_a_doctor_found() -> None:
    by_himself = about("Condition", code={"text": "Mammacarcinoom"}, asserter={"reference": "Patient/p"})
    by_her = of_patient("AllergyIntolerance", code={"text": "Penicilline"}, asserter={"reference": "RelatedPerson/m"}) | {
        "id": "y"
    }
    by_doctor = about("Condition", code={"text": "COPD"}, asserter={"display": "dr. Oost"}) | {"id": "z"}
    assert told(MOTHER, by_himself, by_her, by_doctor) == [
        ("", "Mammacarcinoom; volgens: de patiënt zelf"), ("Allergie", "Penicilline; volgens: moeder"), ("", "COPD"),
    ]  # fmt: skip


def test_a_message_and_a_judgement_say_from_whom_they_are_and_that_it_cannot_wait() -> None:
    said = about(
        "Communication", status="completed", priority="stat", sender={"display": "dr. Oost"}, payload=[{"contentString": "Ileus"}]
    )
    judged = about("ClinicalImpression", status="completed", summary="Inoperabel", assessor={"display": "dr. West"})
    assert told(said, judged) == [("Bericht", "Ileus (direct); door: dr. Oost"), ("Beoordeling", "Inoperabel; door: dr. West")]


# What denies a part


def test_the_parts_of_what_is_absent_say_that_it_is() -> None:
    """`p.Val600Glu` alone, in a column of its own, reads as found."""
    parts: Any = [{"code": {"text": "Aminozuur"}, "valueString": "p.Val600Glu"}]
    absent = value("Variant", valueCodeableConcept={"text": "Afwezig"}, component=parts)
    assert told(absent) == [("Variant", "Afwezig"), ("Aminozuur", "p.Val600Glu; Variant: Afwezig")]
    unknown = value("Variant", dataAbsentReason={"text": "mislukt"}, component=parts)
    assert told(unknown)[1] == ("Aminozuur", "p.Val600Glu; Variant: mislukt")
    judged = value("Variant", interpretation=[{"text": "Negatief"}], component=parts)
    assert told(judged) == [("Variant", "[Negatief]"), ("Aminozuur", "p.Val600Glu; Variant: [Negatief]")]


def test_a_sum_of_parts_or_a_stage_is_no_word_on_its_parts() -> None:
    parts = [{"code": {"text": "Primair"}, "valueInteger": 3}]
    assert told(value("Gleason", valueInteger=7, component=parts)) == [("Gleason", "7"), ("Primair", "3")]
    stage = {"text": "Stadium", "coding": [{"code": "21902-2"}]}
    staged = about("Observation", status="final", code=stage, valueCodeableConcept={"text": "IIA"}, component=parts)
    assert told(staged)[1] == ("Primair", "3")


def test_a_test_of_which_only_the_judgement_was_sent_tells_that() -> None:
    assert told(value("HER2", interpretation=[{"coding": [{"code": "NEG", "display": "Negatief"}]}])) == [("HER2", "[Negatief]")]


# Until when


def test_a_number_that_has_an_end_gives_way_to_the_one_that_holds() -> None:
    bsn, own, over = "http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.25.1", {"period": {"end": "2020-01-01"}}
    numbers = [
        {"system": own, "value": "0001"} | over, {"system": own, "value": "0042"},
        {"system": bsn, "value": "999900006"} | over, {"system": bsn, "value": "999911120"},
    ]  # fmt: skip
    found = read(asked=request(), who=patient(identifier=numbers))
    assert (found.patient.local_number, found.patient.bsn, found.unmapped) == ("0042", "999911120", ())


@pytest.mark.parametrize("never", ["9999-12-31", "9999-12-31T00:00:00Z"])
def test_an_end_that_never_comes_is_none(never: str) -> None:
    """Databases write it for `no end`: the hospital's own number gave way to that of an insurer."""
    numbers = [
        {"system": "urn:oid:2.25.2", "value": "POLIS-1"},
        {"system": "urn:oid:2.25.1", "value": "0042", "type": {"coding": [{"code": "MR"}]}, "period": {"end": never}},
    ]
    assert read(asked=request(), who=patient(identifier=numbers)).patient.local_number == "0042"


def test_which_number_is_the_hospitals_own_goes_before_whether_it_has_an_end() -> None:
    numbers = [
        {"system": "urn:oid:2.25.2", "value": "POLIS-1"},
        {"system": "urn:oid:2.25.1", "value": "0042", "type": {"coding": [{"code": "MR"}]}, "period": {"end": "2031-05-01"}},
    ]
    assert read(asked=request(), who=patient(identifier=numbers)).patient.local_number == "0042"


def test_a_patient_whose_record_is_used_no_more_is_named() -> None:
    gone = patient(active=False, link=[{"type": "replaced-by", "other": {"reference": "Patient/q"}}])
    assert read(who=gone).unmapped == ("Patient/1 active=false", "Patient/1 replaced-by")
    kept = patient(active=True, link=[{"type": "replaces", "other": {"reference": "Patient/o"}}])
    assert read(who=kept).unmapped == ()


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        ({"boundsPeriod": {"start": "2025-01-01", "end": "2025-02-01"}}, "1 dd 1 tablet, gedurende 2025-01-01 – 2025-02-01"),
        ({"boundsDuration": {"value": 2, "unit": "weken"}}, "1 dd 1 tablet, gedurende 2 weken"),
    ],
)
def test_a_dose_in_words_says_until_when_it_is_taken(repeat: Node, said: str) -> None:
    drug = about(
        "MedicationRequest", status="active", intent="order", medicationCodeableConcept={"text": "Prednison"},
        dosageInstruction=[{"text": "1 dd 1 tablet", "timing": {"repeat": repeat}}],
    )  # fmt: skip
    assert told(drug) == [("", f"Prednison; {said}")]


def test_a_dose_in_words_says_the_most_that_may_be_taken() -> None:
    dose = {
        "text": "zo nodig 1 tablet",
        "maxDosePerPeriod": {"numerator": {"value": 3}, "denominator": {"value": 1, "unit": "d"}},
    }
    drug = about("MedicationStatement", status="active", medicationCodeableConcept={"text": "Morfine"}, dosage=[dose])
    assert told(drug) == [("", "Morfine; zo nodig 1 tablet, maximaal 3/1 d")]


# What a request and its Task say of how far it is


def test_what_nothing_here_shows_of_a_request_is_named() -> None:
    asked = request(replaces=[{"identifier": {"value": "REF-0"}}], locationReference=[{"display": "Zuid"}])
    assert read(asked=asked).unmapped == ("ServiceRequest/0 replaces", "ServiceRequest/0 locationReference")


def test_a_task_that_is_held_up_is_named_and_says_why() -> None:
    task = {
        "resourceType": "Task", "id": "t", "status": "on-hold", "intent": "order", "focus": {"reference": "ServiceRequest/r"},
        "for": {"reference": "Patient/p"}, "businessStatus": {"text": "Wacht op toestemming"}, "statusReason": {"text": "twijfelt"},
    }  # fmt: skip
    found = read(task)
    assert found.unmapped == ("Task/2 on-hold",)
    assert [fact.text for fact in found.facts] == ["Wacht op toestemming", "twijfelt"]


def test_of_what_is_asked_together_is_told_what_it_is_and_that_one_is_to_be_chosen() -> None:
    actions = [
        {"code": [{"text": "Chemotherapie"}], "selectionBehavior": "exactly-one", "action": [{"title": "A"}, {"title": "B"}]}
    ]
    group = about("RequestGroup", status="active", intent="order", action=actions)
    assert told(group) == [("Aangevraagd", "Chemotherapie (één hiervan); A; B")]
