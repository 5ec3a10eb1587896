"""A request that does not stand by itself: inside a Task, among Parameters, in a batch, or under the name it had in STU3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Incoming, IncomingAnswer, IncomingReferral, IncomingResult, Unreadable

from .make import Node, bundle, condition, patient, request

ASKED = request(note=[{"text": "Operatie?"}])
INSIDE = request(note=[{"text": "Operatie?"}], subject={"reference": "#p"})


def task(**more: Any) -> Node:
    return {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "focus": {"reference": "#r"}} | more


def read(tree: Node | bytes, profile: str = "generic-r4") -> Incoming:
    return FhirReader().read(tree if isinstance(tree, bytes) else json.dumps(tree).encode(), profile)


def passed(*resources: Node) -> Node:
    return {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": one} for one in resources]}


WRAPPED: dict[str, Node | bytes] = {
    "in a task, with its patient": task(contained=[INSIDE, patient()]),
    "in a task, its patient beside it": bundle(task(contained=[ASKED]), patient()),
    "in parameters": passed(ASKED, patient()),
    "in parameters, as a Bundle": passed(json.loads(bundle(ASKED, patient()))),
    "in a part of a parameter": {
        "resourceType": "Parameters",
        "parameter": [{"name": "x", "part": [{"name": "a", "resource": ASKED}, {"name": "b", "resource": patient()}]}],
    },
    "in a task in parameters": passed(task(contained=[INSIDE, patient()])),
    "in a batch": bundle(ASKED, patient(), kind="batch"),
}


@pytest.mark.parametrize("how", WRAPPED)
def test_a_request_is_read_wherever_it_stands(how: str) -> None:
    found = read(WRAPPED[how])
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.question_board, found.patient.local_number) == ("REF-1", "Operatie?", "0042")


@pytest.mark.parametrize("how", WRAPPED)
def test_and_the_page_that_tries_a_message_reads_it_so_too(how: str) -> None:
    tree = WRAPPED[how]
    told = FhirExplainer().explain(tree if isinstance(tree, bytes) else json.dumps(tree).encode(), "generic-r4")
    assert ("question_board", "Operatie?") in [(one.name, one.value) for one in told.fields]


def test_what_the_task_of_a_contained_request_brings_along_is_read() -> None:
    found = read(bundle(task(contained=[INSIDE, patient()]), condition(subject={"reference": "Patient/p"})))
    assert isinstance(found, IncomingReferral)
    assert [one for one in found.quarantined if "Condition" in one], "it names a patient who is not in the message"


def test_an_answer_to_our_question_that_repeats_the_request_stays_an_answer() -> None:
    ours = {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:7b0f1c52-0c5e-7d0e-9a6e-2f1f6f0d8a11"}
    assert isinstance(read(task(identifier=[ours], contained=[INSIDE, patient()])), IncomingAnswer)


def test_two_patients_among_parameters_are_never_one() -> None:
    with pytest.raises(Unreadable, match="no_patient"):
        read(passed(request(subject={"reference": "Patient/x"}), patient(), patient(id="q")))


def stu3(**more: Any) -> Node:
    fixed = {
        "resourceType": "ProcedureRequest",
        "id": "r",
        "status": "active",
        "intent": "order",
        "code": {"text": "MDO bespreking"},
    }
    return fixed | {"subject": {"reference": "Patient/p"}, "identifier": [{"value": "PR-1"}]} | more


def test_a_procedure_request_that_asks_for_a_board_is_the_referral() -> None:
    asked = stu3(note=[{"text": "Operatie?"}], requester={"agent": {"display": "A. de Wit"}}, priority="urgent")
    found = read(bundle(asked, patient()), "generic-stu3")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.question_board, found.referrer.name) == ("PR-1", "Operatie?", "A. de Wit")
    assert (found.board_hint, found.urgency) == ("MDO bespreking", "urgent")


@pytest.mark.parametrize("code", ["384682003", "720006006"])
def test_so_is_one_that_says_it_by_code(code: str) -> None:
    assert isinstance(read(bundle(stu3(code={"coding": [{"code": code}]}), patient()), "generic-stu3"), IncomingReferral)


def test_any_other_procedure_request_is_none_and_stands_with_the_referral_there_is() -> None:
    other = stu3(code={"text": "Heupoperatie"})
    with pytest.raises(Unreadable, match="no_request"):
        read(bundle(other, patient()), "generic-stu3")
    asked = {
        "resourceType": "ReferralRequest", "id": "q", "status": "active", "intent": "order", "subject": {"reference": "Patient/p"},
        "identifier": [{"value": "RR-1"}],
    }  # fmt: skip
    found = read(bundle(other, asked, patient()), "generic-stu3")
    assert isinstance(found, IncomingReferral)
    assert (found.number, [(one.label, one.text) for one in found.facts]) == ("RR-1", [("Aangevraagd", "Heupoperatie")])


def done(kind: str, **more: Any) -> Node:
    """What was done upon a request, with that request in it."""
    inside = [request(subject={"reference": "#p"}, **more), patient()]
    about = {"resourceType": kind, "id": "d", "status": "final", "code": {"text": "CEA"}, "subject": {"reference": "#p"}}
    return about | {"contained": inside, "basedOn": [{"reference": "#r"}], "valueString": "3"}


def test_what_was_done_upon_a_request_is_no_referral() -> None:
    with pytest.raises(Unreadable, match="no_request"):
        read(bundle(done("ExplanationOfBenefit", identifier=[]), patient()))
    assert isinstance(read(bundle(done("Observation", identifier=[]), patient())), IncomingResult)


def test_a_result_with_the_request_it_was_done_upon_belongs_to_that_referral() -> None:
    found = read(bundle(done("Observation"), patient()))
    assert isinstance(found, IncomingAnswer)
    assert (found.referral_number, [fact.text for fact in found.facts]) == ("REF-1", ["3"])


def test_a_request_for_a_tumour_board_is_one_wherever_it_stands_unless_it_is_over() -> None:
    review = {"coding": [{"system": "http://snomed.info/sct", "code": "720006006"}]}
    assert isinstance(read(bundle(done("Observation", code=review), patient())), IncomingReferral)
    assert isinstance(read(bundle(done("Observation", code=review, status="completed"), patient())), IncomingAnswer)


def test_of_a_history_the_newest_version_counts_and_what_is_deleted_is_taken_back() -> None:
    """What a subscription tells comes as a history (R4 Subscriptions Backport): it was refused as broken."""
    now, before = condition(code={"text": "Links"}), condition(code={"text": "Rechts"})
    tree = json.loads(bundle(request(), patient(), now, before, kind="history"))
    gone = {"fullUrl": "https://x.example/fhir/Observation/7", "request": {"method": "DELETE", "url": "Observation/7"}}
    past = {
        "fullUrl": gone["fullUrl"],
        "resource": {"resourceType": "Observation", "id": "7", "status": "final", "code": {"text": "PSA"}, "valueString": "4"},
    }
    tree["entry"] += [gone, past]
    found = read(tree)
    assert isinstance(found, IncomingReferral)
    assert [fact.text for fact in found.facts] == ["Links"]
    assert [fact.key for fact in found.taken_back] == ["Observation/7"]
    assert found.unmapped == ("entry/4 DELETE", "entry/3 older", "entry/5 older")
