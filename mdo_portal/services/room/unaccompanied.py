"""Whose patients nobody brings: hospitals with cases still to be discussed of which nobody comes, or is there.

Who discusses a patient of another hospital knows less of them and is less committed (knowledge/field.md, S74); the discussion must be
safe without the referrer (S95), so that it is good to know beforehand. Counts people with an account, judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.services.meetings.meeting_rows import AgendaRow
from mdo_portal.services.meetings.meetings import TO_COME
from mdo_portal.services.room.presence import Attendee


class Unaccompanied(NamedTuple):
    hospital: str
    #: still to be discussed
    cases: int


def of_meeting(
    meeting: Meeting, agenda: Sequence[AgendaRow], *, came: Sequence[Attendee], coming: Collection[str] = ()
) -> list[Unaccompanied]:
    """While it goes on: of which hospitals none of these has come. Before it: of which nobody comes (`coming`: codes of hospitals)."""
    if meeting.state is MeetingState.OPEN:
        return _hospitals(agenda, {one.hospital_code for one in came if not one.observes})
    return _hospitals(agenda, coming) if meeting.state in TO_COME else []


def _hospitals(agenda: Sequence[AgendaRow], there: Collection[str]) -> list[Unaccompanied]:
    """The one with most cases first."""
    waiting = Counter(row.hospital_name for row in agenda if row.outcome is None and row.hospital_code not in there)
    return [Unaccompanied(*one) for one in sorted(waiting.items(), key=lambda one: (-one[1], one[0]))]
