"""FHIR whose writer knows no lists or no truth values: one thing where a list stands, a list of one where a thing does, `"true"` for true."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Unreadable

from .make import Node, bundle, condition, patient, request, told
from .read_house import about, read, value

NO_LISTS: Node = {
    "identifier": {"value": "REF-9"},
    "note": {"text": "Operatie?"},
    "category": {"text": "MDO"},
    "reasonCode": {"text": "Coloncarcinoom"},
}


def test_a_referral_that_sends_one_where_a_list_stands_is_read() -> None:
    found = read(
        asked=request(**NO_LISTS), who=patient(name={"family": "Vos", "given": "Jan"}, telecom={"system": "phone", "value": "06"})
    )
    assert (found.number, found.question_board, found.patient.name.family, found.patient.name.given) == (
        "REF-9",
        "Operatie?",
        "Vos",
        "Jan",
    )
    assert told(found) == [("", "Coloncarcinoom")]
    assert (found.unmapped, found.quarantined) == ((), ())


@pytest.mark.parametrize(
    "one",
    [
        condition(category={"text": "Diagnose"}, bodySite={"text": "Colon"}, code={"text": "Ca", "coding": {"code": "1"}}),
        condition(category=[{"text": "Diagnose"}], bodySite=[{"text": "Colon"}], code=[{"text": "Ca"}]),
    ],
)
def test_so_is_a_value_whose_lists_are_none_or_are_too_many(one: Node) -> None:
    found = read(one)
    assert ([fact.text for fact in found.facts], found.quarantined) == (["Ca, Colon"], ())


def test_two_where_one_may_stand_are_not_chosen_from() -> None:
    found = read(condition(code=[{"text": "Ca mammae"}, {"text": "Ca coli"}]))
    assert (found.facts, found.quarantined) == ((), ("Condition/2: code.root not valid",))


TRUE = ["true", "True", "1", 1]


@pytest.mark.parametrize("said", TRUE)
def test_what_must_not_be_done_is_not_read_as_asked_for(said: Any) -> None:
    drug = about(
        "MedicationRequest", status="active", intent="order", medicationCodeableConcept={"text": "Ascal"}, doNotPerform=said
    )
    assert told(read(drug)) == [("", "Ascal (niet doen)")]
    with pytest.raises(Unreadable, match="no_request"):
        read(asked=request(doNotPerform=said))


@pytest.mark.parametrize("said", TRUE)
def test_who_died_is_not_read_as_alive(said: Any) -> None:
    assert read(who=patient(deceasedBoolean=said)).patient.deceased
    assert not read(who=patient(deceasedBoolean=False)).patient.deceased


def test_a_no_in_letters_is_a_no_and_an_answer_in_words_keeps_its_words() -> None:
    form = about("QuestionnaireResponse", status="completed", item=[
        {"linkId": "1", "text": "Rookt", "answer": [{"valueBoolean": "false"}]},
        {"linkId": "2", "text": "Zegt", "answer": [{"valueString": "true"}]},
    ])  # fmt: skip
    assert told(read(form, value("Metastasen", valueBoolean="false"))) == [
        ("Rookt", "nee"),
        ("Zegt", "true"),
        ("Metastasen", "nee"),
    ]


def test_in_xml_one_and_nought_are_truth_values_too() -> None:
    asked = (
        '<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><resource><Patient><id value="p"/><deceasedBoolean value="1"/>'
        '</Patient></resource></entry><entry><resource><ServiceRequest><status value="active"/><intent value="order"/><subject>'
        '<reference value="Patient/p"/></subject></ServiceRequest></resource></entry></Bundle>'
    )
    found = FhirReader().read(asked.encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert found.patient.deceased


def test_a_truth_value_is_found_however_its_key_is_spaced() -> None:
    asked = json.dumps(json.loads(bundle(request(), patient(deceasedBoolean="true"))), indent=1).replace('":', '" :')
    found = FhirReader().read(asked.encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert found.patient.deceased
