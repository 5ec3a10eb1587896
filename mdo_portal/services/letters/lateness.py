"""When a letter that has not arrived is late: by age, and by the day on which the advice was to be carried out.

Counted in hours for what travels by itself, in working days for what people carry. Judges letters, never patients.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mdo_portal.domain.feast_days import is_working_day
from mdo_portal.zone import AMSTERDAM, day_of

HOURS, PAPER_DAYS = 4, 3
"""Where no board says otherwise."""
BEFORE_DUE = timedelta(days=2)
"""So long before the first day that the advice names, its letter must be there."""


class Mark(StrEnum):
    """Why somebody should look today."""

    LATE = "late"  #: under way for longer than the board finds right
    DUE = "due"  #: the advice is to be carried out within two days
    OVERDUE = "overdue"  #: that day has passed


@dataclass(frozen=True)
class Terms:
    """What one board finds late."""

    hours: int = HOURS
    paper_days: int = PAPER_DAYS


def late_from(created_at: datetime, *, on_paper: bool, terms: Terms) -> datetime:
    """From when it is late."""
    return working_days_after(created_at, terms.paper_days) if on_paper else created_at + timedelta(hours=terms.hours)


def working_days_after(moment: datetime, days: int) -> datetime:
    """The same time of day in Amsterdam so many working days later; weekends and feast days do not count."""
    at = moment.astimezone(AMSTERDAM)
    left = days
    while left > 0 or not is_working_day(at.date()):
        at += timedelta(days=1)
        left -= is_working_day(at.date())
    return at.astimezone(moment.tzinfo)


def marks(created_at: datetime, *, on_paper: bool, terms: Terms, due_on: date | None, now: datetime) -> tuple[Mark, ...]:
    """What to say of a letter that has not arrived, most pressing first."""
    today = day_of(now)
    found = []
    if due_on is not None and due_on < today:
        found.append(Mark.OVERDUE)
    elif due_on is not None and due_on <= today + BEFORE_DUE:
        found.append(Mark.DUE)
    if now >= late_from(created_at, on_paper=on_paper, terms=terms):
        found.append(Mark.LATE)
    return tuple(found)
