"""Which role groups of a board are there, and whether that is a quorum. Counts people, judges nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdo_portal.domain.board import Board, Wanted
from mdo_portal.services.room.presence import Attendee


class RoleGroup(NamedTuple):
    """One of the groups of disciplines that a board wants in the room, and who of it is there."""

    words: str
    people: tuple[Attendee, ...]


@dataclass(frozen=True)
class Quorum:
    """The board's role groups, and which of them nobody in the room belongs to. Counts people, judges nothing."""

    met: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Roll:
    """Who is in the room: by role group of the board, and everybody else."""

    groups: tuple[RoleGroup, ...]
    others: tuple[Attendee, ...]
    quorum: Quorum

    @property
    def count(self) -> int:
        return len({one.person_id for group in self.groups for one in group.people} | {one.person_id for one in self.others})


def quorum(board: Board, present: Sequence[Attendee]) -> Quorum:
    """Which role groups of the board nobody of these people fills."""
    missing = tuple(group.words for group in board.wanted if not _of_group(group, present))
    return Quorum(met=not missing, missing=missing)


def roll(board: Board, present: Sequence[Attendee]) -> Roll:
    """Who is there, by the board's role groups; a group of people named before is not named again."""
    groups: list[RoleGroup] = []
    named: set[uuid.UUID] = set()
    for wanted in board.wanted:
        people = _of_group(wanted, present)
        if not people or not named.issuperset(one.person_id for one in people):
            groups.append(RoleGroup(wanted.words, people))
        named.update(one.person_id for one in people)
    others = tuple(one for one in present if one.person_id not in named)
    return Roll(tuple(groups), others, quorum(board, present))


def _of_group(group: Wanted, present: Sequence[Attendee]) -> tuple[Attendee, ...]:
    return tuple(one for one in present if not one.observes and group.is_filled_by(one.discipline, one.hospital_code))
