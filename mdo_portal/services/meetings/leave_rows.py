"""What somebody who is away for a while said, as rows for a page: in one go, by board, with the meetings in those days."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.absence import Absence, holds
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.people import Person
from mdo_portal.services.meetings import meetings
from mdo_portal.services.meetings.absence_rows import DAY
from mdo_portal.services.meetings.absences import Days
from mdo_portal.zone import day_of


class Coming(NamedTuple):
    """A meeting in days that somebody is away."""

    meeting_id: uuid.UUID
    starts_at: datetime
    #: they said of this one that they come after all
    comes: bool


class Place(NamedTuple):
    """What somebody who is away said of one board."""

    board_id: uuid.UUID
    board_name: str
    #: who takes the place; empty = nobody was named
    substitute: str
    meetings: Sequence[Coming]


@dataclass(frozen=True)
class Leave:
    """What was said in one go."""

    days: Days
    #: who noted it, when that was somebody else
    noted_by: str
    places: Sequence[Place]


def of_person(session: Session, person_id: uuid.UUID, boards: Sequence[Board], *, now: datetime) -> list[Leave]:
    """What this person, or somebody for them, said of these boards and holds today or later; what begins first stands first."""
    by_id = {one.id: one for one in sorted(boards, key=lambda board: board.name)}
    said = told_of(session, person_id, by_id, now=now)
    acts: dict[tuple[datetime, date], dict[uuid.UUID, Absence]] = defaultdict(dict)
    for one in (row for board_id in by_id for row in said[board_id] if not row.comes):
        still = Days(max(one.from_on, day_of(now)), one.until_on)
        if any(holds(said[one.board_id], day) is one for day in each_day(still)):
            acts[one.told_at, one.until_on][one.board_id] = one
    last = max((until for _, until in acts), default=day_of(now))
    coming = coming_in(session, by_id, Days(day_of(now), last), now=now)
    names = _names(session, [row for held in acts.values() for row in held.values()])
    return sorted((_leave(held, by_id, said, coming, names) for held in acts.values()), key=lambda leave: leave.days)


def _leave(
    held: Mapping[uuid.UUID, Absence],
    boards: Mapping[uuid.UUID, Board],
    said: Mapping[uuid.UUID, Sequence[Absence]],
    coming: Sequence[Meeting],
    names: Mapping[uuid.UUID, str],
) -> Leave:
    places = [
        Place(board_id, boards[board_id].name, _substitute(one, names), _within(one, said[board_id], coming))
        for board_id, one in held.items()
    ]
    first = next(iter(held.values()))
    noted_by = names[first.told_by] if first.told_by != first.person_id else ""
    return Leave(Days(min(one.from_on for one in held.values()), first.until_on), noted_by, places)


def _substitute(one: Absence, names: Mapping[uuid.UUID, str]) -> str:
    return names[one.substitute_id] if one.substitute_id else one.words


def _within(one: Absence, said: Sequence[Absence], coming: Sequence[Meeting]) -> list[Coming]:
    """The meetings of its board in these days: those of which it holds, and those of which was said since that they come."""
    found = [(each, holds(said, day_of(each.starts_at))) for each in coming if each.board_id == one.board_id]
    return [
        Coming(each.id, each.starts_at, comes=last is not one)
        for each, last in found
        if one.from_on <= day_of(each.starts_at) <= one.until_on and last and (last is one or last.comes)
    ]


# What was said, and of which meetings


def each_day(days: Days) -> Iterator[date]:
    return (days.first + timedelta(days=at) for at in range((days.last - days.first).days + 1))


def is_away(said: Sequence[Absence], day: date) -> bool:
    last = holds(said, day)
    return last is not None and not last.comes


def told_of(
    session: Session, person_id: uuid.UUID, board_ids: Collection[uuid.UUID], *, now: datetime
) -> dict[uuid.UUID, list[Absence]]:
    """All that was said of this person and each of these boards about days that are not over."""
    query = select(Absence).where(
        Absence.person_id == person_id, Absence.board_id.in_(board_ids), Absence.until_on >= day_of(now)
    )
    found: dict[uuid.UUID, list[Absence]] = defaultdict(list)
    for one in session.scalars(query):
        found[one.board_id].append(one)
    return found


def coming_in(
    session: Session, board_ids: Iterable[uuid.UUID], days: Days, *, now: datetime, lock: bool = False
) -> list[Meeting]:
    query = select(Meeting).where(
        Meeting.board_id.in_(board_ids), DAY.between(*days), Meeting.state.in_(meetings.TO_COME), Meeting.starts_at > now
    )
    held = query.order_by(Meeting.id).with_for_update(**HELD) if lock else query.order_by(Meeting.starts_at)
    return list(session.scalars(held))


def _names(session: Session, said: Iterable[Absence]) -> dict[uuid.UUID, str]:
    wanted = {person_id for one in said for person_id in (one.substitute_id, one.told_by) if person_id}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {one.id: one.name for one in found}
