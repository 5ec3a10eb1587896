"""The weekly series of a board stands eight weeks ahead, and keeps up with what the board says; what people did with a meeting stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.meetings import meetings, series
from mdo_portal.services.planning import calling_off, rescheduling
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.make import NOW
from tests.people import Region


def _stand(session: Session, board: Board) -> Sequence[Meeting]:
    """The meetings of the series, in order; not the one that the region begins with, which stands on a day of its own."""
    query = select(Meeting).where(Meeting.board_id == board.id, Meeting.starts_at > NOW + timedelta(days=3))
    return session.scalars(query.order_by(Meeting.starts_at).execution_options(populate_existing=True)).all()


def _local(found: Sequence[Meeting]) -> set[tuple[int, str]]:
    at = [one.starts_at.astimezone(AMSTERDAM) for one in found]
    return {(one.weekday(), f"{one:%H:%M}") for one in at}


def _says_now(session: Session, board: Board, **over: Any) -> None:
    before = {name: getattr(board, name) for name in (*series.GO_ALONG, "closing_hours", "weekday", "starts")}
    for name, value in over.items():
        setattr(board, name, value)
    session.flush()
    series.keep_up(session, board, before, now=NOW)


def test_the_series_stands_eight_weeks_ahead_and_is_left_alone(session: Session, uro: Board) -> None:
    series.extend(session, uro, now=NOW)
    once = [one.id for one in _stand(session, uro)]
    series.extend(session, uro, now=NOW)

    assert len(once) in (7, 8)
    assert [one.id for one in _stand(session, uro)] == once


def test_a_meeting_keeps_its_local_hour_when_the_clock_changes(session: Session, uro: Board) -> None:
    """Summer time begins on 29 March 2026: 16:00 in Amsterdam is 15:00 and then 14:00 in UTC."""
    series.extend(session, uro, now=datetime(2026, 3, 20, 12, tzinfo=UTC))

    query = select(Meeting.starts_at).where(Meeting.board_id == uro.id, Meeting.starts_at > datetime(2026, 3, 20, tzinfo=UTC))
    hours = [at.hour for at in session.scalars(query.order_by(Meeting.starts_at))]
    assert hours == [15, *[14] * 7]
    assert all(at.astimezone(AMSTERDAM).hour == 16 for at in session.scalars(query))


def test_a_board_that_meets_on_another_day_takes_its_empty_meetings_along(session: Session, uro: Board) -> None:
    series.extend(session, uro, now=NOW)
    _says_now(session, uro, weekday=4, starts=time(8, 15))

    assert _local(_stand(session, uro)) == {(4, "08:15")}


def test_what_people_did_with_a_meeting_stays_on_its_own_day(
    session: Session, region: Region, zeed: Hospital, uro: Board
) -> None:
    series.extend(session, uro, now=NOW)
    planned, closed, off, moved, *_ = _stand(session, uro)
    make.planned(session, make.case(session, zeed), planned, viewer=region.aisha)
    meetings.close_registration(session, closed)
    calling_off.call_off(session, off, uro, viewer=region.aisha, now=NOW)
    moved.starts_at += timedelta(days=1)
    days = {one.id: one.starts_at for one in (planned, closed, off, moved)}
    session.flush()

    _says_now(session, uro, weekday=4, starts=time(8, 15))

    stand = {one.id: one.starts_at for one in _stand(session, uro)}
    assert {one: stand.get(one) for one in days} == days
    assert series.left_behind(session, uro, now=NOW) == 1


@pytest.mark.parametrize("over", [{}, {"weekday": 4}, {"starts": time(8)}])
def test_only_a_meeting_with_cases_on_a_day_or_hour_of_before_is_left_behind(
    session: Session, region: Region, zeed: Hospital, uro: Board, over: dict[str, Any]
) -> None:
    series.extend(session, uro, now=NOW)
    first, *_ = _stand(session, uro)
    make.planned(session, make.case(session, zeed), first, viewer=region.aisha)

    _says_now(session, uro, **over)

    assert series.left_behind(session, uro, now=NOW) == bool(over)


def test_a_meeting_that_the_coordinator_moved_herself_is_not_left_behind(
    session: Session, region: Region, zeed: Hospital, uro: Board
) -> None:
    series.extend(session, uro, now=NOW)
    moved, *_ = _stand(session, uro)
    make.planned(session, make.case(session, zeed), moved, viewer=region.aisha)
    moved.starts_at += timedelta(days=1)
    session.flush()

    assert series.left_behind(session, uro, now=NOW) == 0


def test_how_long_it_lasts_and_when_registration_closes_go_along_also_with_cases(
    session: Session, region: Region, zeed: Hospital, uro: Board
) -> None:
    series.extend(session, uro, now=NOW)
    planned, changed, *_ = _stand(session, uro)
    make.planned(session, make.case(session, zeed), planned, viewer=region.aisha)
    changed.minutes, changed.registration_closes_at = 30, changed.starts_at - timedelta(hours=2)
    session.flush()

    _says_now(session, uro, minutes=75, closing_hours=48)

    found = {one.id: (one.minutes, one.starts_at - one.registration_closes_at) for one in _stand(session, uro)}
    assert found.pop(changed.id) == (30, timedelta(hours=2))
    assert set(found.values()) == {(75, timedelta(hours=48))}


def test_the_series_of_another_board_stays(session: Session, region: Region, uro: Board) -> None:
    gi = session.get_one(Board, region.boards["GI"])
    series.extend(session, gi, now=NOW)
    before = [(one.id, one.starts_at, one.minutes) for one in _stand(session, gi)]

    _says_now(session, uro, weekday=(gi.weekday + 1) % 7, minutes=5)

    assert [(one.id, one.starts_at, one.minutes) for one in _stand(session, gi)] == before


def test_what_is_over_stays_as_it_was(session: Session, uro: Board) -> None:
    past = make.meeting(session, uro, starts_at=NOW - timedelta(days=7))
    _says_now(session, uro, weekday=4, minutes=5)

    assert session.scalars(select(Meeting.minutes).where(Meeting.id == past.id, Meeting.state == MeetingState.PLANNED)).all() == [
        90
    ]


@pytest.mark.parametrize(
    "state", [MeetingState.CALLED_OFF, MeetingState.REGISTRATION_CLOSED, MeetingState.OPEN, MeetingState.CLOSED]
)
def test_the_database_lets_no_meeting_go_that_somebody_decided_upon(session: Session, uro: Board, state: MeetingState) -> None:
    meeting = make.meeting(session, uro, starts_at=NOW + timedelta(days=20))
    meeting.state = state
    session.flush()

    with pytest.raises(DBAPIError, match="a meeting that was decided upon stays"):
        session.execute(delete(Meeting).where(Meeting.id == meeting.id))


@pytest.mark.parametrize("moved", [True, False])
def test_registration_closes_at_the_same_hour_on_the_wall_when_the_clock_changes_before_the_meeting(
    session: Session, region: Region, uro: Board, moved: bool
) -> None:
    """Summer time begins on Sunday 29 March 2026: of a meeting on Monday it closed an hour earlier once that was moved, and when the
    board chose other hours it stayed behind.
    """
    _says_now(session, uro, weekday=0, starts=time(16), closing_hours=48)
    monday = next(one for one in _stand(session, uro) if one.starts_at.date().isoformat() == "2026-03-30")
    if moved:
        wanted = rescheduling.Wanted(monday.starts_at + timedelta(hours=1), 60, "", "")
        rescheduling.reschedule(session, monday, uro, wanted, viewer=region.aisha, now=NOW)
        assert f"{monday.registration_closes_at.astimezone(AMSTERDAM):%a %H:%M}" == "Sat 17:00"

    _says_now(session, uro, closing_hours=72)

    session.refresh(monday)
    assert f"{monday.registration_closes_at.astimezone(AMSTERDAM):%a %H:%M}" == ("Fri 17:00" if moved else "Fri 16:00")
