"""A Task of a hospital's own server that is cancelled later, alone, takes back the referral that came with it; and no other."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.inbound import InboundState
from tests.integrations.fhir.make import BASE, Node, bundle, patient, request
from tests.web.fhir_house import app, client, messages, post, understand

__all__ = ["app", "client"]
FOCUS = {"focus": {"reference": f"{BASE}/ServiceRequest/r"}}


def task(**more: Any) -> Node:
    return {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order"} | FOCUS | more


CANCELLED = task(status="cancelled")
ABORT = task(id="t9", code={"coding": [{"code": "abort"}]}, focus={"reference": f"{BASE}/Task/t"})


def states(database: Database) -> dict[str, CaseState]:
    with database.transaction() as session:
        return {one.referral_number: one.state for one in session.scalars(select(Case).where(Case.referral_number != ""))}


@pytest.mark.parametrize(("method", "told"), [("PUT", CANCELLED), ("POST", CANCELLED), ("POST", ABORT)])
def test_it_takes_back_the_referral_that_came_with_it(client: FlaskClient, database: Database, method: str, told: Node) -> None:
    post(client, "/fhir", bundle(patient(), request(), task()))
    post(client, "/fhir/Task" + (f"/{told['id']}" if method == "PUT" else ""), told, method=method)
    understand(database)

    assert states(database)["REF-1"] is CaseState.WITHDRAWN


def other(number: str, **more: Any) -> bytes:
    who = {"identifier": [{"system": "urn:oid:2.25.1", "value": number}]}
    return bundle(patient(**who), request(identifier=[{"value": f"REF-{number}"}]), task(**more))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (CANCELLED | {"id": "t2"}, "unknown_referral"),
        (CANCELLED | {"for": {"identifier": {"system": "urn:oid:2.25.1", "value": "78"}}}, "identity_conflict"),
    ],
    ids=["another Task", "for another"],
)
def test_it_takes_back_no_other(client: FlaskClient, database: Database, told: Node, reason: str) -> None:
    post(client, "/fhir", other("77"))
    post(client, "/fhir", other("78", id="t78"))
    post(client, "/fhir/Task", told)
    understand(database)

    assert CaseState.WITHDRAWN not in states(database).values()
    assert [(one.state, one.reason) for one in messages(database)][2] == (InboundState.UNREADABLE, reason)


def test_of_a_task_that_asked_for_two_nobody_can_say_which(client: FlaskClient, database: Database) -> None:
    for number in ("77", "78"):
        post(client, "/fhir", other(number))
    post(client, "/fhir/Task", CANCELLED)
    understand(database)

    assert CaseState.WITHDRAWN not in states(database).values()
    assert messages(database)[2].reason == "unknown_referral"


NUMBERED = {"identifier": [{"system": "urn:x", "value": "T-1"}]}
BY_NUMBER = [
    {name: said for name, said in (CANCELLED | NUMBERED | {"id": "t9"}).items() if name != "focus"},
    {name: said for name, said in (ABORT | NUMBERED | {"id": "t9"}).items() if name != "focus"},
    ABORT | {"focus": {"identifier": {"system": "urn:x", "value": "T-1"}}},
]
KINDS = ["cancelled", "to be aborted", "another asks to abort it"]


@pytest.mark.parametrize("told", BY_NUMBER, ids=KINDS)
def test_a_task_that_is_known_by_its_number_alone_takes_it_back(client: FlaskClient, database: Database, told: Node) -> None:
    """It had no address on a server, and says nothing of the request: its number is all that there is."""
    bare = bundle(patient(), request(), task(**NUMBERED)).replace(f"{BASE}/Task/t".encode(), b"urn:uuid:0000-1")
    post(client, "/fhir", bare)
    post(client, "/fhir/Task", told)
    understand(database)

    assert states(database)["REF-1"] is CaseState.WITHDRAWN


@pytest.mark.parametrize("told", BY_NUMBER, ids=KINDS)
def test_a_number_of_a_task_that_asked_for_two_takes_none_back(client: FlaskClient, database: Database, told: Node) -> None:
    for number in ("77", "78"):
        post(client, "/fhir", other(number, **NUMBERED))
    post(client, "/fhir/Task", told)
    understand(database)

    assert CaseState.WITHDRAWN not in states(database).values()
    assert messages(database)[2].reason == "unknown_referral"


def test_a_task_that_came_along_and_asked_for_something_else_takes_nothing_back(client: FlaskClient, database: Database) -> None:
    post(client, "/fhir", bundle(patient(), request(), task(**NUMBERED, focus={"reference": f"{BASE}/Patient/p"})))
    post(client, "/fhir/Task", BY_NUMBER[0])
    understand(database)

    assert states(database)["REF-1"] is not CaseState.WITHDRAWN
    assert messages(database)[1].state is InboundState.UNREADABLE
