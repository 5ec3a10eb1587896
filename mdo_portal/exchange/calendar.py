"""A meeting as somebody's own calendar shows it. Never a word about a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CalendarEntry:
    """One meeting. Its number stays the same when it moves."""

    number: str
    title: str
    text: str
    place: str
    url: str
    starts_at: datetime
    ends_at: datetime
    is_called_off: bool = False
