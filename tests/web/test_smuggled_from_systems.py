"""What the door of hospitals' systems writes is written by the system that came in by its token, and by nobody else in its place.

As for pages (test_smuggled.py): each call is made as the web role and taken back; then what it wrote is said again, statement by statement, in
the sessions of strangers, of who manages that very link, and by the systems of other hospitals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mdo_portal.database import is_held_back
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.services.inbox import inbound_rows, intake
from mdo_portal.services.inbox.inbound_rows import Statement
from mdo_portal.services.people import sessions
from tests import make
from tests.copies import Copies
from tests.integrations.fhir.make import sample
from tests.people import Region
from tests.web.fhir_house import DELT, TASK
from tests.web.smuggling_house import House, Write, house_on

pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
#: nobody; who treats, leads, takes part, connects, watches, administers; who connects this very hospital; the systems of others
STRANGERS = ("", "Dirk", "Carla", "Mila", "Bram", "Aisha", "Lars", "Kim", "Petra", "Ada", "Loes", "ZEED", "KREE")
#: what is theirs too: who connects a hospital says how often its server is asked
THEIRS = {"Loes": {"UPDATE polls next_at"}, "Ada": {"UPDATE polls next_at"}}
REQUEST = {"resourceType": "ServiceRequest", "id": "7", "status": "active", "intent": "order", "subject": {"display": "x"}}
NUMBER = "identifier=urn:x%7CT-1"


class Call(NamedTuple):
    path: str
    body: Any = None
    method: str = "POST"
    headers: dict[str, str] = {}  # noqa: RUF012  read only


CALLS = {
    "a referral": Call("/fhir", sample("referral-r4.json")),
    "a message": Call("/fhir/$process-message", sample("referral-r4.json")),
    "a task": Call("/fhir/Task", TASK),
    "a task, unless it is here": Call("/fhir/Task", TASK, headers={"If-None-Exist": NUMBER}),
    "a task that is another kind": Call("/fhir/Task", REQUEST),
    "no json": Call("/fhir", b"{"),
    "a newer task": Call("/fhir/Task/01a22efb-42c3-7b00-b1af-d444b4b4542f", TASK, "PUT"),
    "a request at its address": Call("/fhir/ServiceRequest/7", REQUEST, "PUT"),
    "a request under its number": Call(f"/fhir/ServiceRequest?{NUMBER}", REQUEST | {"identifier": [{"system": "urn:x", "value": "T-1"}]}, "PUT"),
    "a request is gone": Call("/fhir/ServiceRequest/7", None, "DELETE"),
    "a request under its number is gone": Call(f"/fhir/ServiceRequest?{NUMBER}", None, "DELETE"),
    "something is new there": Call("/fhir/Subscription/notice", {}),
    "something is new there, and what": Call("/fhir/Subscription/notice/Task/7", TASK, "PUT"),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(copies: Copies, region: Region) -> Iterator[House]:
    with copies.one() as database:
        with database.transaction() as session:
            link = session.scalars(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).one()
            session.add(
                Poll(
                    link_id=link.id,
                    hospital_id=link.hospital_id,
                    query="Task?status=requested",
                    every_seconds=60,
                    since=make.NOW,
                    next_at=datetime.now(UTC) + timedelta(hours=1),
                )
            )
        with house_on(database, region) as made:
            yield made


def called(house: House, call: Call) -> tuple[int, list[Statement], list[Write]]:
    """What the door answered, what it stored by its own line, and what else it wrote; all of it taken back."""
    raw = call.body if isinstance(call.body, bytes) else json.dumps(call.body).encode() if call.body is not None else b""
    stored: list[Statement] = []
    house.written.clear()
    house.trying.undo = True
    try:
        with patch.object(intake, "_say", lambda line, one: (stored.append(one), line.execute(one.said, one.packed))):
            answer = house.app.test_client(use_cookies=False).open(
                call.path,
                method=call.method,
                data=raw,
                headers={"Authorization": DELT, **call.headers},
                content_type="application/fhir+json",
            )
    finally:
        house.trying.undo = False
    return answer.status_code, stored, list(house.written)


def smuggled(house: House, who: str, stored: list[Statement], written: list[Write]) -> list[str]:
    """What came of it in this session: how many messages stand there, and which rows were written."""
    return [one for statement in stored if (one := _smuggled(house, who, statement))] + house.smuggle(who, written)


def _smuggled(house: House, who: str, statement: Statement) -> str:
    door = {"link": f"token-{who}"} if who.isupper() else {"entering": sessions.hash_key(house.keys[who]) if who else ""}
    with house.trying.transaction(**door) as session:
        try:
            with inbound_rows.line_of(session) as line:
                line.execute(statement.said, statement.packed)
                return "stored" if line.fetchall() else ""
        except DBAPIError as error:
            return "" if is_held_back(error) else "what is wrong with it is not whose it is"
        finally:
            session.rollback()


@pytest.mark.parametrize("what", CALLS)
def test_what_the_door_writes_is_written_by_the_system_that_came_in(house: House, what: str) -> None:
    status, stored, written = called(house, CALLS[what])

    assert status < 500 and (stored or written), "this call wrote nothing"
    assert smuggled(house, "DELT", stored, written), "the system itself is refused what the door wrote"
    for stranger in STRANGERS:
        assert set(smuggled(house, stranger, stored, written)) <= THEIRS.get(stranger, set()), stranger or "nobody"
