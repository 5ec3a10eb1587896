"""Who is told by mail that a recommendation is late or nearly so: at most once a day, and without a word about anybody.

Told is whoever it was handed to, or whom the board named and the portal knows; else the case managers of the hospital of the case who
sit on the board; else the board's coordinators. Only who may close the item: a mail must not lead to a page that says *not found*.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.handover import Reminded
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.services.common import mails
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.follow_up.follow_up_links import MAY_GET_ONE
from mdo_portal.zone import day_of

MOST = 2_000


class Told(NamedTuple):
    """One mail to write: to whom, and the day it counts for."""

    person_id: uuid.UUID
    email: str
    on: date

    @property
    def key(self) -> str:
        """The same for the same mail."""
        return f"{self.person_id}.{self.on:%Y%m%d}"


class _Pressing(NamedTuple):
    hospital_id: uuid.UUID
    board_id: uuid.UUID
    responsible: str
    responsible_id: uuid.UUID | None
    objected: bool


class _Colleague(NamedTuple):
    person_id: uuid.UUID
    name: str
    email: str
    hospital_id: uuid.UUID
    role: Role


def claim(session: Session, *, now: datetime, beside: Collection[uuid.UUID] = ()) -> Told | None:
    """The next colleague to mail, written down as mailed today; None outside working hours or when everybody knows.

    `beside`: who is left alone for now.
    """
    if not mails.is_time_to_mail(now):
        return None
    today = day_of(now)
    mailed = set(beside) | set(session.scalars(select(Reminded.person_id).where(Reminded.mailed_on >= today)))
    for person_id, email in sorted(_to_tell(session, now=now, today=today).items()):
        if person_id not in mailed and _is_first(session, person_id, today):
            return Told(person_id, email, today)
    return None


def put_back(session: Session, told: Told) -> None:
    """The mail server did not take it: this person was not told today."""
    row = session.get_one(Reminded, told.person_id)
    row.mailed_on = told.on - timedelta(days=1)


def _is_first(session: Session, person_id: uuid.UUID, today: date) -> bool:
    """Of two workers one writes it down."""
    statement = insert(Reminded).values(person_id=person_id, mailed_on=today)
    again = statement.on_conflict_do_update(
        index_elements=["person_id"], set_={"mailed_on": today}, where=Reminded.mailed_on < today
    )
    return session.execute(again.returning(Reminded.person_id)).first() is not None


def _to_tell(session: Session, *, now: datetime, today: date) -> Mapping[uuid.UUID, str]:
    items = _pressing(session, today)
    if not items:
        return {}
    treating = _treating(session, {one.hospital_id for one in items}, now=now)
    members = _of_boards(session, {one.board_id for one in items}, now=now)
    return {one.person_id: one.email for item in items for one in _for(item, treating, members)}


def _pressing(session: Session, today: date) -> list[_Pressing]:
    """Whom it concerns, each once however many items: else those with hundreds that nobody closes were all there is of MOST."""
    whom = (FollowUp.hospital_id, FollowUp.board_id, FollowUp.responsible, FollowUp.responsible_id, Case.objected)
    query = (
        select(*whom)
        .join(Case, Case.id == FollowUp.case_id)
        .join(Board, Board.id == FollowUp.board_id)
        .where(
            FollowUp.state == FollowState.OPEN, FollowUp.superseded_by_id.is_(None), FollowUp.due_on <= today + Board.follow_days
        )
    )
    query = query.group_by(*whom).order_by(func.min(FollowUp.due_on), *whom).limit(MOST)
    return [_Pressing._make(row) for row in session.execute(query)]


def _for(item: _Pressing, treating: Iterable[_Colleague], members: Iterable[tuple[uuid.UUID, _Colleague]]) -> list[_Colleague]:
    here = [one for one in treating if one.hospital_id == item.hospital_id]
    wanted = item.responsible.strip().casefold()
    named = [one for one in here if one.person_id == item.responsible_id] or [
        one for one in here if not item.responsible_id and wanted and one.name.casefold() == wanted
    ]
    on_board = {one.person_id for board_id, one in members if board_id == item.board_id}
    managers = [one for one in here if one.role is Role.CASE_MANAGER and one.person_id in on_board]
    leading = [one for board_id, one in members if board_id == item.board_id and one.role is Role.SECRETARY and not item.objected]
    return named or managers or leading


def _treating(session: Session, hospitals: set[uuid.UUID], *, now: datetime) -> list[_Colleague]:
    query = select(Person.id, Person.name, Person.email, Membership.hospital_id, Membership.role)
    query = query.join(Membership, Membership.person_id == Person.id).where(Membership.hospital_id.in_(hospitals))
    query = query.where(Membership.role.in_(MAY_GET_ONE), in_force(Membership, now), Person.disabled_at.is_(None))
    return [_Colleague._make(row) for row in session.execute(query)]


def _of_boards(session: Session, boards: set[uuid.UUID], *, now: datetime) -> list[tuple[uuid.UUID, _Colleague]]:
    query = select(BoardMembership.board_id, Person.id, Person.name, Person.email, BoardMembership.board_id, BoardMembership.role)
    query = query.join(BoardMembership, BoardMembership.person_id == Person.id).where(BoardMembership.board_id.in_(boards))
    query = query.where(in_force(BoardMembership, now), Person.disabled_at.is_(None))
    return [(board_id, _Colleague._make(row)) for board_id, *row in session.execute(query)]
