"""What was read past, or read as its opposite, in messages of systems that nobody here had seen."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Unreadable
from tests.integrations.fhir.make import Node, bundle, condition, patient, request
from tests.integrations.fhir.read_house import PDF, about, of_patient, read, told, value

# Read as its opposite


def coded(words: str, address: str, **said: Any) -> Node:
    extension = [{"url": f"http://fhir.de/StructureDefinition/{address}", "valueCoding": said}]
    return condition(code={"coding": [{"code": "C78.7", "display": words, "extension": extension}]})


@pytest.mark.parametrize(
    ("letter", "word"), [("A", "uitgesloten"), ("V", "verdenking"), ("Z", "toestand na"), ("G", "gesichert")]
)
def test_how_sure_a_german_diagnosis_is_stands_beside_its_code_and_is_told(letter: str, word: str) -> None:
    said = {"code": letter, "display": "gesichert"} if letter == "G" else {"code": letter}
    sure = coded("Lebermetastasen", "icd-10-gm-diagnosesicherheit", **said)

    assert told(sure) == [("", f"Lebermetastasen; zekerheid: {word}")]


def test_the_side_among_the_codes_of_a_diagnosis_is_told() -> None:
    assert told(coded("Mamma-Ca", "seitenlokalisation", code="L", display="links")) == [("", "Mamma-Ca; zijde: links")]


def test_a_drug_that_a_list_calls_stopped_says_so_also_when_it_came_along() -> None:
    drug = about("MedicationStatement", id="m", status="active", medicationCodeableConcept={"text": "Metformine"})
    listed = [
        {"item": {"reference": "MedicationStatement/m"}, "deleted": True},
        {"item": {"display": "Simvastatine"}, "flag": {"text": "gestopt"}},
    ]
    found = told(drug, about("List", status="current", mode="changes", title="Medicatie", entry=listed))

    assert ("Medicatie", "Metformine (verwijderd); Simvastatine (gestopt)") in found


def test_what_a_list_only_repeats_is_not_told_twice() -> None:
    drug = about("MedicationStatement", id="m", status="active", medicationCodeableConcept={"text": "Metformine"})
    listed = about("List", status="current", mode="changes", entry=[{"item": {"reference": "MedicationStatement/m"}}])

    assert told(drug, listed) == [("", "Metformine")]


def test_what_extensions_say_of_a_disease_in_the_family_is_told() -> None:
    had = {"code": {"text": "Borstkanker"}, "extension": [{"url": "https://x/negation-indicator", "valueBoolean": True}]}
    relative = of_patient("FamilyMemberHistory", status="completed", relationship={"text": "moeder"}, condition=[had])

    assert told(relative) == [("Familieanamnese", "moeder: Borstkanker (negation indicator: ja)")]


def test_of_a_relative_of_whom_nothing_is_known_that_is_told() -> None:
    unknown = {"text": "niet bekend"}
    relative = of_patient(
        "FamilyMemberHistory", status="health-unknown", relationship={"text": "vader"}, dataAbsentReason=unknown
    )

    assert told(relative) == [("Familieanamnese", "vader (niet bekend)")]


def test_another_request_that_must_not_be_carried_out_says_so() -> None:
    never = request(id="n", identifier=[{"value": "N"}], code={"text": "Biopsie lever"}, doNotPerform=True)

    assert told(never) == [("Aangevraagd", "Biopsie lever (niet doen)")]


# Lost


def test_a_document_without_content_is_named() -> None:
    assert told(about("DocumentReference", status="current", type={"text": "PA-verslag"}, content=[])) == [
        ("Document niet meegestuurd", "PA-verslag")
    ]


def test_a_data_address_in_the_place_of_the_bytes_is_opened() -> None:
    part = {"attachment": {"contentType": "application/pdf", "data": f"data:application/pdf;base64,{PDF}"}}
    found = read(about("DocumentReference", status="current", type={"text": "Brief"}, content=[part]))

    assert [one.content[:5] for one in found.documents] == [b"%PDF-"]


def test_when_something_was_done_in_words_is_told_and_the_report_of_it_is_named() -> None:
    done = about(
        "Procedure",
        status="completed",
        code={"text": "Bestraling"},
        performedString="voorjaar 2024",
        report=[{"display": "OK-verslag"}],
    )

    assert told(done) == [("", "Bestraling (voorjaar 2024)"), ("Document niet meegestuurd", "OK-verslag")]


def test_a_unit_without_a_number_is_no_value() -> None:
    found = read(value("Grootte", valueQuantity={"unit": "mm"}))

    assert (found.facts, found.unmapped) == ((), ("Observation/2",))


def test_a_value_of_which_there_is_no_result_yet_says_so() -> None:
    assert told(value("CEA", valueQuantity={"value": 0}) | {"status": "registered"}) == [("CEA", "0 (geregistreerd)")]


def test_extensions_of_an_impression_a_plan_or_a_vaccination_are_told() -> None:
    beside = [{"url": "https://x/StructureDefinition/zekerheid", "valueString": "onwaarschijnlijk"}]
    seen = about("ClinicalImpression", status="completed", summary="Resectabel", extension=beside)

    assert told(seen) == [("Beoordeling", "Resectabel; zekerheid: onwaarschijnlijk")]


def test_a_resource_that_is_wrong_inside_another_does_not_cost_the_other() -> None:
    wrong = {"resourceType": "Observation", "id": "w", "status": "final", "code": {"coding": [{"code": {"text": "x"}}]}}
    good = {"resourceType": "Observation", "id": "g", "status": "final", "code": {"text": "WHO"}, "valueInteger": 1}
    found = read(asked=request(contained=[wrong, good], supportingInfo=[{"reference": "#w"}, {"reference": "#g"}]))

    assert (found.number, [(one.label, one.text) for one in found.facts]) == ("REF-1", [("WHO", "1")])
    assert found.unmapped == ("ServiceRequest/0 contained Observation",)


def test_a_patient_who_is_wrong_inside_the_request_is_for_a_person() -> None:
    asked = request(subject={"reference": "#p"}, contained=[patient(name=[{"family": {"x": 1}}])])
    with pytest.raises(Unreadable):
        FhirReader().read(bundle(asked), "generic-r4")


def test_a_disease_with_a_stage_on_a_problem_list_is_the_diagnosis_where_no_reason_is_given() -> None:
    listed = {"category": [{"coding": [{"code": "problem-list-item"}]}]}
    tumour = condition(1, stage=[{"summary": {"text": "IIIB"}}], **listed)
    found = read(tumour, condition(2, **listed))

    assert [(one.section.value, one.text) for one in found.facts] == [
        ("diagnosis", "Diagnose 1"), ("diagnosis", "IIIB"), ("comorbidity", "Diagnose 2"),
    ]  # fmt: skip
    asked = request(reasonReference=[{"reference": "Condition/c2"}])
    assert (
        next(one.section.value for one in read(tumour, condition(2, **listed), asked=asked).facts if one.text == "Diagnose 1")
        == "comorbidity"
    )
