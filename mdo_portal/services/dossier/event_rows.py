"""What happened to a case, as rows: an event, a line of the timeline, and what nobody saw yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from mdo_portal.services.history import loose_values, timeline
from mdo_portal.services.patients import held


class TimelineLine(NamedTuple):
    """One line of a timeline: an event, how often it was told in a row, and when first."""

    event: EventRow
    times: int
    first_at: datetime


class EventRow(NamedTuple):
    at: datetime
    what: str
    details: dict[str, str]
    person: str | None

    @property
    def sentence(self) -> str:
        return timeline.SENTENCES[self.what]

    @property
    def says(self) -> tuple[str, str | None, tuple[tuple[str, str], ...]]:
        """All of it that a person reads, but for the moment."""
        shown = (
            (key, value) for key, value in self.details.items() if key not in (held.MESSAGE, timeline.ENTERED, loose_values.ONLY)
        )
        return self.what, self.person, tuple(sorted(shown))

    @property
    def entered_at(self) -> datetime | None:
        """When what it tells entered the case, if that was later than it came; else None."""
        entered = self.details.get(timeline.ENTERED)
        return datetime.fromisoformat(entered) if entered else None

    @property
    def new_at(self) -> datetime:
        """From when a person could read it."""
        return self.entered_at or self.at


def unseen_of(events: Sequence[EventRow], since: datetime | None) -> list[EventRow]:
    """What came in since then, newest first; nothing when there is no such moment."""
    came = [one for one in events if since and one.what in timeline.NEWS and one.new_at >= since]
    return sorted(came, key=lambda one: one.new_at, reverse=True)


def by_kind(events: Sequence[EventRow]) -> list[tuple[EventRow, int]]:
    """Each kind once, of these that stand newest first: the newest of it, and how many of it there are."""
    found: dict[tuple[str, str], list[EventRow]] = {}
    for one in events:
        found.setdefault((one.what, one.details.get("hospital", "")), []).append(one)
    return [(same[0], len(same)) for same in found.values()]


def lines_of(newest_first: Sequence[EventRow], looked_at: datetime | None) -> list[TimelineLine]:
    """What a feed tells ten times in a row is one line. No line reaches across the last look, and none loses an event."""
    parts = groupby(newest_first, lambda one: (one.says, looked_at is not None and one.at > looked_at))
    return [TimelineLine(same[0], len(same), same[-1].at) for same in (list(part) for _, part in parts)]
