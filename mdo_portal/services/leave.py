"""Away for a while: said once for every meeting of these days, of all one's boards, also those that are planned later."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.absence import Absence, holds
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.services import absences, meetings, seats
from mdo_portal.services.absence_rows import DAY
from mdo_portal.services.absences import Days, Instead
from mdo_portal.services.seats import Member
from mdo_portal.services.terms import day_of

LONGEST = timedelta(days=366)
NOT_SAVED = N_("Er is niets bewaard.")
BACKWARDS = N_("De laatste dag ligt voor de eerste.")
OVER = N_("Deze dag is al geweest.")
TOO_LONG = N_("Kies hoogstens een jaar.")
NO_BOARD = N_("Kies ten minste één MDO.")


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


class Theirs(NamedTuple):
    """A board of which this viewer can say that somebody is away, and who takes part in it."""

    board: Board
    known: Sequence[Member]


def boards_of(session: Session, person_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> list[Theirs]:
    """The boards of which this viewer can say that this person is away, by name: one's own, or of somebody else those one leads."""
    own = person_id == viewer.person_id
    boards = viewer.boards_for(Act.MEETING_ABSENT if own else Act.MEETING_LEAD)
    query = select(Board).where(Board.id.in_(boards)).order_by(Board.name)
    found = [Theirs(board, seats.members(session, board.id, now=now)) for board in session.scalars(query)]
    return [one for one in found if person_id in {each.person_id for each in one.known}]


def tell(
    session: Session, person_id: uuid.UUID, days: Days, places: Mapping[uuid.UUID, Instead], *, viewer: Viewer, now: datetime
) -> int:
    """This person comes to no meeting of these boards in these days. How many of those are planned already.

    Days that are over, and today where the meeting has begun, stay as they were. Raises NotFound for a board of which this viewer
    cannot say it, Incomplete.
    """
    _check(days, places, now=now)
    theirs = {one.board.id: one for one in boards_of(session, person_id, viewer=viewer, now=now)}
    if not theirs.keys() >= places.keys():
        raise NotFound()
    kept = {one: absences.checked(*theirs[one], person_id, instead) for one, instead in places.items()}
    for board_id, first in _first_days(session, kept, days, now=now).items():
        rest = Days(first, days.last)
        session.add(absences.said(board_id, person_id, rest, viewer=viewer, now=now, instead=kept[board_id]))
    return _changed(session, kept, days, now=now)


def take_back(
    session: Session, person_id: uuid.UUID, days: Days, board_ids: Collection[uuid.UUID], *, viewer: Viewer, now: datetime
) -> None:
    """This person comes after all, to every meeting of these boards in these days that is still to come. Raises NotFound."""
    theirs = {one.board.id for one in boards_of(session, person_id, viewer=viewer, now=now)}
    if not theirs.issuperset(board_ids):
        raise NotFound()
    said = _said(session, person_id, board_ids, now=now)
    for board_id, first in _first_days(session, board_ids, days, now=now).items():
        rest = Days(first, days.last)
        if any(_is_away(said[board_id], day) for day in _each(rest)):
            session.add(absences.said(board_id, person_id, rest, viewer=viewer, now=now))
    _changed(session, board_ids, days, now=now)


def of_person(session: Session, person_id: uuid.UUID, theirs: Sequence[Theirs], *, now: datetime) -> list[Leave]:
    """What this person, or somebody for them, said of these boards and holds today or later; what begins first stands first."""
    boards = {one.board.id: one.board for one in theirs}
    said = _said(session, person_id, boards, now=now)
    acts: dict[tuple[datetime, date], dict[uuid.UUID, Absence]] = defaultdict(dict)
    for one in sorted(
        (row for rows in said.values() for row in rows if not row.comes), key=lambda row: boards[row.board_id].name
    ):
        still = Days(max(one.from_on, day_of(now)), one.until_on)
        if any(holds(said[one.board_id], day) is one for day in _each(still)):
            acts[one.told_at, one.until_on][one.board_id] = one
    last = max((until for _, until in acts), default=day_of(now))
    coming = _coming(session, boards, Days(day_of(now), last), now=now)
    names = _names(session, [row for held in acts.values() for row in held.values()])
    return sorted((_leave(held, boards, said, coming, names) for held in acts.values()), key=lambda leave: leave.days)


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


def _check(days: Days, places: Collection[uuid.UUID], *, now: datetime) -> None:
    if days.last < days.first:
        raise Incomplete({"last": BACKWARDS}, NOT_SAVED)
    if days.last < day_of(now):
        raise Incomplete({"last": OVER}, NOT_SAVED)
    if days.last - max(days.first, day_of(now)) > LONGEST or days.first > day_of(now) + LONGEST:
        raise Incomplete({"last": TOO_LONG}, NOT_SAVED)
    if not places:
        raise Incomplete({"board": NO_BOARD}, NOT_SAVED)


def _each(days: Days) -> Iterator[date]:
    return (days.first + timedelta(days=at) for at in range((days.last - days.first).days + 1))


def _is_away(said: Sequence[Absence], day: date) -> bool:
    last = holds(said, day)
    return last is not None and not last.comes


def _said(
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


def _first_days(session: Session, board_ids: Collection[uuid.UUID], days: Days, *, now: datetime) -> dict[uuid.UUID, date]:
    """For each of these boards from which of these days on something can be said: today no more when its meeting has begun."""
    today = day_of(now)
    query = select(Meeting.board_id).where(
        Meeting.board_id.in_(board_ids), DAY.in_([today]), Meeting.state != MeetingState.CALLED_OFF
    )
    begun = set(session.scalars(query.where(or_(Meeting.starts_at <= now, Meeting.state.not_in(meetings.TO_COME)))))
    firsts = {one: max(days.first, today + timedelta(days=one in begun)) for one in board_ids}
    return {board_id: first for board_id, first in firsts.items() if first <= days.last}


def _coming(session: Session, board_ids: Iterable[uuid.UUID], days: Days, *, now: datetime, lock: bool = False) -> list[Meeting]:
    query = select(Meeting).where(
        Meeting.board_id.in_(board_ids), DAY.between(*days), Meeting.state.in_(meetings.TO_COME), Meeting.starts_at > now
    )
    held = query.order_by(Meeting.id).with_for_update(**HELD) if lock else query.order_by(Meeting.starts_at)
    return list(session.scalars(held))


def _changed(session: Session, board_ids: Iterable[uuid.UUID], days: Days, *, now: datetime) -> int:
    """Their meetings in these days moved: live screens look again."""
    coming = _coming(session, board_ids, days, now=now, lock=True)
    for meeting in coming:
        meetings.changed(session, meeting)
    return len(coming)


def _names(session: Session, said: Iterable[Absence]) -> dict[uuid.UUID, str]:
    wanted = {person_id for one in said for person_id in (one.substitute_id, one.told_by) if person_id}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {one.id: one.name for one in found}
