"""Who must be in the room: the role groups of a board's quorum, with the names that can fill them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Wanted
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.services.common.terms import in_force, may_come_in
from mdo_portal.services.meetings.absence_rows import Absent


class Member(NamedTuple):
    """Somebody who takes part in the board's discussions, for one hospital."""

    person_id: uuid.UUID
    name: str
    discipline: str
    hospital_code: str

    def fills(self, group: Wanted) -> bool:
        return group.is_filled_by(self.discipline, self.hospital_code)


class Seat(NamedTuple):
    """One role group of the board's quorum: who of the board could fill it, and who did so in the room."""

    words: str
    #: who can come, as far as they said
    members: tuple[str, ...]
    present: tuple[str, ...]
    #: who could fill it and said not to come
    absent: tuple[Absent, ...] = ()

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Who takes the place of one of them and has no account: is there, and is not counted by the portal."""
        return tuple(one.substitute for one in self.absent if one.substitute and one.substitute_id is None)

    @property
    def is_deserted(self) -> bool:
        """All who could fill it said not to come, and named nobody who does."""
        return bool(self.absent) and not (self.members or self.present or self.stand_ins)


def members(session: Session, board_id: uuid.UUID, *, now: datetime) -> list[Member]:
    """Who takes part in the discussions of this board now, by name; who works for two hospitals stands there twice."""
    query = (
        select(Person.id, Person.name, Person.discipline, Hospital.code)
        .join(Membership, Membership.person_id == Person.id)
        .join(Hospital, Hospital.id == Membership.hospital_id)
        .join(BoardMembership, BoardMembership.person_id == Person.id)
        .where(BoardMembership.board_id == board_id, in_force(BoardMembership, now), Person.disabled_at.is_(None))
        .where(in_force(Membership, now), BoardMembership.role != Role.OBSERVER)
        .order_by(Person.name)
        .distinct()
    )
    return [Member._make(row) for row in session.execute(query)]


class Chair(NamedTuple):
    """Somebody who may lead the discussion and sign on the day of the meeting."""

    person_id: uuid.UUID
    name: str


def chairs(session: Session, board_id: uuid.UUID, *, on: datetime) -> list[Chair]:
    """Who chairs this board on that day, by name: a role that ends before it does not count, one that begins by then does."""
    query = (
        select(Person.id, Person.name)
        .join(BoardMembership, BoardMembership.person_id == Person.id)
        .where(BoardMembership.board_id == board_id, BoardMembership.role == Role.CHAIR, in_force(BoardMembership, on))
        .where(may_come_in(on))
        .order_by(Person.name)
        .distinct()
    )
    return [Chair._make(row) for row in session.execute(query)]


def seats(
    session: Session, board: Board, here: Sequence[tuple[str, str, str]], *, now: datetime, absent: Sequence[Absent] = ()
) -> list[Seat]:
    """The role groups of the board with names; `here` is (name, discipline, hospital code) of who has been in the room."""
    return filled(board, members(session, board.id, now=now), here, absent)


def filled(
    board: Board, known: Sequence[Member], here: Sequence[tuple[str, str, str]] = (), absent: Sequence[Absent] = ()
) -> list[Seat]:
    """As `seats`, of members that were looked up before."""
    return [_seat(group, known, here, absent) for group in board.wanted]


def _seat(group: Wanted, known: Sequence[Member], here: Sequence[tuple[str, str, str]], absent: Sequence[Absent]) -> Seat:
    fill = {one.person_id: one.name for one in known if one.fills(group)}
    away = tuple(one for one in absent if one.person_id in fill)
    gone = {one.person_id for one in away}
    come = dict.fromkeys(name for person_id, name in fill.items() if person_id not in gone)
    present = dict.fromkeys(name for name, discipline, hospital in here if group.is_filled_by(discipline, hospital))
    return Seat(group.words, tuple(come), tuple(present), away)
