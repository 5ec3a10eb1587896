"""The hour that comes twice when summer time ends, the one that does not come when it begins, and meetings that go on past midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.errors import IllegalMove
from mdo_portal.services.meetings import series
from mdo_portal.services.room import rooms
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.people import Region, board_of

MINUTE = timedelta(minutes=1)


def said_to_be(session: Session, board: Board, *, now: datetime, **over: Any) -> None:
    before = {name: getattr(board, name) for name in (*series.GO_ALONG, "closing_hours", "weekday", "starts")}
    for name, value in over.items():
        setattr(board, name, value)
    session.flush()
    series.keep_up(session, board, before, now=now)


@pytest.mark.parametrize(
    ("sunday", "hours", "closes"),
    [
        ("2026-10-25", 30, "2026-10-25T02:30:00+01:00"),  # 02:30 comes twice: until the second
        ("2027-10-31", 30, "2027-10-31T02:30:00+01:00"),
        ("2026-03-29", 30, "2026-03-29T03:30:00+02:00"),  # 02:30 does not come
        ("2027-03-28", 30, "2027-03-28T03:30:00+02:00"),
    ],
)
def test_registration_that_closes_in_the_hour_of_the_change_goes_along_with_other_hours(
    session: Session, region: Region, sunday: str, hours: int, closes: str
) -> None:
    """Where the meeting was made it closed in the first 02:30, where the board looked which of its meetings closed so in the second: the
    one of that week kept the hours of before.
    """
    board, day = board_of(session, region), datetime.fromisoformat(f"{sunday}T12:00:00+00:00")
    before = day - timedelta(days=20)
    said_to_be(session, board, now=before, weekday=0, starts=time(8, 30), closing_hours=hours)
    starts_at = datetime.combine(day.date() + timedelta(days=1), time(8, 30), AMSTERDAM)
    monday = session.scalars(select(Meeting).where(Meeting.board_id == board.id, Meeting.starts_at == starts_at)).one()
    assert monday.registration_closes_at.astimezone(AMSTERDAM).isoformat() == closes

    said_to_be(session, board, now=before, closing_hours=24)

    session.refresh(monday)
    assert monday.registration_closes_at.astimezone(AMSTERDAM) == datetime.combine(day.date(), time(8, 30), AMSTERDAM)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24", "2026-12-31", "2028-02-29"])
@pytest.mark.parametrize(("said", "after"), [(time(23, 50), 20), (time(0, 15), 45), (time(1, 59), 149)])
def test_an_evening_board_that_was_left_open_is_over_after_midnight(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, day: str, said: time, after: int
) -> None:
    """It began at 23:30: until 00:15 was refused, for in the evening of that day it had not begun."""
    began = datetime.combine(datetime.fromisoformat(day).date(), time(23, 30), AMSTERDAM).astimezone(UTC)
    make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    meeting.starts_at = began
    rooms.open_meeting(session, meeting, now=began)

    rooms.close_meeting(session, meeting, now=began + timedelta(hours=9), said=said)

    assert (meeting.state, meeting.closed_at) == (MeetingState.CLOSED, began + after * MINUTE)


@pytest.mark.parametrize(
    ("said", "words"), [(time(22, 0), "nog een casus aan de orde"), (time(5, 45), "nog een casus aan de orde")]
)
def test_but_not_before_it_began_nor_the_next_morning(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, said: time, words: str
) -> None:
    began = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    meeting.starts_at = began
    rooms.open_meeting(session, meeting, now=began)

    with pytest.raises(IllegalMove, match=words):
        rooms.close_meeting(session, meeting, now=began + timedelta(hours=9), said=said)
