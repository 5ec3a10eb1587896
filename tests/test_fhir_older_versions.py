"""An older version of a referral that comes after a newer one, or after that was taken back, changes nothing; as its server says, not we."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from mdo_portal.database import Database
from mdo_portal.domain.case import CaseState
from tests.fhir_request_house import asks, cancelled, sent, within
from tests.integrations.fhir.make import BASE, Node, bundle, patient, request
from tests.web.fhir_house import app, client

__all__ = ["app", "client"]
MORNING, NOON, EVENING = (f"2026-03-01T{hour}:00:00+01:00" for hour in ("09", "12", "18"))
TASK: Node = {
    "resourceType": "Task",
    "id": "t",
    "status": "requested",
    "intent": "order",
    "focus": {"reference": f"{BASE}/ServiceRequest/r"},
}


def version(number: str = "", at: str = "", question: str = "Operatie?", **more: Any) -> bytes:
    told = {name: said for name, said in {"versionId": number, "lastUpdated": at}.items() if said}
    return bundle(patient(), asks(question, meta=told, **more))


def stamped(raw: bytes, at: str) -> bytes:
    return json.dumps(json.loads(raw) | {"timestamp": at}).encode()


OVER = {"status": "revoked"}


@pytest.mark.parametrize(
    ("asked", "over"),
    [
        (version("1", MORNING), version("2", NOON, **OVER)),
        (version("1"), version("2", **OVER)),
        (version("9"), version("10", **OVER)),
        (version("", MORNING), version("", NOON, **OVER)),
        (version("", "2026-03-01T09:00:00+01:00"), version("", "2026-03-01T09:00:02+01:00", **OVER)),
        (stamped(version(), MORNING), stamped(version(**OVER), NOON)),
        (bundle(patient(), asks(), TASK | {"lastModified": MORNING}), bundle(cancelled(lastModified=NOON, focus=TASK["focus"]))),
        (
            within(patient(), request(meta={"lastUpdated": MORNING})),
            within(patient(), request(meta={"lastUpdated": NOON}, **OVER)),
        ),
    ],
    ids=["version and moment", "version", "ten", "moment", "seconds", "Bundle", "Task", "by number"],
)
def test_one_that_is_older_than_its_withdrawal_does_not_ask_anew(
    client: FlaskClient, database: Database, asked: bytes, over: bytes
) -> None:
    late = asked.replace(b'"collection"', b'"batch"').replace(b'"transaction"', b'"batch"')  # other bytes: no double

    assert [one.state for one in sent(client, database, asked, over, late)] == [CaseState.WITHDRAWN]


@pytest.mark.parametrize(
    ("over", "asked"),
    [
        (version("2", NOON, **OVER), version("3", EVENING)),
        (version("2", **OVER), version("3")),
        (version("2", NOON, **OVER), version("1", EVENING)),  # numbered anew by another server: nobody can tell
        (version(**OVER), version("1")),
        (bundle(cancelled(lastModified=NOON, focus=TASK["focus"])), version("", MORNING)),  # the Task says nothing of the request
        (
            bundle(cancelled(lastModified=NOON, focus=TASK["focus"])),
            bundle(patient(), asks(meta={"lastUpdated": EVENING}), TASK | {"lastModified": MORNING}),
        ),
    ],
    ids=["newer", "newer by number", "numbered anew", "without a version", "unchanged since", "changed since"],
)
def test_one_that_may_be_newer_asks_anew(client: FlaskClient, database: Database, over: bytes, asked: bytes) -> None:
    """A patient who must be on the list is never left off for want of a clock."""
    found = sent(client, database, version("1", MORNING), over)
    assert [one.state for one in found] == [CaseState.WITHDRAWN]

    assert CaseState.WITHDRAWN not in [one.state for one in sent(client, database, asked)]


def test_an_older_version_does_not_take_the_place_of_a_newer_one(client: FlaskClient, database: Database) -> None:
    found = sent(
        client,
        database,
        version("1", question="Chemo?"),
        version("3", question="Operatie?"),
        version("2", question="Bestraling?"),
    )

    assert [one.question_board for one in found] == ["Operatie?"]


def test_of_two_that_ask_the_moment_alone_says_nothing(client: FlaskClient, database: Database) -> None:
    """A sender whose clock was put right would lose what it said since."""
    found = sent(client, database, version("", NOON, "Chemo?"), version("", MORNING, "Operatie?"))

    assert [one.question_board for one in found] == ["Operatie?"]


def test_a_version_of_another_request_under_the_same_number_says_nothing(client: FlaskClient, database: Database) -> None:
    told = [
        bundle(patient(), request(id=f"r{n}", meta={"versionId": str(9 - n)}, note=[{"text": f"Vraag {n}?"}])) for n in (1, 2)
    ]

    assert [one.question_board for one in sent(client, database, *told)] == ["Vraag 2?"]


def test_a_withdrawal_that_is_older_than_what_asks_is_marked_for_a_person(client: FlaskClient, database: Database) -> None:
    found = sent(client, database, version("3", EVENING), version("2", NOON, **OVER))

    assert [(one.state is CaseState.WITHDRAWN, one.cancel_told_at is not None) for one in found] == [(False, True)]
