"""Tasks that answer, one or several in a message: each answers its own question, and none is read past."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, Unreadable
from tests.integrations.fhir.make import Node, bundle

FIRST, SECOND = "7b0f1c52-0c5e-7d0e-9a6e-2f1f6f0d8a11", "7b0f1c52-0c5e-7d0e-9a6e-2f1f6f0d8a12"


def task(said: str = "", question: str = "", referral: str = "REF-1", **more: Node | str | list[Node]) -> Node:
    fixed: Node = {"resourceType": "Task", "id": f"t{question[-2:]}", "status": "completed", "intent": "order"}
    fixed |= {"identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{question}"}]} if question else {}
    fixed |= {"basedOn": [{"identifier": {"value": referral}}]} if referral else {}
    return fixed | ({"output": [{"type": {"text": "antwoord"}, "valueString": said}]} if said else {}) | more


def read(*resources: Node) -> IncomingAnswer:
    found = FhirReader().read(bundle(*resources), "generic-r4")
    assert isinstance(found, IncomingAnswer)
    return found


def test_two_tasks_answer_two_questions() -> None:
    found = read(task("PSA 8,1", FIRST), task("Geen stollers", SECOND))

    assert (found.question, found.text) == (FIRST, "PSA 8,1")
    assert found.others == ((SECOND, "Geen stollers"),)


@pytest.mark.parametrize("order", [1, -1])
def test_the_task_that_answers_need_not_stand_first_and_what_the_other_says_stands_on_the_case(order: int) -> None:
    beside = task("Volgt later", description="Ook naar de lever kijken", input=[{"type": {"text": "ECOG"}, "valueString": "1"}])
    found = read(*[task("PSA 8,1", FIRST), beside][::order])

    assert (found.question, found.text, found.others) == (FIRST, "PSA 8,1", ())
    assert {fact.text for fact in found.facts} == {"Volgt later", "Ook naar de lever kijken", "1"}


def test_a_task_that_asks_nothing_of_us_says_all_that_it_says() -> None:
    found = read(task("Zie lab", description="Ook naar de lever kijken", note=[{"text": "met spoed"}]))

    assert found.text == "Zie lab\nmet spoed"
    assert [fact.text for fact in found.facts] == ["Ook naar de lever kijken"]


def test_who_numbers_a_referral_by_a_uuid_of_its_own_answers_no_question_of_ours() -> None:
    """It was one of ours that nobody knew: what came for the referral stood with no case. Ours are of version 7."""
    own = "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    found = read(task("Zie lab", referral=own))

    assert (found.question, found.referral_number, found.text) == ("", own, "Zie lab")


def test_a_task_numbered_so_that_is_over_takes_the_referral_back() -> None:
    """It was the answer `(geannuleerd)` to nothing, and the registration stayed on the list."""
    found = FhirReader().read(bundle(task(question="3f2504e0-4f89-41d3-9a0c-0305e82c3301", status="cancelled")), "generic-r4")

    assert isinstance(found, IncomingReferral) and (found.number, found.cancelled) == ("REF-1", True)


def test_tasks_about_two_referrals_are_no_one_message() -> None:
    with pytest.raises(Unreadable) as caught:
        read(task("a"), task("b", id="t2", referral="REF-2"))

    assert (caught.value.reason, caught.value.where) == ("split", "Task/0, Task/1")


@pytest.mark.parametrize("status", ["requested", "received", "accepted", "ready", "in-progress", "on-hold"])
def test_that_a_question_is_taken_up_is_no_answer(status: str) -> None:
    assert read(task(question=FIRST, status=status)).is_under_way


@pytest.mark.parametrize("said", [task("PSA 8,1", FIRST, status="in-progress"), task(question=FIRST)])
def test_words_are_an_answer_and_so_is_the_end(said: Node) -> None:
    assert not read(said).is_under_way


def test_a_value_that_comes_along_is_an_answer_whatever_the_state() -> None:
    value = {"resourceType": "Observation", "status": "final", "code": {"text": "PSA"}, "valueString": "8,1"}

    assert not read(task(question=FIRST, status="in-progress"), value).is_under_way


def test_a_question_that_is_turned_down_without_a_word_says_that() -> None:
    assert read(task(question=FIRST, status="rejected")).text == "(afgewezen)"


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        (task(status="requested"), True),
        (task(status="completed"), False),
        (task(question=FIRST, status="requested"), False),
        (task(status="requested", partOf=[{"reference": "Task/9"}]), False),
        (task(status="requested", code={"coding": [{"code": "suspend"}]}), False),
    ],
)
def test_a_task_that_is_requested_asks_for_the_referral(said: Node, asks: bool) -> None:
    assert read(said).asks is asks


TREATS: Node = {
    "resourceType": "CareTeam",
    "id": "team",
    "status": "active",
    "participant": [{"role": [{"text": "Hoofdbehandelaar"}], "member": {"display": "dr. Een"}}],
}


def test_who_treats_is_told_beside_a_question_and_is_no_answer_to_it() -> None:
    """It was one: the question was closed with an empty answer, and nobody was told that it had been turned down."""
    taken_up = read(task(question=FIRST, status="in-progress"), TREATS)
    assert taken_up.is_under_way and [fact.text for fact in taken_up.facts] == ["Hoofdbehandelaar: dr. Een"]
    assert read(task(question=FIRST, status="rejected"), TREATS).text == "(afgewezen)"


def test_our_own_question_that_comes_back_inside_its_task_is_no_answer_to_it() -> None:
    ours = task(question=FIRST, status="in-progress", description="Is er een recente PSA?") | {"id": "ours"}
    inside = task(question=SECOND, status="in-progress") | {
        "id": "theirs",
        "contained": [ours],
        "partOf": [{"reference": "#ours"}],
    }
    found = read(inside)
    assert found.is_under_way and found.facts == ()
