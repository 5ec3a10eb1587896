"""An open meeting with five cases, in a portal of a real process, and what is stored of it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import Note
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import PortalError
from mdo_portal.exchange.people import PersonName
from mdo_portal.services.people import sessions
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import conclusions, rooms
from tests import make
from tests.faults.house import House, environment, free_port
from tests.live.portal import WebProcess
from tests.people import PEOPLE, Region, person_id

NAMES = ("Proefeen", "Proeftwee", "Proefdrie", "Proefvier", "Proefvijf")


@dataclass
class Stored:
    """What the database says at one moment."""

    current: str
    texts: dict[str, str]  #: of each note
    rounds: dict[str, str]  #: of each note
    frozen: set[str]  #: notes that are signed
    fields: dict[str, str]  #: what was typed in the recommendations: ITEM.NAME


@dataclass
class Held:
    url: str
    database: Database
    region: Region
    pages: WebProcess
    secret: str
    names: dict[str, str] = field(default_factory=dict)  #: of each round the surname of its patient

    @property
    def room(self) -> str:
        return f"{self.url}/meetings/{self.region.meeting}/room"

    def sign_in(self, name: str) -> tuple[str, str]:
        """The key of a new session, and its cookie."""
        with self.database.transaction() as session:
            hospital = self.region.hospitals[PEOPLE[name][1]]
            key = sessions.start_session(session, person_id(name), hospital, proof=make.PROOF, now=datetime.now(UTC))
        app = Flask("cookie")
        app.secret_key = self.secret
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        return key, str(signer.dumps({"_user_id": key, "_fresh": True, "csrf": f"token {key}"}))

    def sign_out(self, key: str) -> None:
        with self.database.transaction() as session:
            sessions.end_session(session, key, now=datetime.now(UTC))

    def stored(self) -> Stored:
        with self.database.transaction() as session:
            notes = session.execute(select(Note.id, Note.round_id, Note.frozen_at)).all()
            fields = {
                f"{item.id}.{name}": getattr(item, name)
                for item in session.scalars(select(AdviceItem))
                for name in ("text", "condition", "responsible")
            }
            return Stored(
                current=str(session.get_one(Meeting, self.region.meeting).current_round_id or ""),
                texts={str(note): conclusions.text_of(session, note) for note, _, _ in notes},
                rounds={str(note): str(round_) for note, round_, _ in notes},
                frozen={str(note) for note, _, at in notes if at},
                fields=fields,
            )

    def reopen(self, round_id: str) -> bool:
        """The coordinator takes the case of this round up again; False when it is not over."""
        try:
            with self.database.transaction() as session:
                case = session.get_one(Case, session.get_one(Round, uuid.UUID(round_id)).case_id)
                case_acts.reopen(session, case, "nieuwe uitslag", viewer=self.region.aisha, now=datetime.now(UTC))
        except PortalError:
            return False
        return True

    def restart(self) -> None:
        """Killed as by a fall of power, and up again."""
        self.pages.kill()
        self.pages.start()
        self.pages.await_ready()


@contextmanager
def meeting(house: House) -> Iterator[Held]:
    database = house.copy()
    names, env = _opened(database, house.region), dict(os.environ) | environment(database)
    env["MDO_DATABASE_URL"] = as_role(database.url, "mdo_app")
    pages = WebProcess(free_port(), env, house.folder / "pages.log")
    pages.start()
    try:
        pages.await_ready()
        yield Held(pages.url, database, house.region, pages, env["MDO_SECRET_KEY"], names)
    finally:
        pages.kill()
        database.close()


def _opened(database: Database, region: Region) -> dict[str, str]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        held = session.get_one(Meeting, region.meeting)
        names = {}
        for place, name in enumerate(NAMES):
            patient = make.identity(
                f"48{place:02d}", birth_on=date(1950, 1, 3 + place), name=PersonName(family=name, initials="A")
            )
            papers = [make.document(title=f"Verslag {place}{n}") for n in range(3 if place else 0)]
            case = make.case(session, zeed, now=now, board_id=region.boards["URO-P"], patient=patient, documents=papers)
            round_ = make.planned(session, case, held, viewer=region.aisha, now=now)
            names[str(round_.id)] = name
        held.starts_at = now
        rooms.open_meeting(session, held, now=now)
        return names
