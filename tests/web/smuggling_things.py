"""The house in which acts are smuggled: a case of ZEED in every state, and who is there for a day, or for two hospitals."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting, MeetingState, Presence
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.destruction import DestroyRequest
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import TAKES_PART, BoardMembership, Membership, Person, Role
from mdo_portal.services.people import sessions
from mdo_portal.services.referrals import case_acts
from mdo_portal.services.room import rooms
from mdo_portal.zone import day_of
from tests import make
from tests.people import PEOPLE, Region, person_id
from tests.web.matrix_things import Things, things_of
from tests.web.smuggling_places import more


def filled(session: Session, region: Region) -> dict[str, object]:
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
    ids: dict[str, object] = {f"{name}_case": one.id for name, one in cases.items()} | {
        f"{name}_round": one.id for name, one in rounds.items()
    }
    ids |= {
        "waiting_patient": cases["waiting"].patient_id,
        "coming": coming.id,
        "tonight": tonight.id,
        "uro": uro.id,
        "gi": region.boards["GI"],
        **{code.lower(): one for code, one in region.hospitals.items()},
    }
    ids |= {name.lower(): person_id(name) for name in PEOPLE}
    ids["decision_id"] = session.scalars(select(Decision.id).where(Decision.round_id == things.ids["round_id"])).one()
    return ids | _more(session, region, cases, tonight.id, now) | _places(things) | more(session, region, rounds, now)


def _places(things: Things) -> dict[str, uuid.UUID]:
    return {name.replace(" ", "_"): value for name, value in things.ids.items()}


def _more(session: Session, region: Region, cases: dict[str, Case], tonight: uuid.UUID, now: datetime) -> dict[str, uuid.UUID]:
    """A question and a grant of the case that waits, a request to destroy the one that was withdrawn; who is there tonight; a role that ran out, and one that may be ended."""
    zeed, yesterday = region.hospitals["ZEED"], day_of(now) - timedelta(days=1)
    case_id, over = cases["waiting"].id, cases["withdrawn"]
    rows: dict[str, Any] = {
        "asked": InformationRequest(case_id=case_id, asked_at=now, asked_by=person_id("Bram"), text="x"),
        "given": CaseGrant(
            case_id=case_id, hospital_id=zeed, kind=GrantKind.SECOND_READER, person_id=person_id("Carla"), reason="x",
            begins_at=now, ends_at=now + timedelta(days=3), given_by=person_id("Dirk"), given_at=now,
        ),
        "ran_out": Membership(person_id=person_id("Dirk"), hospital_id=zeed, role=Role.CASE_MANAGER, ends_on=yesterday),
        "to_destroy": DestroyRequest(
            hospital_id=zeed, patient_id=over.patient_id, case_id=over.id, requested_by=person_id("Dirk"), requested_at=now,
            letter_on=day_of(now), due_on=day_of(now),
        ),
        "there": Presence(
            meeting_id=tonight, person_id=person_id("Mila"), hospital_id=region.hospitals["DELT"], first_seen_at=now, seen_at=now + timedelta(hours=1), away=[]
        ),
        "sits": BoardMembership(person_id=person_id("Petra"), board_id=region.boards["URO-P"], role=Role.OBSERVER),
    }  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    return {name: row.id for name, row in rows.items()}


def rare_keys(database: Database, region: Region) -> dict[str, str]:
    """The keys of a chair for today only; of who coordinates two boards and works for two hospitals, here for one of them; of who connects
    and watches another hospital; of who connects Deltamond; and of who only looks, at the board itself."""
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
    rare |= {
        "Kim": (
            [Membership(hospital_id=region.hospitals["KREE"], role=one) for one in (Role.LINK_MANAGER, Role.PRIVACY_OFFICER)],
            [],
        ),
        "Loes": ([Membership(hospital_id=region.hospitals["DELT"], role=Role.LINK_MANAGER)], []),
        "Olga": (
            [Membership(hospital_id=region.hospitals["ODUL"], role=TAKES_PART)],
            [BoardMembership(board_id=region.boards["URO-P"], role=Role.OBSERVER)],
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
