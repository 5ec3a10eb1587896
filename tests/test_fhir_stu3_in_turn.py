"""STU3: a ReferralRequest without a number, one message after another, as an EPD of that version tells of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.inbound import InboundState
from tests.fhir_request_house import cases
from tests.integrations.fhir.make import BASE, Node, bundle, patient
from tests.web.fhir_house import app, client, messages, post, speaks_stu3, understand

__all__ = ["app", "client"]
ADDRESS = "ReferralRequest/r"
MORNING, NOON = (f"2026-03-01T{hour}:00:00+01:00" for hour in ("09", "12"))
THERE = pytest.mark.parametrize("there", [ADDRESS, f"{BASE}/{ADDRESS}", f"{BASE}/{ADDRESS}/_history/3"])


@pytest.fixture(autouse=True)
def _stu3(client: FlaskClient, database: Database) -> None:
    speaks_stu3(database)


def asks(question: str = "Operatie?", **more: Any) -> Node:
    fixed = {"resourceType": "ReferralRequest", "id": "r", "status": "active", "intent": "order"}
    return fixed | {"subject": {"reference": "Patient/p"}, "description": question} | more


def told(question: str = "Operatie?", number: str = "", at: str = "", **more: Any) -> bytes:
    meta = {name: said for name, said in {"versionId": number, "lastUpdated": at}.items() if said}
    return bundle(patient(), asks(question, **({"meta": meta} if meta else {}), **more))


def sent(client: FlaskClient, database: Database, *many: bytes | Node) -> list[Any]:
    for one in many:
        path = "/fhir" if isinstance(one, bytes) else f"/fhir/{one['resourceType']}"
        assert post(client, path, one).status_code in (200, 201, 202)
        understand(database)
    return cases(database)


def task(**more: Any) -> Node:
    return {"resourceType": "Task", "id": "t", "status": "cancelled", "intent": "order"} | more


def form(there: str, by: str = "basedOn") -> Node:
    item = {"linkId": "1", "text": "PSA", "answer": [{"valueString": "8,1"}]}
    return {"resourceType": "QuestionnaireResponse", "status": "completed", by: [{"reference": there}], "item": [item]}


def by_parent(there: str) -> Node:
    return form(there, "parent")


def letter(there: str) -> Node:
    content = [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8="}}]
    fixed = {"resourceType": "DocumentReference", "status": "current", "type": {"text": "PA-verslag"}, "content": content}
    return fixed | {"indexed": NOON, "context": {"related": [{"ref": {"reference": there}}]}}


def report(there: str) -> Node:
    fixed = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "PA"}, "conclusion": "Adenocarcinoom"}
    return fixed | {"basedOn": [{"reference": there}]}


def test_told_again_at_its_address_it_is_the_same_referral(client: FlaskClient, database: Database) -> None:
    found = sent(client, database, told(), told("Of eerst chemo?"))

    assert [(one.question_board, one.known_as) for one in found] == [("Of eerst chemo?", ADDRESS)]
    assert [list(one.leftovers) for one in messages(database)] == [[], []]


@pytest.mark.parametrize("by", [("1", "2"), (MORNING, NOON)], ids=["number", "moment"])
def test_sent_by_itself_its_version_says_that_its_id_is_its_address(
    client: FlaskClient, database: Database, by: tuple[str, str]
) -> None:
    who = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}
    name = "versionId" if by[0] == "1" else "lastUpdated"
    many = [asks(question, subject=who, meta={name: at}) for question, at in zip(("Operatie?", "Chemo?"), by, strict=True)]

    assert [one.question_board for one in sent(client, database, *many)] == ["Chemo?"]


def test_an_older_version_that_comes_late_changes_nothing(client: FlaskClient, database: Database) -> None:
    found = sent(client, database, told("Chemo?", "1"), told("Operatie?", "3"), told("Bestraling?", "2"))

    assert [one.question_board for one in found] == ["Operatie?"]


@pytest.mark.parametrize(
    "over",
    [
        told(status="cancelled"),
        told(status="entered-in-error"),
        bundle(task(focus={"reference": ADDRESS})),
        bundle(task(basedOn=[{"reference": f"{BASE}/{ADDRESS}/_history/2"}])),
        task(focus={"reference": f"{BASE}/{ADDRESS}"}),
        task(status="requested", focus={"reference": ADDRESS}, code={"coding": [{"system": "urn:x", "code": "abort"}]}),
    ],
    ids=["cancelled", "in error", "a Task in a Bundle", "a Task that rests on it", "a Task", "a Task that asks to abort"],
)
def test_it_is_taken_back(client: FlaskClient, database: Database, over: bytes | Node) -> None:
    assert [one.state for one in sent(client, database, told(), over)] == [CaseState.WITHDRAWN]


@pytest.mark.parametrize(
    "over",
    [told("Operatie?", "2", NOON, status="cancelled"), bundle(task(focus={"reference": ADDRESS}, lastModified=NOON))],
    ids=["cancelled", "a Task"],
)
def test_one_that_is_older_than_its_withdrawal_does_not_ask_anew(client: FlaskClient, database: Database, over: bytes) -> None:
    asked = told("Operatie?", "1", MORNING)
    beside = {} if b"versionId" in over else {"timestamp": MORNING}
    asked = json.dumps(json.loads(asked) | beside).encode()
    late = asked.replace(b'"collection"', b'"batch"')

    assert [one.state for one in sent(client, database, asked, over, late)] == [CaseState.WITHDRAWN]


@THERE
@pytest.mark.parametrize("made", [form, by_parent, letter, report])
def test_what_points_at_it_finds_its_case(client: FlaskClient, database: Database, there: str, made: Any) -> None:
    sent(client, database, told(), made(there))

    first, second = messages(database)
    assert (second.state, second.reason, second.case_id) == (InboundState.UNDERSTOOD, "", first.case_id)
    assert list(second.leftovers) == []


@THERE
def test_a_task_about_it_finds_its_case(client: FlaskClient, database: Database, there: str) -> None:
    sent(client, database, told(), task(status="requested", focus={"reference": there}, description="Graag snel"))

    first, second = messages(database)
    assert (second.state, second.reason, second.case_id) == (InboundState.UNDERSTOOD, "", first.case_id)


def test_what_points_at_another_is_for_a_person(client: FlaskClient, database: Database) -> None:
    sent(client, database, told(), letter("ReferralRequest/other"))

    assert messages(database)[1].state is InboundState.UNREADABLE


def test_a_name_within_a_message_is_no_address(client: FlaskClient, database: Database) -> None:
    many = []
    for question in ("Operatie?", "Chemo?"):
        tree = json.loads(told(question))
        for number, one in enumerate(tree["entry"]):
            one["fullUrl"] = f"urn:uuid:0000-{number}"
        many.append(json.dumps(tree).encode())

    assert len(sent(client, database, *many)) == 2
