"""Meetings of before, by the Dutch month in which they began: for a report, or for who asks months later what was on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.services.meetings import meetings
from mdo_portal.services.meetings.meeting_rows import MeetingRow
from mdo_portal.zone import AMSTERDAM

A_MONTH, A_MOMENT = timedelta(days=31), timedelta(microseconds=1)
MOST = 500
"""Far more than a region holds in a month."""


def months(session: Session, board_ids: Sequence[uuid.UUID], *, now: datetime) -> list[date]:
    """The first days of the months in which these boards had meetings, newest first."""
    month = func.date_trunc("month", func.timezone(AMSTERDAM.key, Meeting.starts_at))
    query = select(month).where(Meeting.board_id.in_(board_ids), Meeting.starts_at <= now).distinct().order_by(month.desc())
    return [found.date() for found in session.scalars(query)]


def of_month(session: Session, board_ids: Sequence[uuid.UUID], month: date, *, now: datetime) -> list[MeetingRow]:
    """What began in this month and before now, newest first."""
    since, next_month = (datetime(day.year, day.month, 1, tzinfo=AMSTERDAM) for day in (month, month + A_MONTH))
    found = meetings.upcoming(session, board_ids, since=since - A_MOMENT, until=min(next_month, now), limit=MOST)
    return list(reversed(found))
