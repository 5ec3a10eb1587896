"""`relay`: from a keystroke to the last of twenty-five screens, stored in between, through the real web process."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import websocket
from pycrdt import Doc, Text

from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.services.people import sessions
from mdo_portal.services.room import conclusions
from tests import make
from tests.people import Region, fill, person_id

from .figures import LOAD_CORE, Figures, pinned, quantile
from .house import House, house

SCREENS = 25
KEYSTROKES = 100
PER_SECOND = 20
PEOPLE = ("Bram", "Bilal", "Mila", "Aisha")  # one person has a limited number of screens
NODE = "node's Socket.IO server is not in package-lock.json; knowledge/performance.md 4 saw p95 2.9 ms (10 screens), 11.8 ms (50)"


@dataclass
class Screen:
    """One browser's socket, spoken by hand: Engine.IO 4 and Socket.IO 5 in text, updates as binary attachments."""

    socket: websocket.WebSocket
    answers: dict[int, Any] = field(default_factory=dict)
    heard: dict[int, float] = field(default_factory=dict)  # revision -> moment
    news: threading.Condition = field(default_factory=threading.Condition)
    asked: int = 0

    @classmethod
    def open(cls, found: House, cookie: str) -> Screen:
        address = f"{found.web.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
        screen = cls(websocket.create_connection(address, cookie=cookie, timeout=30, origin=found.web))
        screen.socket.recv()
        screen.socket.send("40")
        screen.socket.recv()
        threading.Thread(target=screen._listen, daemon=True).start()
        return screen

    def ask(self, event: str, payload: dict[str, Any], attachment: bytes = b"") -> dict[str, Any]:
        """Emit and wait for the acknowledgement."""
        self.asked += 1
        number = self.asked
        text = json.dumps([event, payload | ({"update": {"_placeholder": True, "num": 0}} if attachment else {})])
        self.socket.send(f"{'451-' if attachment else '42'}{number}{text}")
        if attachment:
            self.socket.send_binary(attachment)
        with self.news:
            assert self.news.wait_for(lambda: number in self.answers, 20), f"no answer to {event}"
        answer: dict[str, Any] = self.answers.pop(number)
        assert answer.get("ok"), f"{event} was refused"
        return answer

    def _listen(self) -> None:
        self.socket.settimeout(None)
        while True:
            try:
                self._take(self.socket.recv())
            except (websocket.WebSocketException, OSError):
                return

    def _take(self, said: str | bytes) -> None:
        now = time.perf_counter()
        if isinstance(said, bytes):
            return
        if said == "2":
            self.socket.send("3")
        elif said.startswith("451-["):
            self._told(json.loads(said[4:]), now)
        elif said.startswith(("43", "46")):  # an answer, with or without attachments
            digits, _, rest = said[2:].partition("[")
            with self.news:
                self.answers[int(digits.rpartition("-")[2])] = json.loads("[" + rest)[0]
                self.news.notify_all()

    def _told(self, news: list[Any], now: float) -> None:
        if news[0] == "note:update":
            with self.news:
                self.heard[news[1]["revision"]] = now
                self.news.notify_all()


def measure(url: str) -> Figures:
    """Twenty keystrokes a second, a hundred in all."""
    figures = Figures("relay")
    with house(url) as found, pinned(LOAD_CORE):
        database = found.database()
        region = fill(database)
        meeting_id, note_id = _room(database, region)
        found.portal("web")
        screens = [Screen.open(found, _cookie(found, database, region, PEOPLE[n % len(PEOPLE)])) for n in range(SCREENS + 1)]
        for screen in screens:
            screen.ask("room:join", {"meeting": str(meeting_id)})
            screen.ask("note:open", {"note": str(note_id)})
        took = _typed(screens[0], screens[1:], note_id)
        stored = found.count("SELECT count(*) FROM note_updates")
        for screen in screens:
            screen.socket.close()
    figures.limit(f"p50 to the last of {SCREENS}", "ms", quantile(took, 0.5))
    figures.limit(f"p95 to the last of {SCREENS}", "ms", quantile(took, 0.95), at_most=40, note=NODE)
    figures.limit("keystrokes not stored", "updates", KEYSTROKES - stored, at_most=0)
    figures.limit("keystrokes that did not reach every screen", "updates", KEYSTROKES - len(took), at_most=0)
    return figures


def _room(database: Database, region: Region) -> tuple[uuid.UUID, uuid.UUID]:
    """An open meeting with one case, and the note of its advice."""
    with database.transaction() as session:
        meeting = make.meeting(session, session.get_one(Board, region.boards["URO-P"]), starts_at=datetime.now(UTC))
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"])
        round_: Round = make.planned(session, case, meeting, viewer=region.bram, now=datetime.now(UTC))
        conclusions.ensure(session, round_.id)
        notes = conclusions.notes_of(session, round_.id)
        return meeting.id, list(notes.values())[-1].id


def _cookie(found: House, database: Database, region: Region, name: str) -> str:
    """The cookie of a browser in which this person has signed in."""
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface

    with database.transaction() as session:
        key = sessions.start_session(session, person_id(name), region.hospitals["DELT"], proof=make.PROOF, now=datetime.now(UTC))
    app = Flask("cookie")
    app.secret_key = found.settings.secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"mdo={signer.dumps({'_user_id': key, '_fresh': True})}"


def _typed(writer: Screen, readers: list[Screen], note_id: uuid.UUID) -> list[float]:
    """Milliseconds from each keystroke to the last screen that heard of it."""
    document: Doc[Any] = Doc()
    document["text"] = text = Text()
    took, started = [], time.perf_counter()
    for number in range(KEYSTROKES):
        time.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
        before = document.get_state()
        text += "e"
        pressed = time.perf_counter()
        revision = writer.ask("note:update", {"note": str(note_id)}, document.get_update(before))["revision"]
        moments = [_moment(reader, revision) for reader in readers]
        if None not in moments:
            took.append((max(one for one in moments if one is not None) - pressed) * 1000)
    return took


def _moment(reader: Screen, revision: int) -> float | None:
    with reader.news:
        reader.news.wait_for(lambda: revision in reader.heard, 5)
        return reader.heard.get(revision)
