"""In which boards a hospital takes part: without one nobody sees its referrals; and what waited is looked at again once it joins."""

from __future__ import annotations

import uuid
from collections.abc import Set
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.case import WAITING, Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person
from mdo_portal.domain.policy import POLICY, Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import changes
from mdo_portal.services.common.terms import in_force, may_come_in
from mdo_portal.services.dossier import routing
from mdo_portal.services.history import standing
from mdo_portal.services.meetings import boards
from mdo_portal.services.referrals import referrals

LAST = N_("Dit ziekenhuis is het enige van dat MDO en kan er niet uit. Er is niets veranderd.")
MOST_AT_ONCE = 50
REGISTER = sorted(role for role, relation in POLICY[Act.CASE_REGISTER] if role and relation is Relation.OWN_HOSPITAL)


def boards_of(session: Session, hospital_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The boards in which this hospital takes part."""
    return frozenset(session.scalars(select(BoardHospital.board_id).where(BoardHospital.hospital_id == hospital_id)))


def without_a_board(session: Session) -> frozenset[uuid.UUID]:
    """Hospitals that take part in no board: nobody sees what they refer."""
    return frozenset(session.scalars(select(Hospital.id).where(Hospital.id.not_in(select(BoardHospital.hospital_id)))))


def has_referrer(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether anybody there may hand in the web form: a hospital that was only added can do nothing yet."""
    works = Membership.hospital_id == hospital_id, in_force(Membership, now), Membership.role.in_(REGISTER)
    person = exists().where(Person.id == Membership.person_id, Person.disabled_at.is_(None))
    return bool(session.scalar(select(exists().where(*works, person))))


def outsiders(session: Session, *, now: datetime) -> Set[tuple[uuid.UUID, uuid.UUID]]:
    """(board, person) of everybody who has a role on a board and works for none of its hospitals: they see all that it discusses."""
    works = select(Membership.id).join(BoardHospital, BoardHospital.hospital_id == Membership.hospital_id)
    inside = works.where(
        BoardHospital.board_id == BoardMembership.board_id,
        Membership.person_id == BoardMembership.person_id,
        in_force(Membership, now),
    )
    held = select(BoardMembership.board_id, BoardMembership.person_id).join(Person, Person.id == BoardMembership.person_id)
    found = session.execute(held.where(in_force(BoardMembership, now), may_come_in(now), ~inside.exists()))
    return {(board_id, person_id) for board_id, person_id in found}


def choose(session: Session, viewer: Viewer, hospital_id: uuid.UUID, wanted: Set[uuid.UUID], *, now: datetime) -> None:
    """Let the hospital take part in these boards and no other. Raises Incomplete when it is the last one of a board that it would leave.

    Its cases stay where they are; those without a board are routed again by a worker.
    """
    held = {one.board_id: one for one in session.scalars(select(BoardHospital).where(BoardHospital.hospital_id == hospital_id))}
    known = {board_id for board_id, _ in boards.names(session)}
    joins, leaves = (wanted & known) - held.keys(), held.keys() - wanted
    for board_id in sorted(joins | leaves):
        boards.board_of(session, board_id)  # locked: nobody else takes out the other hospital meanwhile
    if leaves and _would_be_empty(session, leaves):
        raise Incomplete({"boards": LAST}, LAST)
    for board_id in joins:
        session.add(BoardHospital(board_id=board_id, hospital_id=hospital_id, since=None))
    for board_id in leaves:
        session.delete(held[board_id])
    session.flush()
    for board_id in sorted(joins | leaves):
        detail = f"{'joined' if board_id in joins else 'left'} {hospital_id}"
        audit.record(session, viewer, Act.BOARD_MANAGE, now=now, object_type="board", object_id=board_id, detail=detail)
    if joins:
        changes.wake(session, "route")


def _would_be_empty(session: Session, leaves: Set[uuid.UUID]) -> bool:
    count = select(BoardHospital.board_id).where(BoardHospital.board_id.in_(leaves)).group_by(BoardHospital.board_id)
    return session.scalars(count.having(func.count() < 2)).first() is not None


def route_again(session: Session, *, now: datetime) -> bool:
    """Give waiting cases without a board the one that the sender's words name by now. True when there were any. For workers."""
    query = select(Case.id, Case.board_hint, Hospital).join(Hospital, Hospital.id == Case.hospital_id)
    waits = query.where(Case.is_open, Case.board_id.is_(None), Case.board_hint != "", Case.state.in_(WAITING))
    known = waits.where(Case.hospital_id.in_(select(BoardHospital.hospital_id))).order_by(Case.received_at, Case.id)
    found = [
        (case_id, board_id)
        for case_id, hint, house in session.execute(known)
        if (board_id := routing.named(session, house, hint))
    ]
    for case_id, board_id in found[:MOST_AT_ONCE]:
        route_to(session, case_id, board_id, now=now)
    return bool(found)


def route_to(session: Session, case_id: uuid.UUID, board_id: uuid.UUID, *, now: datetime) -> None:
    """Give a waiting case the board that its sender's words name, unless somebody chose a board meanwhile."""
    case = session.get_one(Case, case_id, with_for_update=HELD, populate_existing=True)
    if case.board_id is not None or case.state not in WAITING:
        return
    changes.announce(session, "worklist", "unrouted")
    case.board_id = board_id
    referrals.assess(session, case, now=now)
    standing.happened(session, [case], "case.routed", now=now, board=session.get_one(Board, board_id).name)
