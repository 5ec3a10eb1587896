"""Two that wait for each other: PostgreSQL ends one of them, and that one is done once more; nobody hears that something went wrong."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mdo_portal import database as databases
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.services.decisions import rounds
from mdo_portal.services.room import rooms
from mdo_portal.web import context, once_more
from tests import make
from tests.copies import plain
from tests.people import PASSWORD, Region
from tests.web.decision_desk import Desk, on_the_table
from tests.web.portal import CSRF, app_on, signed_in

SOON = 20.0
ENDED = text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@dataclass(frozen=True)
class Room:
    app: Flask
    database: Database
    region: Region
    round_id: uuid.UUID
    case_id: uuid.UUID
    address: str

    def press(self, what: str, **fields: str) -> int:
        chair = signed_in(self.app, self.database, self.region, "Bram")
        return chair.post(f"{self.address}/{what}/{self.round_id}", data=fields | {"csrf_token": CSRF}).status_code

    def outcome(self) -> RoundOutcome | None:
        with self.database.transaction() as session:
            return session.get_one(Round, self.round_id).outcome


@pytest.fixture
def room(database: Database, region: Region) -> Iterator[Room]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        round_ = on_the_table(session, region, now=now)
        rooms.open_meeting(session, session.get_one(Meeting, round_.meeting_id), now=now)
        address = f"/meetings/{round_.meeting_id}/room"
    with app_on(database) as app:
        yield Room(app, database, region, round_.id, round_.case_id, address)


def test_a_recommendation_does_not_wait_for_who_holds_the_case(room: Room) -> None:
    with ThreadPoolExecutor() as hands, room.database.transaction() as session:
        rounds.round_for(session, room.region.bram, Act.NOTE_WRITE, room.round_id, now=datetime.now(UTC), lock=True)

        assert hands.submit(room.press, "advice").result(SOON) == 303


def test_a_press_that_was_ended_for_another_is_done_once_more(room: Room) -> None:
    """The chair's press has the case and waits for the round; the other has the round and then wants the case."""
    with (
        ThreadPoolExecutor() as hands,
        psycopg.connect(plain(as_role(room.database.url, "postgres"))) as other,
        psycopg.connect(plain(as_role(room.database.url, "postgres")), autocommit=True) as watch,
    ):
        other.execute("SET deadlock_timeout = '1min'")  # who waits a second first looks first, and is the one that ends
        other.execute("SELECT FROM rounds WHERE id = %s FOR UPDATE", (room.round_id,))
        pressed = hands.submit(room.press, "outcome", outcome="discussed")
        soon(lambda: watch.execute(WAITING).fetchone() != (0,))
        other.execute("SELECT FROM cases WHERE id = %s FOR UPDATE", (room.case_id,))
        other.rollback()

        assert pressed.result(SOON) == 303
    assert room.outcome() is RoundOutcome.DISCUSSED


def soon(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_what_is_ended_again_and_again_is_an_error(database: Database) -> None:
    tries: list[int] = []

    def act() -> None:
        tries.append(1)
        with database.transaction() as session:
            session.execute(ENDED)

    with pytest.raises(OperationalError):
        databases.once_more(act)

    assert len(tries) == databases.TRIES


def test_a_request_that_stored_something_is_not_done_twice(room: Room) -> None:
    stored: list[int] = []

    def route() -> None:
        with context.transaction():
            stored.append(1)
        with context.transaction() as session:
            session.execute(ENDED)

    with room.app.test_request_context("/"), pytest.raises(OperationalError):
        once_more.done(route)

    assert stored == [1]


@pytest.fixture
def ended_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first time that a signature gets to its meeting, PostgreSQL ends it for another."""
    real, ended = rooms.lock, []

    def first(session: Session, round_: Round) -> Meeting:
        if not ended:
            ended.append("40P01")
            session.execute(ENDED)
        return real(session, round_)

    monkeypatch.setattr(rooms, "lock", first)
    return ended


def test_a_signature_that_was_ended_for_another_is_done_once_more(room: Room, ended_once: list[str]) -> None:
    """Who signs proved before, in a transaction that is stored, who they are: that counted as if the signature itself was."""
    with room.database.transaction() as session:
        ended_once.append("not while it is made ready")
        make.discussed(session, session.get_one(Round, room.round_id), viewer=room.region.bram, now=datetime.now(UTC))
        ended_once.clear()
    desk = Desk(room.app, room.database, room.region, room.round_id, room.case_id, datetime.now(UTC))
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', desk.page(desk.at("sign")))

    answer = desk.post("sign", seen=seen, password=PASSWORD)

    assert (ended_once, answer.status_code, len(desk.signed())) == (["40P01"], 303, 1)


def test_what_is_ended_each_time_is_not_now_and_no_fault_of_ours(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that takes one table after another beside it: who looked at a page then heard that something went wrong."""
    monkeypatch.setattr(rounds, "round_for", lambda session, *_, **__: session.execute(ENDED))

    assert room.press("outcome", outcome="discussed") == 503


def test_so_is_that_an_advice_is_withdrawn(room: Room, ended_once: list[str]) -> None:
    with room.database.transaction() as session:
        ended_once.append("not while it is made ready")
        round_ = session.get_one(Round, room.round_id)
        make.discussed(session, round_, viewer=room.region.bram, now=datetime.now(UTC))
        make.signed(session, round_, viewer=room.region.bram, now=datetime.now(UTC))
    desk = Desk(room.app, room.database, room.region, room.round_id, room.case_id, datetime.now(UTC))
    said = {"reason": "verkeerde patiënt", "then": "closed"}
    seen = desk.write("withdrawal", **said)
    ended_once.clear()

    answer = desk.sign("withdrawal", seen=seen, **said)

    assert (ended_once, answer.status_code, len(desk.signed())) == (["40P01"], 303, 2)
