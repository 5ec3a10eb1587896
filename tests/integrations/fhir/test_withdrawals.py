"""A referral that is taken back is never read as one that is asked for, and of two referrals in one message none is read past."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Incoming, IncomingAnswer, IncomingReferral, Unreadable
from tests.integrations.fhir.make import Node, bundle, patient, request

REVIEW = {"coding": [{"system": "http://snomed.info/sct", "code": "720006006"}]}
OURS = {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:7b0f1c52-0c5e-7d0e-9a6e-2f1f6f0d8a11"}


def task(**more: Any) -> Node:
    fixed = {"resourceType": "Task", "id": "t", "status": "cancelled", "intent": "order"}
    return fixed | {"focus": {"reference": "ServiceRequest/r"}} | more


def read(*resources: Node, profile: str = "generic-r4") -> Incoming:
    raw = bundle(*resources) if len(resources) > 1 else json.dumps(resources[0]).encode()
    return FhirReader().read(raw, profile)


def referral(*resources: Node, profile: str = "generic-r4") -> IncomingReferral:
    found = read(*resources, profile=profile)
    assert isinstance(found, IncomingReferral)
    return found


def stu3(**more: Any) -> Node:
    return request(resourceType="ReferralRequest") | more


# Taken back


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
@pytest.mark.parametrize(
    "points",
    [
        {"focus": {"reference": "ServiceRequest/r"}},
        {"focus": None, "basedOn": [{"reference": "ServiceRequest/r"}]},
        {"focus": {"identifier": {"value": "REF-1"}}},
    ],
)
def test_a_cancelled_task_for_a_request_that_is_still_active_takes_the_referral_back(status: str, points: Node) -> None:
    about = {name: value for name, value in task(status=status, **points).items() if value}
    found = referral(about, request(), patient())

    assert (found.cancelled, found.number, found.patient.local_number) == (True, "REF-1", "0042")


def test_a_task_that_asks_to_abort_the_request_takes_the_referral_back() -> None:
    abort = task(status="requested", code={"coding": [{"code": "abort"}]})

    assert referral(task(id="t0", status="in-progress"), abort, request(), patient()).cancelled


@pytest.mark.parametrize("focus", [{"reference": "Task/t0"}, {"identifier": {"value": "T-1"}}])
def test_a_task_that_asks_to_abort_the_task_of_the_request_takes_the_referral_back(focus: Node) -> None:
    """As TA Workflow (Twiin) has it: the Cancellation Request Task is about the Coordination Task, and not about the request."""
    going_on = task(id="t0", status="in-progress", identifier=[{"value": "T-1"}])
    abort = task(
        status="requested", code={"coding": [{"code": "abort"}]}, focus=focus, statusReason={"text": "Patiënt ziet ervan af"}
    )
    found = referral(going_on, abort, request(), patient())
    assert (found.cancelled, found.cancel_reason) == (True, "Patiënt ziet ervan af")


@pytest.mark.parametrize("focus", [{"reference": "Task/other"}, {"identifier": {"value": "T-9"}}])
def test_one_that_asks_to_abort_another_task_takes_nothing_back(focus: Node) -> None:
    going_on = task(id="t0", status="in-progress", identifier=[{"value": "T-1"}])
    assert not referral(
        going_on, task(status="requested", code={"coding": [{"code": "abort"}]}, focus=focus), request(), patient()
    ).cancelled


def test_the_reason_of_the_task_goes_along() -> None:
    found = referral(task(statusReason={"text": "Patiënt is overleden"}), request(), patient())

    assert found.cancel_reason == "Patiënt is overleden"


@pytest.mark.parametrize(
    "about",
    [
        [task(status="in-progress", businessStatus={"coding": [{"code": "awaiting-information"}]})],
        [task(status="on-hold")],
        [task(status="rejected")],
        [task(status="failed")],
        [task(partOf=[{"reference": "Task/t9"}])],
        [task(code={"coding": [{"code": "abort"}]})],
        [task(code={"coding": [{"code": "suspend"}]})],
        [task(focus={"reference": "ServiceRequest/other"})],
        [task(focus={"reference": "Patient/p"}, basedOn=[{"reference": "ServiceRequest/r"}])],
        [task(), task(id="t2", status="requested")],
        [task(identifier=[OURS])],
    ],
)
def test_what_is_no_end_of_the_request_leaves_the_referral_as_it_is(about: list[Node]) -> None:
    assert not referral(*about, request(), patient()).cancelled


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
def test_a_request_that_was_revoked_takes_the_referral_back_by_its_number(status: str) -> None:
    why = {"url": "http://hl7.org/fhir/StructureDefinition/request-statusReason", "valueCodeableConcept": {"text": "Verhuisd"}}
    found = referral(request(status=status, extension=[why]), patient())

    assert (found.cancelled, found.number, found.cancel_reason) == (True, "REF-1", "Verhuisd")


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_so_does_the_request_of_stu3(status: str) -> None:
    found = referral(stu3(status=status), patient(), profile="generic-stu3")

    assert (found.cancelled, found.number) == (True, "REF-1")


def test_of_a_revoked_and_an_active_request_with_one_number_the_active_one_counts() -> None:
    found = referral(request(id="old", status="revoked"), request(), patient())

    assert (found.cancelled, found.unmapped) == (False, ("ServiceRequest/0",))


def test_a_cancelled_task_alone_takes_back_the_referral_it_names_with_its_reason() -> None:
    about = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}
    alone = task(focus={"identifier": {"value": "REF-1"}}, statusReason={"text": "Patiënt is overleden"}, **{"for": about})
    found = referral(alone)

    assert (found.cancelled, found.number, found.cancel_reason) == (True, "REF-1", "Patiënt is overleden")
    assert found.patient.local_number == "0042"


def test_a_cancelled_task_that_names_neither_a_request_nor_itself_takes_back_nothing() -> None:
    with pytest.raises(Unreadable, match="no_request"):
        read({name: value for name, value in task(focus=NOWHERE).items() if name != "id"})


def test_a_refusal_to_answer_our_question_stays_an_answer_with_its_reason() -> None:
    refused = task(
        status="rejected", identifier=[OURS], basedOn=[{"identifier": {"value": "REF-1"}}], statusReason={"text": "Onbekend"}
    )
    found = read(refused)

    assert isinstance(found, IncomingAnswer)
    assert (found.referral_number, found.text) == ("REF-1", "Onbekend")


# Two referrals in one message


def second(**more: Any) -> Node:
    return request(id="r2", identifier=[{"value": "REF-2"}]) | more


@pytest.mark.parametrize("status", ["active", "revoked"])
def test_a_second_request_of_another_patient_is_never_left_behind(status: str) -> None:
    other = patient(id="q", identifier=[{"system": "urn:oid:2.25.1", "value": "0043"}])
    with pytest.raises(Unreadable, match="split") as caught:
        read(patient(), request(), other, second(subject={"reference": "Patient/q"}, status=status))

    assert caught.value.where == "ServiceRequest/1, ServiceRequest/3"


@pytest.mark.parametrize("asks", [{"code": REVIEW}, {"code": {"text": "MDO urologie"}}])
def test_two_boards_for_one_patient_are_two_messages(asks: Node) -> None:
    with pytest.raises(Unreadable, match="split"):
        read(request(**asks), second(**asks), patient())


def test_a_withdrawal_beside_another_referral_is_not_read_past() -> None:
    with pytest.raises(Unreadable, match="split"):
        read(request(code=REVIEW, status="revoked"), second(code=REVIEW), patient())


@pytest.mark.parametrize(
    ("beside", "shown", "named"),
    [
        ({"code": {"text": "CT thorax"}}, ["CT thorax"], ()),
        ({"code": REVIEW | {"text": "MDO"}, "status": "completed"}, ["MDO (afgerond)"], ()),
        ({"code": REVIEW | {"text": "MDO"}, "doNotPerform": True}, ["MDO (niet doen)"], ()),
    ],
)
def test_another_request_of_the_same_patient_that_asks_for_no_board_is_no_referral(
    beside: Node, shown: list[str], named: tuple[str, ...]
) -> None:
    found = referral(second(**beside), request(code=REVIEW), patient())

    assert (found.number, found.unmapped) == ("REF-1", named)
    assert [fact.text for fact in found.facts] == shown


def test_a_task_that_takes_the_referral_back_says_what_else_is_over() -> None:
    about = task(focus={"identifier": {"value": "REF-1"}})
    letter = {"resourceType": "DocumentReference", "id": "d", "status": "entered-in-error", "identifier": [{"value": "D-1"}]}
    letter |= {"content": [{"attachment": {"url": "https://elders.example/Binary/1"}}]}
    value = {"resourceType": "Observation", "id": "o", "status": "entered-in-error", "code": {"text": "PSA"}, "valueString": "4"}
    found = referral(about, letter, value)

    assert found.cancelled
    assert {"D-1", "DocumentReference/d"} <= set(found.documents_taken_back)
    assert [(one.label, one.text) for one in found.taken_back] == [("PSA", "4")]


ABORT = {"code": {"coding": [{"code": "abort"}]}, "status": "requested"}
ELSEWHERE = {"reference": "https://epd.example/r4/ServiceRequest/r"}
NOWHERE = {"display": "de aanvraag van vorige week"}


@pytest.mark.parametrize(
    ("told", "of"),
    [
        (task(focus=ELSEWHERE), "Task/t"),
        (task(focus={"reference": "https://epd.example/r4/Task/t0/_history/2"}) | ABORT, "Task/t0"),
        (task(focus={"reference": "Task/t0"}) | ABORT, "Task/t0"),
    ],
)
def test_a_task_alone_that_takes_back_says_which_task_of_the_sender_that_is(told: Node, of: str) -> None:
    """*Er staat geen aanvraag in deze bundel* was said of it, and the patient stayed on the list."""
    found = referral(told)

    assert (found.cancelled, found.number, found.request_task) == (True, "", of)


@pytest.mark.parametrize("over", [{"status": "requested"}, {"partOf": [{"reference": "Task/1"}]}, ABORT])
def test_a_task_alone_that_takes_back_no_task_is_for_a_person(over: Node) -> None:
    with pytest.raises(Unreadable, match="no_request"):
        read(task(focus=NOWHERE) | over)


@pytest.mark.parametrize("over", [{"status": "requested"}, {"partOf": [{"reference": "Task/1"}]}])
def test_a_task_alone_about_the_request_that_ends_nothing_is_an_addition_to_it(over: Node) -> None:
    found = read(task(focus=ELSEWHERE) | over)

    assert isinstance(found, IncomingAnswer)
    assert found.referral_at == "ServiceRequest/r"


@pytest.mark.parametrize("over", [{"status": "cancelled"}, ABORT])
def test_a_task_alone_that_takes_back_says_which_request_that_is(over: Node) -> None:
    found = referral(task(focus=ELSEWHERE) | over)

    assert (found.cancelled, found.known_as) == (True, "ServiceRequest/r")
