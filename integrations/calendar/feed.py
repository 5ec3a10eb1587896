"""Meetings as a calendar that others subscribe to (iCalendar, RFC 5545; REFRESH-INTERVAL of RFC 7986)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mdo_portal.exchange import CalendarEntry

if TYPE_CHECKING:
    from icalendar import Event

REFRESH = timedelta(hours=1)
"""Also as Outlook is told it, below."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no calendar may hold (RFC 5545, 3.1): a strict one reads nothing of the rest either. Word copies a line end of its own along."""
PRODUCT = "-//MDO-portaal//MDO-vergaderingen//NL"


def feed(name: str, entries: Iterable[CalendarEntry], *, host: str, at: datetime) -> bytes:
    """`host` makes the numbers ours alone: a calendar knows a meeting that moved by its number."""
    from icalendar import Calendar  # a twentieth of a second of every start, for what a calendar asks once an hour

    calendar = Calendar.new(name=name, prodid=PRODUCT, refresh_interval=REFRESH)
    del calendar["UID"]  # of its own making, and another one each time
    calendar.add("X-PUBLISHED-TTL", "PT1H")  # what Outlook calls it
    for one in entries:
        calendar.add_component(_event(one, host=host, at=at))
    return bytes(calendar.to_ical())


def _event(one: CalendarEntry, *, host: str, at: datetime) -> Event:
    """In UTC: every calendar shows it in the zone of who looks, and no rule of a zone needs to travel."""
    from icalendar import STATUS, TRANSP, Event

    event = Event.new(
        uid=f"{one.number}@{host}", stamp=at.astimezone(UTC), start=one.starts_at.astimezone(UTC), end=one.ends_at.astimezone(UTC),
        summary=_UNFIT.sub(" ", one.title), description=_UNFIT.sub(" ", one.text) or None, location=_UNFIT.sub(" ", one.place) or None,
        url=one.url,
        status=STATUS.CANCELLED if one.is_called_off else STATUS.CONFIRMED,
    )  # fmt: skip
    if one.is_called_off:
        event.transparency = TRANSP.TRANSPARENT  # nobody is busy then
    return event
