"""Who must be in the room: the role groups of a board's quorum, with the names that can fill them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.people import BoardMembership, Person


class Seat(NamedTuple):
    """One role group of the board's quorum: who of the board could fill it, and who did so in the room."""

    disciplines: tuple[str, ...]
    members: tuple[str, ...]
    present: tuple[str, ...]


def seats(session: Session, board: Board, here: Sequence[tuple[str, str]]) -> list[Seat]:
    """The role groups of the board with names; `here` is (name, discipline) of who has been in the room."""
    query = (
        select(Person.name, Person.discipline)
        .join(BoardMembership, BoardMembership.person_id == Person.id)
        .where(BoardMembership.board_id == board.id, BoardMembership.ended_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Person.name)
        .distinct()
    )
    members = [(row[0], row[1]) for row in session.execute(query)]
    return [Seat(tuple(group), _names(members, group), _names(here, group)) for group in board.quorum]


def _names(people: Sequence[tuple[str, str]], group: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name, discipline in people if discipline in group)
