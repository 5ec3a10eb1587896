"""Who must be in the room: the role groups of a board's quorum, with the names that can fill them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Wanted
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.services.terms import in_force


class Seat(NamedTuple):
    """One role group of the board's quorum: who of the board could fill it, and who did so in the room."""

    words: str
    members: tuple[str, ...]
    present: tuple[str, ...]


def seats(session: Session, board: Board, here: Sequence[tuple[str, str, str]], *, now: datetime) -> list[Seat]:
    """The role groups of the board with names; `here` is (name, discipline, hospital code) of who has been in the room."""
    query = (
        select(Person.name, Person.discipline, Hospital.code)
        .join(Membership, Membership.person_id == Person.id)
        .join(Hospital, Hospital.id == Membership.hospital_id)
        .join(BoardMembership, BoardMembership.person_id == Person.id)
        .where(BoardMembership.board_id == board.id, in_force(BoardMembership, now), Person.disabled_at.is_(None))
        .where(in_force(Membership, now), BoardMembership.role != Role.OBSERVER)
        .order_by(Person.name)
        .distinct()
    )
    members = [(row[0], row[1], row[2]) for row in session.execute(query)]
    return [Seat(group.words, _names(members, group), _names(here, group)) for group in board.wanted]


def _names(people: Sequence[tuple[str, str, str]], group: Wanted) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, discipline, hospital in people if group.is_filled_by(discipline, hospital)))
