"""An element that turns the meaning of a resource round is never read past: it is shown in words, or the resource is put apart and named."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from integrations.fhir.entries.people import patient_identity
from integrations.fhir.reader import FhirReader
from integrations.fhir.text.profile import Profile, load_profile
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, Unreadable
from tests.integrations.fhir.make import Node, bundle, condition, patient, request

MODIFIED = {"modifierExtension": [{"url": "https://elders.example/denied", "valueBoolean": True}]}
NOT_UNDERSTOOD = "modifierExtension not understood"
PDF = {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-1.7").decode(), "title": "PA"}


def read(*resources: Node, profile: str = "generic-r4") -> IncomingReferral:
    asked = request() if profile == "generic-r4" else request(resourceType="ReferralRequest")
    found = FhirReader().read(bundle(asked, patient(), *resources), profile)
    assert isinstance(found, IncomingReferral)
    return found


def texts(*resources: Node, profile: str = "generic-r4") -> list[str]:
    return [fact.text for fact in read(*resources, profile=profile).facts]


def about(kind: str, **more: Any) -> Node:
    return {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}} | more


def drug(**more: Any) -> Node:
    return about("MedicationRequest", status="active", intent="order", medicationCodeableConcept={"text": "Ibuprofen"}) | more


# Said in words


def test_medication_that_must_not_be_given_says_so() -> None:
    assert texts(drug(doNotPerform=True)) == ["Ibuprofen (niet doen)"]
    assert texts(drug(doNotPerform=False)) == ["Ibuprofen"]


@pytest.mark.parametrize("name", ["recurrence", "relapse"])
def test_a_tumour_that_came_back_says_so(name: str) -> None:
    assert texts(condition(clinicalStatus={"coding": [{"code": name}]})) == ["Diagnose 1 (recidief)"]


def test_an_activity_of_a_plan_that_must_not_be_done_says_so() -> None:
    detail = {"status": "not-started", "code": {"text": "Bestraling"}, "doNotPerform": True}
    plan = about("CarePlan", status="active", intent="plan", title="Plan", activity=[{"detail": detail}])

    assert texts(plan) == ["Plan; Bestraling (nog niet begonnen) (niet doen)"]


def test_a_vaccination_that_was_not_given_says_so() -> None:
    given = about("Immunization", status="completed", notGiven=True, vaccineCode={"text": "Griep"}, primarySource=True)
    given["patient"] = given.pop("subject")

    assert texts(given, profile="generic-stu3") == ["Griep (niet gegeven)"]


def test_what_was_never_said_is_no_message() -> None:
    said = about("Communication", status="not-done", payload=[{"contentString": "Uitslag besproken"}])

    assert texts(said) == ["Uitslag besproken (niet gedaan)"]


def test_a_diagnosis_that_is_refuted_says_so_in_its_own_text_as_well() -> None:
    words = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Botmetastase</div>'}
    refuted = condition(code=None, text=words, verificationStatus={"coding": [{"code": "refuted"}]})

    assert texts({name: value for name, value in refuted.items() if value}) == ["Botmetastase (weerlegd)"]


# Put apart


def test_a_contained_resource_with_an_unknown_modifier_is_put_apart_alone() -> None:
    inside = [condition(1, code={"text": "Levermetastasen"}) | MODIFIED, condition(2, subject={"reference": "#p"}), patient()]
    holder = condition(3, contained=inside)
    found = read(holder)

    assert [fact.text for fact in found.facts if "metastasen" in fact.text] == []
    assert "Diagnose 3" in [fact.text for fact in found.facts]
    assert found.quarantined == (f"Condition/2#Condition/0: {NOT_UNDERSTOOD}",)


def test_nor_is_it_the_reason_of_the_request() -> None:
    inside = [patient(), condition(1, code={"text": "Levermetastasen"}, subject={"reference": "#p"}) | MODIFIED]
    alone = request(subject={"reference": "#p"}, contained=inside, reasonReference=[{"reference": "#c1"}])
    found = FhirReader().read(bundle(alone), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.facts, found.tumour_hint) == ((), "")
    assert found.quarantined == (f"ServiceRequest/0#Condition/1: {NOT_UNDERSTOOD}",)


def test_nor_is_the_drug_of_a_medication() -> None:
    inside = [{"resourceType": "Medication", "id": "m", "code": {"text": "Apixaban"}} | MODIFIED]
    given = about("MedicationRequest", status="active", intent="order", medicationReference={"reference": "#m"}, contained=inside)

    assert texts(given) == []


@pytest.mark.parametrize("where", ["component", "referenceRange"])
def test_a_modifier_deep_in_a_result_puts_it_apart(where: str) -> None:
    part = {"code": {"text": "HER2"}, "valueString": "positief"} if where == "component" else {"text": "< 4"}
    found = read(about("Observation", status="final", code={"text": "Receptoren"}, **{where: [part | MODIFIED]}))

    assert (found.facts, found.quarantined) == ((), (f"Observation/2: {NOT_UNDERSTOOD}",))


def test_one_in_the_request_or_deep_in_the_patient_is_never_read_past() -> None:
    link = [{"other": {"reference": "Patient/q"}, "type": "replaced-by"} | MODIFIED]
    for pair in ((request(**MODIFIED), patient()), (request(), patient(link=link))):
        with pytest.raises(Unreadable, match="broken"):
            FhirReader().read(bundle(*pair), "generic-r4")


def test_one_in_an_element_on_which_nothing_hangs_costs_only_that_element() -> None:
    found = FhirReader().read(bundle(request(), patient(contact=[{"name": {"family": "Bakker"}} | MODIFIED])), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.patient.local_number, found.unmapped) == ("0042", ("Patient/1 contact modifierExtension",))


def test_a_task_with_an_unknown_modifier_says_nothing() -> None:
    task = {
        "resourceType": "Task",
        "id": "t",
        "status": "cancelled",
        "intent": "order",
        "focus": {"identifier": {"value": "REF-1"}},
    }
    with pytest.raises(Unreadable, match="broken"):
        FhirReader().read(bundle(task | MODIFIED), "generic-r4")

    assert not read(task | MODIFIED).cancelled


# The state of a document


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"status": "current", "docStatus": "final"}, ""),
        ({"status": "current", "docStatus": "preliminary"}, "preliminary"),
        ({"status": "current", "docStatus": "amended"}, "corrected"),
        ({"status": "superseded"}, "withdrawn"),
        ({"status": "superseded", "docStatus": "preliminary"}, "withdrawn"),
        ({"status": "current", "docStatus": "entered-in-error"}, "withdrawn"),
        ({"status": "entered-in-error"}, "withdrawn"),
    ],
)
def test_a_document_has_the_status_its_sender_gave_it(status: Node, expected: str) -> None:
    assert [one.status for one in read(about("DocumentReference", content=[{"attachment": PDF}], **status)).documents] == [
        expected
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("final", ""),
        ("registered", "preliminary"),
        ("partial", "preliminary"),
        ("preliminary", "preliminary"),
        ("amended", "corrected"),
        ("corrected", "corrected"),
        ("appended", "corrected"),
        ("cancelled", "withdrawn"),
        ("entered-in-error", "withdrawn"),
    ],
)
def test_so_has_the_paper_of_a_report(status: str, expected: str) -> None:
    report = about("DiagnosticReport", status=status, code={"text": "PA"}, presentedForm=[PDF])

    assert [one.status for one in read(report).documents] == [expected]


def test_what_a_withdrawn_text_says_is_no_fact() -> None:
    words = {"contentType": "text/plain", "data": base64.b64encode(b"Levermetastasen").decode()}
    found = read(about("DocumentReference", status="superseded", content=[{"attachment": words}]))

    assert (found.facts, [one.content for one in found.documents]) == ((), [b"Levermetastasen"])


@pytest.mark.parametrize("around", [MODIFIED, {"request": {"method": "POST", "url": "Condition"} | MODIFIED}])
def test_an_entry_that_is_modified_itself_is_put_apart(around: Node) -> None:
    tree = json.loads(bundle(request(), patient(), condition(), kind="transaction"))
    for entry in tree["entry"]:
        entry["request"] = {"method": "POST", "url": "x"}
    tree["entry"][2] |= around
    found = FhirReader().read(json.dumps(tree).encode(), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.facts, found.quarantined) == ((), (f"Condition/2: {NOT_UNDERSTOOD}",))


def test_a_request_whose_entry_is_modified_is_no_referral() -> None:
    tree = json.loads(bundle(request(), patient()))
    tree["entry"][0] |= MODIFIED
    with pytest.raises(Unreadable, match="broken"):
        FhirReader().read(json.dumps(tree).encode(), "generic-r4")


def test_what_is_passed_with_a_modifier_around_it_is_put_apart() -> None:
    passed = [{"name": "a", "resource": one} for one in (request(), patient())]
    part = {"name": "b", "part": [{"name": "c", "resource": condition()}]} | MODIFIED
    raw = json.dumps({"resourceType": "Parameters", "parameter": [*passed, part]}).encode()
    found = FhirReader().read(raw, "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.facts, found.quarantined) == ((), (f"part/2.Condition/0: {NOT_UNDERSTOOD}",))


def test_an_addition_without_patient_gives_no_fact_that_was_entered_in_error() -> None:
    wrong = about("Observation", status="entered-in-error", code={"text": "HER2"}, valueString="positief")
    wrong["basedOn"] = [{"identifier": {"value": "REF-1"}}]
    found = FhirReader().read(bundle(wrong), "generic-r4")

    assert isinstance(found, IncomingAnswer)
    assert (found.facts, found.unmapped) == ((), ("Observation/0 entered-in-error",))


# Who it is


def test_of_the_hospital_s_own_numbers_the_best_counts_whatever_came_first() -> None:
    profile = Profile("x", "R4", {"identifiers": {"local": ["http://h/best", "http://h/second"]}})
    sent = [
        {"system": f"http://h/{name}", "value": number} for name, number in (("other", "3"), ("second", "222"), ("best", "111"))
    ]

    assert patient_identity({"identifier": sent}, profile).local_number == "111"


@pytest.mark.parametrize(
    ("sent", "alive", "dead"),
    [
        ({"deceasedBoolean": False}, True, False),
        ({"deceasedBoolean": True}, False, True),
        ({"deceasedDateTime": "2026-01-01"}, False, True),
        ({"deceasedBoolean": False, "deceasedDateTime": "2026-01-01"}, False, True),
        ({}, False, False),
    ],
)
def test_a_patient_who_is_said_to_live_takes_a_mistaken_death_back(sent: Node, alive: bool, dead: bool) -> None:
    who = patient_identity(patient(**sent), load_profile("generic-r4"))

    assert (who.alive, who.deceased) == (alive, dead)
