"""A meeting of the weekly series that is not held: a feast day, a holiday. It stays on the calendar, so that nobody waits for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.meetings import meetings
from mdo_portal.services.planning import planning


def call_off(session: Session, meeting: Meeting, board: Board, *, viewer: Viewer, now: datetime) -> int:
    """It is not held: what stands on its agenda waits again, as before it was planned. Says how many cases.

    Raises IllegalMove when it is or was held, Stale when its agenda changes meanwhile.
    """
    cases = planning.hold_agenda(session, meeting)
    meeting.move(MeetingState.CALLED_OFF)
    for case in cases:
        planning.unplan(session, case, meeting, board, viewer=viewer, now=now, why="case.called_off")
    meetings.changed(session, meeting)
    return len(cases)


def take_back(session: Session, meeting: Meeting) -> None:
    """It is held after all. Its agenda begins empty: what waits may stand on another one by now. Raises IllegalMove."""
    meeting.move(MeetingState.PLANNED, only_from=MeetingState.CALLED_OFF)
    meetings.changed(session, meeting)
