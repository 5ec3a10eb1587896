"""Away for a while: said once for every meeting of these days, of all one's boards, also those that are planned later."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.services.meetings import absences, leave_rows, meetings, seats
from mdo_portal.services.meetings.absence_rows import DAY
from mdo_portal.services.meetings.absences import Days, Instead
from mdo_portal.services.meetings.seats import Member
from mdo_portal.zone import day_of

LONGEST = timedelta(days=366)
NOT_SAVED = N_("Er is niets bewaard.")
BACKWARDS = N_("De laatste dag ligt voor de eerste.")
OVER = N_("Deze dag is al geweest.")
TOO_LONG = N_("Kies hoogstens een jaar.")
NO_BOARD = N_("Kies ten minste één MDO.")


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
    said = leave_rows.told_of(session, person_id, board_ids, now=now)
    for board_id, first in _first_days(session, board_ids, days, now=now).items():
        rest = Days(first, min(days.last, max((one.until_on for one in said[board_id]), default=first)))
        if any(leave_rows.is_away(said[board_id], day) for day in leave_rows.each_day(rest)):
            session.add(absences.said(board_id, person_id, rest, viewer=viewer, now=now))
    _changed(session, board_ids, days, now=now)


def _check(days: Days, places: Collection[uuid.UUID], *, now: datetime) -> None:
    if days.last < days.first:
        raise Incomplete({"last": BACKWARDS}, NOT_SAVED)
    if days.last < day_of(now):
        raise Incomplete({"last": OVER}, NOT_SAVED)
    if days.last - max(days.first, day_of(now)) > LONGEST or days.first > day_of(now) + LONGEST:
        raise Incomplete({"last": TOO_LONG}, NOT_SAVED)
    if not places:
        raise Incomplete({"board": NO_BOARD}, NOT_SAVED)


def _first_days(session: Session, board_ids: Collection[uuid.UUID], days: Days, *, now: datetime) -> dict[uuid.UUID, date]:
    """For each of these boards from which of these days on something can be said: today no more when its meeting has begun."""
    today = day_of(now)
    query = select(Meeting.board_id).where(
        Meeting.board_id.in_(board_ids), DAY.in_([today]), Meeting.state != MeetingState.CALLED_OFF
    )
    begun = set(session.scalars(query.where(or_(Meeting.starts_at <= now, Meeting.state.not_in(meetings.TO_COME)))))
    firsts = {one: max(days.first, today + timedelta(days=one in begun)) for one in board_ids}
    return {board_id: first for board_id, first in firsts.items() if first <= days.last}


def _changed(session: Session, board_ids: Iterable[uuid.UUID], days: Days, *, now: datetime) -> int:
    """Their meetings in these days moved: live screens look again."""
    coming = leave_rows.coming_in(session, board_ids, days, now=now, lock=True)
    for meeting in coming:
        meetings.changed(session, meeting)
    return len(coming)
