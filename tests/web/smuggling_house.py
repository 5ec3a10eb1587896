"""Acts of pages, each carried out and taken back; and what they wrote, smuggled in by somebody whose it is not.

Everybody meets the same house: one case of ZEED in every state, before Uro-prostaat. Each page runs as the web role does; the statements by
which it wrote are kept, and said once more in the session of a stranger, each by itself. What the wall does not refuse, and is about a row,
went through.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database, is_held_back
from mdo_portal.domain.board import Board, Meeting, MeetingState, Presence
from mdo_portal.domain.case import InformationRequest
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.live import server
from mdo_portal.services.people import sessions
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from mdo_portal.settings import Settings
from mdo_portal.web.limits import Limits
from mdo_portal.zone import day_of
from tests import make
from tests.people import PEOPLE, Region, person_id
from tests.services.wall_house import signed_as
from tests.web.matrix_house import Trying
from tests.web.matrix_things import Things, things_of
from tests.web.portal import CSRF

WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", re.IGNORECASE)
Write = tuple[str, Any]


@dataclass
class House:
    app: Flask
    region: Region
    trying: Trying
    #: what addresses and forms name
    ids: dict[str, uuid.UUID]
    keys: dict[str, str]
    written: list[Write] = field(default_factory=list)

    def act(self, who: str, path: str, form: dict[str, Any], *, read: str = "") -> tuple[TestResponse, list[Write]]:
        """What the page answered, and by which statements it wrote; all of it taken back. `read`: the page that was read before, of which
        the form says what it showed.
        """
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": self.keys[who], "_fresh": True, "csrf": CSRF})
        if read:
            form = form | {"seen": re.findall(r'name="seen" value="([^"]+)"', client.get(self._filled(read)).text)[0]}
        self.written.clear()
        named = {name: self._filled(value) for name, value in form.items()}
        self.trying.undo = True
        try:
            answer = client.post(self._filled(path), data={"csrf_token": CSRF} | named, content_type="multipart/form-data")
        finally:
            self.trying.undo = False
        return answer, list(self.written)

    def smuggle(self, who: str, writes: list[Write]) -> list[str]:
        """What these statements, in the session of this person or of nobody, did to a row: `DELETE rounds`, `UPDATE cases revision`."""
        return [what for statement, params in writes if (what := self._smuggled(who, statement, params))]

    def _smuggled(self, who: str, statement: str, params: Any) -> str:
        with self.trying.transaction(entering=sessions.hash_key(self.keys[who]) if who else "") as session:
            try:
                rows = session.connection().exec_driver_sql(statement, params or None).rowcount
            except DBAPIError as error:
                rows = 0 if is_held_back(error) else 1  # whatever else is wrong with it, the wall let it
            finally:
                session.rollback()
        return said((statement, params)) if rows else ""

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\{(\w+)\}", lambda one: str(self.ids[one[1]]), value)


def said(write: Write) -> str:
    """What a statement does, to which table; of a row that is there, to which columns; of the log, which act."""
    statement, params = write
    found = WRITES.match(statement)
    assert found is not None
    changed = (
        re.findall(r"(\w+)=", statement.partition(" SET ")[2].partition(" WHERE ")[0]) if found[1].upper() == "UPDATE" else []
    )
    act = [params["act"]] if found[2] == "audit_entries" else []
    return " ".join([found[1].split()[0].upper(), found[2], *changed, *act])


@contextmanager
def house_on(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        ids = _filled(session, region)
    url = as_role(database.url, "mdo_app")
    trying = Trying(url, sealer=database.sealer, pool_size=2)
    with patch.object(server, "_listen", lambda *_: None):  # nobody's screen is open here
        app = create_app(Settings(database_url=url, secret_key="s" * 40, demo=True), database=trying)
    clock = iter(range(0, 10**12, 10**4))
    app.extensions["mdo_limits"] = Limits(clock=lambda: float(next(clock)))
    keys = {name: signed_as(database, region, name) for name in PEOPLE} | _rare(database, region)
    house = House(app, region, trying, ids, keys)

    @event.listens_for(trying.engine, "before_cursor_execute")
    def keep(_connection: Any, _cursor: Any, statement: str, params: Any, _context: Any, _many: bool) -> None:
        if trying.undo and WRITES.match(statement):
            house.written += [(statement, one) for one in (params if isinstance(params, list) else [params])]

    try:
        yield house
    finally:
        app.extensions["mdo_live_stop"].set()
        trying.close()


# Filling it


def _filled(session: Session, region: Region) -> dict[str, uuid.UUID]:
    now = datetime.now(UTC)
    zeed, uro = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Board, region.boards["URO-P"])
    things = things_of(session, region, "Ours", zeed, uro, now=now)
    coming = session.get_one(Meeting, region.meeting)
    tonight = make.meeting(session, uro, starts_at=now - timedelta(minutes=10), registration_closes_at=now - timedelta(hours=9))
    cases = {
        name: make.case(session, zeed, now=now, board_id=uro.id, number=f"VW-{name}", patient=make.identity(f"71-{name}"))
        for name in ("waiting", "coming", "on", "next", "over", "withdrawn")
    }
    rounds = {
        name: make.planned(session, cases[name], meeting, viewer=region.bram, now=now)
        for name, meeting in (("coming", coming), ("over", coming))
    }
    tonight.state = MeetingState.PLANNED
    tonight.registration_closes_at = now + timedelta(minutes=1)
    rounds |= {name: make.planned(session, cases[name], tonight, viewer=region.bram, now=now) for name in ("on", "next")}
    rooms.open_meeting(session, tonight, now=now)
    case_acts.withdraw(session, cases["withdrawn"], "x", viewer=region.dirk, now=now)
    make.discussed(session, rounds["over"], viewer=region.bram, now=now)
    ids = {f"{name}_case": one.id for name, one in cases.items()} | {f"{name}_round": one.id for name, one in rounds.items()}
    ids |= {
        "waiting_patient": cases["waiting"].patient_id,
        "coming": coming.id,
        "tonight": tonight.id,
        "uro": uro.id,
        "zeed": zeed.id,
        "gi": region.boards["GI"],
        "kree": region.hospitals["KREE"],
    }
    ids |= {name.lower(): person_id(name) for name in PEOPLE}
    ids["decision_id"] = session.scalars(select(Decision.id).where(Decision.round_id == things.ids["round_id"])).one()
    return ids | _more(session, region, cases["waiting"].id, tonight.id, now) | _places(things)


def _places(things: Things) -> dict[str, uuid.UUID]:
    return {name.replace(" ", "_"): value for name, value in things.ids.items()}


def _more(session: Session, region: Region, case_id: uuid.UUID, tonight: uuid.UUID, now: datetime) -> dict[str, uuid.UUID]:
    """A question and a grant of the case that waits; who is there tonight; a role that ran out, and one that may be ended."""
    zeed, yesterday = region.hospitals["ZEED"], day_of(now) - timedelta(days=1)
    rows: dict[str, Any] = {
        "asked": InformationRequest(case_id=case_id, asked_at=now, asked_by=person_id("Bram"), text="x"),
        "given": CaseGrant(
            case_id=case_id, hospital_id=zeed, kind=GrantKind.SECOND_READER, person_id=person_id("Carla"), reason="x",
            begins_at=now, ends_at=now + timedelta(days=3), given_by=person_id("Dirk"), given_at=now,
        ),
        "ran_out": Membership(person_id=person_id("Dirk"), hospital_id=zeed, role=Role.CASE_MANAGER, ends_on=yesterday),
        "there": Presence(
            meeting_id=tonight, person_id=person_id("Mila"), hospital_id=region.hospitals["DELT"], first_seen_at=now, seen_at=now, away=[]
        ),
        "sits": BoardMembership(person_id=person_id("Petra"), board_id=region.boards["URO-P"], role=Role.OBSERVER),
    }  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    return {name: row.id for name, row in rows.items()}


def _rare(database: Database, region: Region) -> dict[str, str]:
    """The keys of a chair for today only, and of who coordinates two boards and works for two hospitals, here for one of them."""
    now, keys = datetime.now(UTC), {}
    today = {"starts_on": day_of(now), "ends_on": day_of(now)}
    rare: dict[str, tuple[list[Membership], list[BoardMembership]]] = {
        "Locum": (
            [Membership(hospital_id=region.hospitals["ODUL"], role=Role.SPECIALIST, **today)],
            [BoardMembership(board_id=region.boards["URO-P"], role=Role.CHAIR, **today)],
        ),
        "Twice": (
            [Membership(hospital_id=region.hospitals[code], role=Role.SECRETARY) for code in ("ZEED", "KREE")],
            [BoardMembership(board_id=region.boards[code], role=Role.SECRETARY) for code in ("URO-P", "GI")],
        ),
    }
    with database.transaction() as session:
        same = session.get_one(Person, person_id("Bram")).password_hash
        for name, (works, sits) in rare.items():
            session.add(Person(id=person_id(name), name=name, email=f"{name}@example.nl".lower(), password_hash=same))
            session.flush()
            for row in (*works, *sits):
                row.person_id = person_id(name)
            session.add_all([*works, *sits])
            session.flush()
            keys[name] = sessions.start_session(session, person_id(name), works[0].hospital_id, proof=make.PROOF, now=now)
    return keys
