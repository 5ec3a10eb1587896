"""A meeting of the weekly series that is not held: a feast day, a holiday. It stays on the calendar, so that nobody waits for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import Stale
from mdo_portal.services import meetings, planning


def call_off(session: Session, meeting: Meeting, board: Board, *, viewer: Viewer, now: datetime) -> int:
    """It is not held: what stands on its agenda waits again, as before it was planned. Says how many cases.

    Raises IllegalMove when it is or was held, Stale when its agenda changes meanwhile. The cases are held before the meeting, as who
    plans one holds them.
    """
    on_agenda = select(Round.case_id).where(Round.meeting_id == meeting.id, Round.outcome.is_(None))
    cases = session.scalars(select(Case).where(Case.id.in_(on_agenda)).order_by(Case.id).with_for_update(**HELD)).all()
    session.refresh(meeting, with_for_update=HELD)
    meeting.move(MeetingState.CALLED_OFF)
    if {case.id for case in cases} != set(session.scalars(on_agenda)):
        raise Stale()  # somebody planned one, or took one off, in this very moment
    for case in cases:
        planning.unplan(session, case, meeting, board, viewer=viewer, now=now, why="case.called_off")
    meetings.changed(session, meeting)
    return len(cases)


def take_back(session: Session, meeting: Meeting) -> None:
    """It is held after all. Its agenda begins empty: what waits may stand on another one by now. Raises IllegalMove."""
    meeting.move(MeetingState.PLANNED)
    meetings.changed(session, meeting)
