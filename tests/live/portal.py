"""A portal of real processes for the live tests: one PostgreSQL, two web processes, one open meeting of Uro-prostaat."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from mdo_portal import wiring_region
from mdo_portal.commands.demo import story
from mdo_portal.commands.demo.fill import PASSWORD
from mdo_portal.commands.demo.places import free_places
from mdo_portal.commands.demo.screens import Screen
from mdo_portal.commands.process import open_database
from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Person, Proof
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.people import sessions
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import referrals
from mdo_portal.services.room import conclusions, rooms
from mdo_portal.settings import Settings

READY_SECONDS = 180.0


@dataclass
class WebProcess:
    """`mdo-portal web` on a port of its own; may be killed and started again."""

    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = self.environment | {"MDO_BIND": f"127.0.0.1:{self.port}", "MDO_PUBLIC_URL": self.url}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mdo_portal", "web"], env=own, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """As a power cut does it: gunicorn and its worker, without a word."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def await_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            if time.monotonic() > until:
                raise RuntimeError(f"the web process does not answer: {self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@dataclass
class Portal:
    """Where to knock, and what there is to type in."""

    settings: Settings
    database: Database
    webs: list[WebProcess]
    meeting_id: uuid.UUID
    #: the rounds on the agenda, in order; the first is on
    rounds: list[uuid.UUID]
    _cookies: dict[str, str] = field(default_factory=dict)

    def cookie(self, email: str) -> str:
        """A session of this person; sessions live in the database, so it holds on every web process."""
        if email not in self._cookies:
            self._cookies[email] = self.screen(email).cookie()
        return self._cookies[email]

    def forget(self, email: str) -> None:
        """This person was signed out: sign in anew when asked again."""
        self._cookies.pop(email, None)

    def email(self, name: str) -> str:
        """The address of the person of the invented region whose name ends so."""
        with self.database.transaction() as session:
            return session.scalars(select(Person.email).where(Person.name.like(f"%{name}"))).one()

    def screen(self, email: str) -> Screen:
        return Screen(self.webs[0].url, email, PASSWORD)

    def note(self, round_id: uuid.UUID, section: NoteSection = NoteSection.ADVICE) -> uuid.UUID:
        with self.database.transaction() as session:
            conclusions.ensure(session, round_id)
            return conclusions.notes_of(session, round_id)[section].id

    def text(self, note_id: uuid.UUID) -> str:
        with self.database.transaction() as session:
            return conclusions.text_of(session, note_id)


@contextmanager
def portal(database_url: str, home: Path, *, processes: int = 2) -> Iterator[Portal]:
    """The invented region in an empty database, with `processes` web processes on it."""
    places = free_places()
    settings, environment = story.prepare(places, home, database_url)
    ports = [places.web, *places.pages.values()][:processes]
    database = open_database(settings)
    with ExitStack() as stack:
        stack.callback(database.close)
        meeting_id, rounds = _opened_meeting(database)
        webs = [WebProcess(port, story.as_process(environment, "web"), home / f"web-{port}.log") for port in ports]
        for web in webs:
            stack.callback(web.kill)
            web.start()
        for web in webs:
            web.await_ready()
        yield Portal(settings, database, webs, meeting_id, rounds)


def _opened_meeting(database: Database) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """Three cases of Uro-prostaat on the first agenda, and the chair has opened the meeting."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        board = session.scalars(select(Board).where(Board.code == "URO-P")).one()
        query = select(Meeting).where(Meeting.board_id == board.id).order_by(Meeting.starts_at).limit(1)
        meeting = session.scalars(query).one()
        hospitals = {one.code: one for one in session.scalars(select(Hospital))}
        chair = session.scalars(select(Person).where(Person.name.like("%Wiersma"))).one()
        key = sessions.start_session(session, chair.id, hospitals["DELT"].id, proof=Proof("test", strong=True), now=now)
        session.flush()
        signed = sessions.signed_in(session, key, now=now)
        assert signed is not None
        for case in [one for one in wiring_region.invented_region().cases if one.board == "URO-P"][:3]:
            sent = replace(wiring_region.invented_referral(case, today=now.date()), documents=())
            made = referrals.register(session, sent, Source(hospitals[case.hospital], now, Wire.FORM), board_id=board.id)
            planning.plan(session, made, meeting, board, viewer=signed.viewer, now=now, late_reason="test")
        session.flush()
        rooms.open_meeting(session, meeting, now=now)
        rounds = select(Round.id).where(Round.meeting_id == meeting.id).order_by(Round.position)
        return meeting.id, list(session.scalars(rounds))
