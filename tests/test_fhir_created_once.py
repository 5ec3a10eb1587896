"""A transaction that asks to make its request only where it is not here yet (`ifNoneExist`): sent again it brings nothing of before back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseFact, CaseState
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.inbox import replaying
from tests.fhir_request_house import cases, put, sent
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.web.fhir_house import app, client, understand

__all__ = ["app", "client"]
NUMBER = [{"system": "urn:x", "value": "REF-1"}]


def asks(question: str, **more: str) -> Node:
    return request(identifier=NUMBER, note=[{"text": question}]) | more


def once(asked: Node, *beside: Node, condition: str = "identifier=urn:x|REF-1") -> bytes:
    tree = json.loads(bundle(patient(), asked, *beside, kind="transaction"))
    for entry in tree["entry"]:
        entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
        if entry["resource"]["resourceType"] == "ServiceRequest":
            entry["request"]["ifNoneExist"] = condition
    return json.dumps(tree).encode()


def test_it_makes_the_referral(client: FlaskClient, database: Database) -> None:
    assert [one.question_board for one in sent(client, database, once(asks("Operatie?")))] == ["Operatie?"]


@pytest.mark.parametrize("condition", ["identifier=urn:x|REF-1", "?identifier=urn%3Ax%7CREF-1", "identifier=REF-1"])
def test_sent_again_it_does_not_bring_the_question_of_before_back(
    client: FlaskClient, database: Database, condition: str
) -> None:
    newer = put(patient(), asks("Of eerst chemo?"))
    again = once(asks("Operatie?", patientInstruction="Nuchter"), condition=condition)
    found = sent(client, database, once(asks("Operatie?")), newer, again)
    assert [one.question_board for one in found] == ["Of eerst chemo?"]


def test_nor_a_referral_that_was_taken_back(client: FlaskClient, database: Database) -> None:
    gone = put(patient(), asks("Operatie?", status="revoked"))
    found = sent(client, database, once(asks("Operatie?")), gone, once(asks("Operatie?", patientInstruction="Nuchter")))
    assert [one.state for one in found] == [CaseState.WITHDRAWN]


def test_what_comes_with_it_is_told(client: FlaskClient, database: Database) -> None:
    value = {"resourceType": "Observation", "status": "final", "code": {"text": "PSA"}, "subject": {"reference": "Patient/p"}}
    found = sent(client, database, once(asks("Operatie?")), once(asks("Operatie?"), value | {"id": "o", "valueString": "8,1"}))
    with database.transaction() as session:
        told = list(session.scalars(select(CaseFact.text).where(CaseFact.case_id == found[0].id, CaseFact.label == "PSA")))
    assert told == ["8,1"]


def test_read_once_more_it_does_not_either(client: FlaskClient, database: Database) -> None:
    again = once(asks("Operatie?", patientInstruction="Nuchter"))
    sent(client, database, once(asks("Operatie?")), put(patient(), asks("Of eerst chemo?")), again)
    with database.transaction() as session:
        last = session.scalars(select(InboundMessage).order_by(InboundMessage.seq.desc()).limit(1)).one()
        replaying.replay(session, last, now=datetime.now(UTC))
    understand(database)
    assert [one.question_board for one in cases(database)] == ["Of eerst chemo?"]


@pytest.mark.parametrize(
    "condition",
    [
        "identifier=urn:x|REF-9",
        "identifier=urn:y|REF-1",
        "status=active",
        "identifier=urn:x|REF-1&status=active",
        "identifier=|REF-1",
        "",
    ],
)
def test_on_any_other_condition_it_is_a_newer_version(client: FlaskClient, database: Database, condition: str) -> None:
    found = sent(client, database, once(asks("Operatie?")), once(asks("Of eerst chemo?"), condition=condition))
    assert [one.question_board for one in found] == ["Of eerst chemo?"]
