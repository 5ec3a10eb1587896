"""Who is in the room, and whether the role groups of the board are complete. Counts people, judges nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Presence, Wanted
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Viewer
from mdo_portal.services import changes

GONE_AFTER = timedelta(seconds=40)
"""Not heard of for so long: no longer in the room. Screens are heard of every quarter of a minute."""


COMING_BACK = timedelta(seconds=18)
"""A screen that went away is believed to come back within this: a reload, or another screen of the same person elsewhere."""


class Attendee(NamedTuple):
    """Somebody who is, or was, in the room."""

    person_id: uuid.UUID
    name: str
    discipline: str
    hospital: str
    hospital_code: str
    seen_at: datetime
    first_seen_at: datetime

    def here(self, now: datetime) -> bool:
        return self.seen_at > now - GONE_AFTER

    def was_here(self, start: datetime | None, end: datetime) -> bool:
        """Whether this person was in the room at any moment of that time, as far as first and last sight tell."""
        return self.first_seen_at <= end and (start is None or self.seen_at + GONE_AFTER >= start)


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


def enter(session: Session, meeting_id: uuid.UUID, viewer: Viewer, *, now: datetime) -> None:
    """This person is in the room (again, or still)."""
    row = {
        "id": new_id(),
        "meeting_id": meeting_id,
        "person_id": viewer.person_id,
        "hospital_id": viewer.hospital_id,
        "first_seen_at": now,
        "seen_at": now,
    }
    statement = insert(Presence).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["meeting_id", "person_id"], set_={"seen_at": now, "hospital_id": viewer.hospital_id}
        )
    )
    changes.announce(session, "presence", meeting_id)


def leave(session: Session, meeting_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """The last screen of this person on one web process went away. Gone in a moment, unless they come back or are elsewhere."""
    believed = now - GONE_AFTER + COMING_BACK
    session.execute(
        update(Presence)
        .where(Presence.meeting_id == meeting_id, Presence.person_id == person_id, Presence.seen_at > believed)
        .values(seen_at=believed)
    )


def still_here(session: Session, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]], *, now: datetime) -> None:
    """Heartbeat of one web process: these (meeting, person) pairs still have a screen open."""
    for meeting_id, person_id in pairs:
        session.execute(
            update(Presence).where(Presence.meeting_id == meeting_id, Presence.person_id == person_id).values(seen_at=now)
        )


def announce_departures(session: Session, *, now: datetime, within: float) -> None:
    """Tell the rooms from which somebody has gone in the last `within` seconds."""
    gone = now - GONE_AFTER
    query = select(Presence.meeting_id).where(Presence.seen_at <= gone, Presence.seen_at > gone - timedelta(seconds=within))
    for meeting_id in session.scalars(query.distinct()):
        changes.announce(session, "presence", meeting_id)


def attendees(session: Session, meeting_id: uuid.UUID) -> list[Attendee]:
    """Everybody who has been in the room, by discipline."""
    query = (
        select(Person.id, Person.name, Person.discipline, Hospital.name, Hospital.code, Presence.seen_at, Presence.first_seen_at)
        .join(Person, Person.id == Presence.person_id)
        .join(Hospital, Hospital.id == Presence.hospital_id)
        .where(Presence.meeting_id == meeting_id)
        .order_by(Person.discipline, Person.name)
    )
    return [Attendee._make(row) for row in session.execute(query)]


def present(session: Session, meeting_id: uuid.UUID, *, now: datetime) -> list[Attendee]:
    """Who is in the room now, by discipline."""
    return [one for one in attendees(session, meeting_id) if one.here(now)]


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
    return tuple(one for one in present if group.is_filled_by(one.discipline, one.hospital_code))
