"""The sockets and the access log: what carries a patient's words is logged, and without the log it does not go out (G1, G2)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from pycrdt import Doc, Text
from sqlalchemy import select, text

from mdo_portal.database import Database
from mdo_portal.domain.audit import REFUSED, AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.live.guard import EVENTS
from mdo_portal.services.room import conclusions
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in

WORDS = "Mevrouw van Voorbeeld wil geen operatie."
#: event -> what our page sends; an event that is not here fails the test below
PAYLOADS = ("note:open", "note:update", "note:awareness", "room:join", "watch")


@dataclass(frozen=True)
class Live:
    """An application with one open meeting and one note in which something about a patient stands."""

    app: Flask
    database: Database
    region: Region
    note: uuid.UUID
    meeting: uuid.UUID
    case: uuid.UUID

    def ask(self, name: str, event: str, payload: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """What this person's browser gets: the answer, and everything that is sent besides."""
        browser = signed_in(self.app, self.database, self.region, name)
        socket = self.app.extensions["mdo_live"].test_client(
            self.app, flask_test_client=browser, headers={"Origin": self.app.extensions["mdo_settings"].public_url}
        )
        if event == "note:update":
            socket.emit("note:open", {"note": str(self.note)}, callback=True)
        answer = socket.emit(event, payload, callback=True)
        return answer, socket.get_received()

    def payload(self, event: str) -> dict[str, Any]:
        change: Doc[Any] = Doc()
        change["text"] = words = Text()
        words += "x"
        return {
            "note:open": {"note": str(self.note)},
            "note:update": {"note": str(self.note), "update": change.get_update()},
            "note:awareness": {"note": str(self.note), "update": b"\0"},
            "room:join": {"meeting": str(self.meeting)},
            "watch": {"topics": [f"case:{self.case}", f"meeting:{self.meeting}"]},
        }[event]

    def lines(self, name: str) -> list[AuditEntry]:
        with self.database.transaction() as session:
            query = select(AuditEntry).where(AuditEntry.person_name == name, AuditEntry.act.like("note:%"))
            return list(session.scalars(query.order_by(AuditEntry.seq)))


@pytest.fixture
def live_app(database: Database, region: Region) -> Iterator[Live]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        round_ = make.planned(session, case, meeting, viewer=region.aisha, now=now)
        make.typed(session, round_, WORDS, now=now)
        note = conclusions.notes_of(session, session.get_one(Round, round_.id).id)[NoteSection.ADVICE].id
        ids = note, meeting.id, case.id
    with app_on(database, hears=True) as app:
        yield Live(app, database, region, *ids)


def test_every_event_is_tried_and_what_carries_words_is_logged(live_app: Live) -> None:
    assert set(PAYLOADS) == set(EVENTS)
    carried = []
    for event in PAYLOADS:
        answer, besides = live_app.ask("Bram", event, live_app.payload(event))
        if b"van Voorbeeld" in repr((answer, besides)).encode():
            carried.append(event)

    assert carried == ["note:open"]
    opened = live_app.lines("Bram")[0]
    assert (opened.act, opened.object_id, opened.case_id) == ("note:read", str(live_app.note), live_app.case)


def test_writing_leaves_one_line_for_a_sitting(live_app: Live) -> None:
    browser = signed_in(live_app.app, live_app.database, live_app.region, "Bram")
    origin = {"Origin": live_app.app.extensions["mdo_settings"].public_url}
    socket = live_app.app.extensions["mdo_live"].test_client(live_app.app, flask_test_client=browser, headers=origin)
    socket.emit("note:open", {"note": str(live_app.note)}, callback=True)
    for _ in range(3):
        assert socket.emit("note:update", live_app.payload("note:update"), callback=True)["ok"]

    assert [line.act for line in live_app.lines("Bram")] == ["note:read", "note:write"]


def test_without_the_log_a_note_does_not_open(live_app: Live) -> None:
    with live_app.database.transaction() as session:
        session.execute(text("ALTER TABLE audit_entries RENAME TO audit_away"))

    answer, besides = live_app.ask("Bram", "note:open", live_app.payload("note:open"))

    assert answer == {"ok": False, "reason": "busy"}
    assert "Voorbeeld" not in repr((answer, besides))


def test_an_attempt_at_a_foreign_note_stands_in_the_owners_log(live_app: Live) -> None:
    answer, _ = live_app.ask("Carla", "note:open", live_app.payload("note:open"))

    assert answer == {"ok": False, "reason": "NotFound"}
    with live_app.database.transaction() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.outcome == REFUSED)).one()
    assert (line.act, line.hospital_id, line.case_id) == (Act.NOTE_READ, live_app.region.hospitals["ZEED"], live_app.case)
