"""What a hospital's system asks of the FHIR door beside the body: an update under a number, a version, and how much it wants to hear."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from integrations.fhir.text.judge import problem
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.errors import IllegalMove
from mdo_portal.services.inbox import replaying
from mdo_portal.services.inbox.inbox_rows import ReasonCount
from tests.integrations.fhir.make import Node, bundle, patient, request
from tests.web.fhir_house import TASK, app, client, messages, post, speaks_stu3, understand

__all__ = ["app", "client"]
NUMBER = [{"system": "urn:x", "value": "R-1"}]
WHO: Node = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}
THERE = "/fhir/ServiceRequest/r"


def asks(question: str = "Operatie?", **more: Any) -> Node:
    return request(subject=WHO, identifier=NUMBER, note=[{"text": question}]) | more


def put(client: FlaskClient, there: str, told: Any, **more: str) -> Any:
    return post(client, there, told, **{"method": "PUT"} | more)


def questions(database: Database) -> list[str]:
    understand(database)
    with database.transaction() as session:
        return list(session.scalars(select(Case.question_board).where(Case.wire == "fhir").order_by(Case.received_at)))


# An update under a number


@pytest.mark.parametrize(
    "condition", ["identifier=urn:x|R-1", "identifier=urn%3Ax%7CR-1", "identifier=R-1", "identifier=R-1&_format=json"]
)
def test_an_update_under_its_number_is_the_same_referral(client: FlaskClient, database: Database, condition: str) -> None:
    """It was 405, and nothing of it was kept."""
    first = put(client, f"/fhir/ServiceRequest?{condition}", asks())
    assert (first.status_code, questions(database)) == (202, ["Operatie?"])

    put(client, f"/fhir/ServiceRequest?{condition}", asks("Of eerst chemo?"))
    assert questions(database) == ["Of eerst chemo?"]


def test_in_stu3_of_a_referral_request(client: FlaskClient, database: Database) -> None:
    speaks_stu3(database)
    told = asks() | {"resourceType": "ReferralRequest"}
    assert put(client, "/fhir/ReferralRequest?identifier=urn:x|R-1", told).status_code == 202
    assert questions(database) == ["Operatie?"]


@pytest.mark.parametrize(
    "condition",
    [
        "identifier=urn:x|R-2", "identifier=urn:y|R-1", "identifier=|R-1", "identifier=urn:x|", "identifier=", "status=active",
        "identifier=urn:x|R-1&status=active", "identifier=urn:x|R-1&identifier=urn:x|R-1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ServiceRequest", "Task"])
def test_one_that_asks_for_another_is_refused_and_kept_for_a_person(
    client: FlaskClient, database: Database, kind: str, condition: str
) -> None:
    """Of a Task it was taken, whatever its address asked for."""
    told = asks() if kind == "ServiceRequest" else TASK | {"identifier": NUMBER}
    answer = put(client, f"/fhir/{kind}?{condition}", told)
    understand(database)

    (issue,) = answer.json["issue"]
    assert (answer.status_code, issue["severity"], issue["code"]) == (412, "error", "conflict")
    assert problem(answer.json, "R4") == ""
    assert [(one.state, one.reason) for one in messages(database)] == [(InboundState.UNREADABLE, "condition")]


def test_no_person_makes_it_a_referral_that_its_sender_was_told_is_not_here(client: FlaskClient, database: Database) -> None:
    """Its system sends it again under another number, and there would be two."""
    put(client, "/fhir/ServiceRequest?identifier=urn:x|R-2", asks())
    (kept,) = messages(database)
    with database.transaction() as session, pytest.raises(IllegalMove, match="opnieuw sturen"):
        replaying.replay(session, session.get_one(InboundMessage, kept.id), now=datetime.now(UTC))
    assert (questions(database), ReasonCount("condition", 1, kept.received_at).may_be_read_again) == ([], False)


def test_mended_it_is_taken(client: FlaskClient, database: Database) -> None:
    put(client, "/fhir/ServiceRequest?identifier=urn:x|R-2", asks())
    assert put(client, "/fhir/ServiceRequest?identifier=urn:x|R-1", asks()).status_code == 202
    assert questions(database) == ["Operatie?"]


@pytest.mark.parametrize("how", ["", "?_format=json", "?_pretty=true&_format=xml"])
def test_without_a_condition_there_is_nothing_at_that_address_to_update(
    client: FlaskClient, database: Database, how: str
) -> None:
    answer = put(client, f"/fhir/ServiceRequest{how}", asks())
    assert (answer.status_code, answer.allow.as_set(), messages(database)) == (405, {"post"}, [])


def test_at_its_own_address_nothing_else_in_it_is_a_condition(client: FlaskClient) -> None:
    assert put(client, f"{THERE}?api-version=1", asks()).status_code == 202


# A version


@pytest.mark.parametrize(
    ("there", "told", "status"),
    [(THERE, asks(), 202), ("/fhir/Task", TASK, 201), ("/fhir/ServiceRequest?identifier=R-1", asks(), 202)],
)
def test_that_no_version_is_compared_is_said_and_it_is_taken(client: FlaskClient, there: str, told: Node, status: int) -> None:
    answer = put(client, there, told, If_Match='W/"3"')
    warned = [one for one in answer.json["issue"] if one["severity"] == "warning"]
    assert (answer.status_code, [one["code"] for one in warned]) == (status, ["not-supported"])
    assert "If-Match" in warned[0]["diagnostics"] and problem(answer.json, "R4") == problem(answer.json, "STU3") == ""
    assert [one["severity"] for one in put(client, there, told).json["issue"]] == ["information"]


# How much it wants to hear


@pytest.mark.parametrize("wanted", ["return=minimal", "respond-async, return=minimal", "return=minimal; x=y", "Return=Minimal"])
@pytest.mark.parametrize("kind", ["json", "xml"])
def test_who_wants_to_hear_little_hears_the_status_alone(client: FlaskClient, wanted: str, kind: str) -> None:
    answer = post(client, f"/fhir/Task?_format={kind}", TASK, Prefer=wanted)
    assert (answer.status_code, answer.text) == (201, "")
    assert (answer.headers["Preference-Applied"], answer.headers["Location"][:11]) == ("return=minimal", "/fhir/Task/")


@pytest.mark.parametrize("wanted", ["return=representation", "return=OperationOutcome", ""])
def test_anybody_else_hears_an_outcome(client: FlaskClient, wanted: str) -> None:
    """What was sent does not come back: nothing of a patient is read here."""
    answer = post(client, "/fhir/Task", TASK, Prefer=wanted)
    assert (answer.json["resourceType"], "Preference-Applied" in answer.headers) == ("OperationOutcome", False)


def test_what_is_wrong_is_said_to_them_too(client: FlaskClient) -> None:
    refused = post(client, "/fhir/Task", {"id": "1"}, Prefer="return=minimal")
    passed = put(client, THERE, asks(), Prefer="return=minimal", If_Match='W/"1"')
    assert [(one.status_code, one.json["resourceType"]) for one in (refused, passed)] == [
        (400, "OperationOutcome"),
        (202, "OperationOutcome"),
    ]
    assert not any("Preference-Applied" in one.headers for one in (refused, passed))


def test_of_a_transaction_only_what_is_wrong_has_words(client: FlaskClient) -> None:
    tree = json.loads(bundle(patient(), request(), kind="transaction"))
    tree["entry"].append({"request": {"method": "PUT", "url": "Observation/1"}})
    answer = post(client, "/fhir", tree, Prefer="return=minimal")
    assert [(one["response"]["status"], "outcome" in one["response"]) for one in answer.json["entry"]] == [
        ("202 Accepted", False),
        ("202 Accepted", False),
        ("202 Accepted", True),
    ]
    assert problem(answer.json, "R4") == ""


# A batch


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ({"request": {"method": "GET", "url": "Patient?identifier=1"}}, "405 Method Not Allowed"),
        ({"request": {"method": "PATCH", "url": "ServiceRequest/1"}}, "405 Method Not Allowed"),
        ({"request": {"method": "PUT", "url": "Observation/1"}}, "400 Bad Request"),
        ({"resource": {"status": "final"}, "request": {"method": "POST", "url": "Observation"}}, "400 Bad Request"),
        ({"request": {"method": "DELETE", "url": "Observation/1"}}, "202 Accepted"),
    ],
)
@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_an_entry_of_a_batch_in_which_nothing_is_done_hears_that(
    client: FlaskClient, database: Database, kind: str, entry: Node, status: str
) -> None:
    """Each heard that it was accepted. A transaction is one whole: it is taken, and what is wrong in it stands beside that."""
    tree = json.loads(bundle(patient(), request(), kind=kind))
    tree["entry"].append(entry)
    answer = post(client, "/fhir", tree)

    told = [one["response"] for one in answer.json["entry"]]
    assert [one["status"] for one in told] == ["202 Accepted"] * 2 + [status if kind == "batch" else "202 Accepted"]
    assert len(told[2]["outcome"]["issue"]) == (1 if entry["request"]["method"] == "DELETE" else 2)
    assert problem(answer.json, "R4") == "" and len(questions(database)) == 1
