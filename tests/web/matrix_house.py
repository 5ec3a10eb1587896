"""The house of the matrix: two hospitals that share a board, a board of one of them alone, and of everything there is one of each.

OURS is a case of ZEED on Uro-prostaat, SHARED one of KREE on the same board, THEIRS one of KREE on Lage GI, ABSENT ids of nothing.
Somebody stands there for every role and relation: at ZEED or on Uro-prostaat, at KREE or on Lage GI, reading by each kind of grant, and
with no role at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Base, Database
from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import SignedInSession
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.people import sessions
from mdo_portal.settings import Settings
from mdo_portal.web.limits import Limits
from tests import make
from tests.canaries import watch_addresses
from tests.people import Region
from tests.web.matrix_people import ONE_FACTOR, Somebody, person_of, reading, whom
from tests.web.matrix_things import Things, things_of
from tests.web.portal import CSRF

#: rows that every request may add to or touch
ALWAYS_WRITTEN = ("audit", "sessions", "sign_in", "seal", "refused_calls")


class Trying(Database):
    """A database in which a write can be tried: with `undo` every transaction is carried out and then taken back."""

    undo = False

    @contextmanager
    def transaction(self, *, entering: str = "", link: str = "") -> Iterator[Session]:
        with super().transaction(entering=entering, link=link) as session:
            yield session
            if self.undo:
                session.flush()
                session.expunge_all()  # the route goes on reading what it had in hand
                session.rollback()


@dataclass(frozen=True)
class House:
    app: Flask
    database: Database
    trying: Trying
    things: Mapping[str, Things]
    people: list[Somebody]
    nobody: str

    def everything(self) -> dict[str, object]:
        """A fingerprint of each table that only a deliberate write changes."""
        names = [name for name in Base.metadata.tables if not any(word in name for word in ALWAYS_WRITTEN)]
        with self.database.transaction() as session:
            one = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
            return {name: session.scalar(text(one.format(name))) for name in names}

    def refresh(self) -> None:
        """Everybody has just proven who they are: else a long run meets the question to do so again, instead of the answer."""
        with self.database.transaction() as session:
            session.execute(update(SignedInSession).values(confirmed_at=func.now()))
            session.execute(update(SignedInSession).where(SignedInSession.strong).values(confirmed_strongly_at=func.now()))


@contextmanager
def house_on(database: Database, region: Region) -> Iterator[House]:
    things, people, sessions_of = _filled(database, region)
    url = as_role(database.url, "mdo_app")
    trying = Trying(url, sealer=database.sealer)
    app = create_app(Settings(database_url=url, secret_key="s" * 40, demo=True), database=trying)
    watch_addresses(app)
    clock = iter(range(0, 10**12, 10**4))
    app.extensions["mdo_limits"] = Limits(clock=lambda: float(next(clock)))  # limits have tests of their own
    try:
        made = [
            Somebody(name, viewer, _cookie(app, sessions_of[name]), not name.startswith("one factor")) for name, viewer in people
        ]
        yield House(app, database, trying, things, made, _cookie(app, ""))
    finally:
        app.extensions["mdo_live_stop"].set()
        trying.close()


def _cookie(app: Flask, key: str) -> str:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    held = {"csrf": CSRF} | ({"_user_id": key, "_fresh": True} if key else {})
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(held)}"


# Filling it


def _filled(database: Database, region: Region) -> tuple[dict[str, Things], list[tuple[str, Viewer]], dict[str, str]]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        houses = {one.code: one for one in session.scalars(select(Hospital))}
        houses["TREA"] = make.hospital(session, "TREA")
        boards = {one.code: one for one in session.scalars(select(Board))}
        session.add(BoardHospital(board_id=boards["URO-P"].id, hospital_id=houses["KREE"].id))
        session.flush()
        things = {
            "ours": things_of(session, region, "Ours", houses["ZEED"], boards["URO-P"], now=now),
            "shared": things_of(session, region, "Shared", houses["KREE"], boards["URO-P"], now=now),
            "theirs": things_of(session, region, "Theirs", houses["KREE"], boards["GI"], now=now),
            "absent": Things("absent", uuid.uuid4(), uuid.uuid4(), _Random()),
        }
        people, keys = [], {}
        for name, house, roles, on_boards, kind in whom():
            viewer = person_of(
                session, name, houses[house], roles, {boards[code].id: one for code, one in on_boards.items()}, now=now
            )
            if kind is not None:
                viewer = reading(session, viewer, things["ours"], kind, now=now)
            proof = ONE_FACTOR if name.startswith("one factor") else make.PROOF
            keys[name] = sessions.start_session(session, viewer.person_id, viewer.hospital_id, proof=proof, now=now)
            people.append((name, viewer))
        return things, people, keys


class _Random(dict[str, uuid.UUID]):
    """An id of nothing, whatever it is called."""

    def __missing__(self, name: str) -> uuid.UUID:
        return self.setdefault(name, uuid.uuid4())
