"""The weekly series of a board: its meetings of the coming weeks stand, and keep up with what the board says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Interval, and_, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.identifiers import new_id
from mdo_portal.services.meetings.meetings import TO_COME
from mdo_portal.zone import AMSTERDAM, day_of, stood_so

WEEKS_AHEAD = 8
MAY_COME = (*TO_COME, MeetingState.CALLED_OFF)
"""What may still be held: one that was called off can be held after all."""
IS_EMPTY = func.access.is_empty(Meeting.id)
"""Nothing is or was planned in it; asked of the database, for who changes a board sees no case."""
GO_ALONG = ("place", "video_url", "minutes")
"""What a meeting has of its board, unless it was changed for that one."""


def extend(session: Session, board: Board, *, now: datetime) -> None:
    """See to it that the weekly meetings of the coming weeks stand. What stands is left alone: held, moved to another day or called off."""
    today = day_of(now)
    first = today + timedelta(days=(board.weekday - today.weekday()) % 7)
    rows = [_row(board, first + timedelta(weeks=week)) for week in range(WEEKS_AHEAD)]
    coming = [row for row in rows if row["starts_at"] > now]
    if coming:
        session.execute(insert(Meeting).values(coming).on_conflict_do_nothing())


def _row(board: Board, day: date) -> dict[str, Any]:
    starts_at = datetime.combine(day, board.starts, tzinfo=AMSTERDAM)
    return {
        "id": new_id(),
        "board_id": board.id,
        "starts_at": starts_at,
        "series_at": starts_at,
        "minutes": board.minutes,
        "registration_closes_at": closes_at(board, starts_at),
        "place": board.place,
        "video_url": board.video_url,
        "state": MeetingState.PLANNED,
        "revision": 0,
    }


def closes_at(board: Board, starts_at: datetime) -> datetime:
    """When registration closes for a meeting that starts then: by the clock on the wall, also when that was put back or forward between.

    Where it shows that twice the second time, as PostgreSQL has it.
    """
    return stood_so(starts_at.astimezone(AMSTERDAM) - timedelta(hours=board.closing_hours))[1]


def _earlier(hours: int) -> Any:
    """The same in a statement over meetings."""
    local = func.timezone(AMSTERDAM.key, Meeting.starts_at)
    return func.timezone(AMSTERDAM.key, local - literal(timedelta(hours=hours), Interval))


def keep_up(session: Session, board: Board, before: Mapping[str, Any], *, now: datetime) -> None:
    """The board said this before: its meetings to come that had it so go along, those without a case also to another day or hour."""
    coming = update(Meeting).where(Meeting.board_id == board.id, Meeting.starts_at > now, Meeting.state.in_(MAY_COME))
    for name in GO_ALONG:
        if before[name] != (value := getattr(board, name)):
            session.execute(coming.where(getattr(Meeting, name) == before[name]).values({name: value}))
    if before["closing_hours"] != board.closing_hours:
        closed_so = coming.where(Meeting.registration_closes_at == _earlier(before["closing_hours"]))
        session.execute(closed_so.values(registration_closes_at=_earlier(board.closing_hours)))
    if (before["weekday"], before["starts"]) != (board.weekday, board.starts):
        give_way(session, board, Meeting.starts_at > now, _stands_elsewhere(board))
    extend(session, board, now=now)


def give_way(session: Session, board: Board, *where: Any) -> None:
    """Those of its meetings in which nothing is or was planned, and that nobody moved, are no more."""
    unmoved = (Meeting.board_id == board.id, Meeting.series_at == Meeting.starts_at, Meeting.state == MeetingState.PLANNED)
    session.execute(delete(Meeting).where(*unmoved, IS_EMPTY, *where))


def left_behind(session: Session, board: Board, *, now: datetime) -> int:
    """How many meetings to come still stand on a day or hour that the board no longer has, because of the cases on their agenda."""
    theirs = (Meeting.board_id == board.id, Meeting.starts_at > now, Meeting.state.in_(TO_COME))
    unmoved = and_(*theirs, Meeting.series_at == Meeting.starts_at, ~IS_EMPTY)
    return session.scalar(select(func.count()).select_from(Meeting).where(unmoved, _stands_elsewhere(board))) or 0


def _stands_elsewhere(board: Board) -> Any:
    """Not on the day of the week, or not at the hour, that the board has now."""
    local = func.timezone(AMSTERDAM.key, Meeting.starts_at)
    monday_first = func.extract("isodow", local) - 1
    return or_(monday_first != board.weekday, func.to_char(local, "HH24:MI") != board.starts.strftime("%H:%M"))
