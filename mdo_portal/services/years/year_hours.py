"""How long people of each hospital were at the meetings of a board: what hospitals settle among each other is theirs to agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from mdo_portal.domain.board import Meeting
from mdo_portal.services.room import presence
from mdo_portal.services.room.presence import Attendee


class HospitalHours(NamedTuple):
    """What one hospital put into the meetings of a year."""

    hospital: str
    #: people times meetings
    attendances: int
    #: of all of them together
    minutes: int

    @property
    def hours(self) -> float:
        return self.minutes / 60


def by_hospital(meetings: Iterable[tuple[Meeting, Sequence[Attendee]]]) -> list[HospitalHours]:
    """By name. Who only watches is none of it; who was called away was not there meanwhile."""
    found: defaultdict[str, list[timedelta]] = defaultdict(list)
    for meeting, attendees in meetings:
        for one in presence.came(meeting, attendees):
            if not one.observes:
                found[one.hospital].append(_there(meeting, one))
    return [
        HospitalHours(hospital, len(times), round(sum(times, timedelta()).total_seconds() / 60))
        for hospital, times in sorted(found.items())
    ]


def _there(meeting: Meeting, one: Attendee) -> timedelta:
    """Between the opening and the closing of the meeting, as far as their screen told."""
    since = max(one.first_seen_at, meeting.opened_at or meeting.starts_at)
    until = min(one.seen_at, presence.over_at(meeting))
    away = (_overlap(since, until, left, back) for left, back in one.away)
    return max(until - since, timedelta()) - sum(away, timedelta())


def _overlap(since: datetime, until: datetime, left: datetime, back: datetime) -> timedelta:
    return max(min(until, back) - max(since, left), timedelta())
