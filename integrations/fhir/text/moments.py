"""Days and moments as they are sent, and as a clock here tells them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.days import only_day
from integrations.fhir.text.values import Node, node, text
from integrations.times import believable, believable_day

HERE = ZoneInfo("Europe/Amsterdam")


_UTC = ("Z", "+00:00", "-00:00")


def day(value: Any) -> date | None:
    """The calendar day as sent, in the sender's own zone; None for a partial date, and far outside our times.

    A moment in UTC tells of no zone, for many servers keep nothing else: its day is the day it was here.
    """
    said = text(value)
    try:
        if len(said) > _DAY and said.endswith(_UTC) and (at := moment(said)):
            return believable_day(worn_here(at).date())
        return believable_day(date.fromisoformat(said[:_DAY]))
    except ValueError:
        return None


def sent_day(said: str) -> date | None:
    """The day in words that a person wrote where FHIR has no element for one: `2026-12-01`, `1-12-2026`, `1 december 2026`."""
    return day(said) or only_day(said)


_DAY = len("2026-03-02")


def worn_here(at: datetime) -> datetime:
    """The same moment on the clocks of the Netherlands."""
    return at.astimezone(HERE)


def worn(value: str) -> str:
    """`2026-03-02 14:30`: a moment as a clock here tells it; a bare day, and what is no moment, as it was sent."""
    at = moment(value) if len(value) > _DAY else None
    return worn_here(at).strftime("%Y-%m-%d %H:%M") if at else value


def local_day(value: str) -> str:
    """The day of a date or moment in text; of what has no day as much as was sent."""
    found = day(value) if len(value) > _DAY else None
    return found.isoformat() if found else value[:_DAY]


def moment(value: Any) -> datetime | None:
    """A point in time; None for a bare day, which is no moment, and far outside our times."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return believable(found) if found.tzinfo else None


def first_of(resource: Node, *names: str) -> str:
    """The first date found under these names; a Period gives its start."""
    for name in names:
        if (value := resource.get(name)) is None:
            continue
        found = text(value) or text(node(value).get("start")) or text(node(value).get("end"))
        if found:
            return found
    return ""


def days_of(period: Any) -> tuple[str, str]:
    """The first and the last day of a Period, as `local_day` says them."""
    own = node(period)
    return (local_day(text(own.get("start"))), local_day(text(own.get("end")))) if own else ("", "")


def partial(value: str) -> str:
    """`2001` or `2001-05`: a date that no calendar day can carry, to be shown as words."""
    return value if len(value) in _PARTIAL and re.fullmatch(r"\d{4}(-\d\d)?", value) else ""


_PARTIAL = (len("2001"), len("2001-05"))
