"""A meeting on another day, at another hour or place than the weekly series has it, and one that is held outside the series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, Stale
from mdo_portal.services.access_log import audit
from mdo_portal.services.history import timeline
from mdo_portal.services.meetings import boards, meetings, series
from mdo_portal.services.planning import planning

AHEAD = timedelta(days=366)
"""A day further on is a slip of the finger."""


@dataclass(frozen=True)
class Wanted:
    """When and where a meeting is to be held."""

    starts_at: datetime
    minutes: int
    place: str
    video_url: str


def as_it_stands(meeting: Meeting) -> str:
    """When and where it is held, for a form to say what its reader saw."""
    return " ".join((f"{meeting.starts_at:%Y-%m-%dT%H:%MZ}", str(meeting.minutes), meeting.place, meeting.video_url))


def reschedule(
    session: Session, meeting: Meeting, board: Board, wanted: Wanted, *, viewer: Viewer, now: datetime, seen: str | None = None
) -> bool:
    """Hold it then and there; its agenda goes along, and every case says so. Whether day or hour changed. `seen`: as_it_stands() when the
    form was read.

    Raises Incomplete for what cannot be, IllegalMove when it began or was called off, Stale when its agenda changes meanwhile, or when
    somebody else said since when or where it is held.
    """
    _hold(session, board)
    cases = planning.hold_agenda(session, meeting)
    if meeting.state not in meetings.TO_COME:
        raise IllegalMove(N_("Deze vergadering begon al of vervalt. Er is niets veranderd."))
    if seen not in (None, as_it_stands(meeting)):
        raise Stale()
    before = meeting.starts_at
    moved = wanted.starts_at != before
    _check(wanted, now=now if moved else None)
    if moved:
        _make_room(session, board, wanted.starts_at)
        meeting.registration_closes_at = _closes_at(meeting, board, wanted, now=now)
        for case in cases:
            said = {"was": meetings.moment(before), "when": meetings.moment(wanted.starts_at), "board": board.name}
            timeline.happened(session, case, "case.rescheduled", at=now, person_id=viewer.person_id, **said)
    _take_over(meeting, wanted)
    meetings.changed(session, meeting)
    detail = f"{before:%Y-%m-%dT%H:%MZ} > {wanted.starts_at:%Y-%m-%dT%H:%MZ}"
    _record(session, viewer, meeting, detail, now=now)
    return moved


def add(session: Session, board: Board, wanted: Wanted, *, viewer: Viewer, now: datetime) -> Meeting:
    """A meeting beside the weekly series. Raises Incomplete."""
    _hold(session, board)
    _check(wanted, now=now)
    _make_room(session, board, wanted.starts_at)
    closes_at = series.closes_at(board, wanted.starts_at)
    meeting = Meeting(board_id=board.id, registration_closes_at=closes_at, state=MeetingState.PLANNED, revision=0)
    _take_over(meeting, wanted)
    session.add(meeting)
    session.flush()
    _record(session, viewer, meeting, f"{wanted.starts_at:%Y-%m-%dT%H:%MZ}", now=now)
    return meeting


def _hold(session: Session, board: Board) -> None:
    """Until the commit nobody else sets a meeting of this board at a moment."""
    session.refresh(board, with_for_update=HELD)


def _check(wanted: Wanted, *, now: datetime | None) -> None:
    """`now`, for a day and hour that must lie ahead."""
    wrong = {name: sentence for name, (is_wrong, sentence) in boards.bounds(wanted.minutes, wanted.video_url).items() if is_wrong}
    if now and not now < wanted.starts_at < now + AHEAD:
        wrong["day"] = N_("Kies een moment dat nog komt, binnen een jaar.")
    if wrong:
        raise Incomplete(wrong, boards.NOT_SAVED)


def _make_room(session: Session, board: Board, starts_at: datetime) -> None:
    """An empty meeting of the series at that very moment is the same meeting. Raises Incomplete when there is another."""
    series.give_way(session, board, Meeting.starts_at == starts_at)
    taken = select(func.count()).select_from(Meeting).where(Meeting.board_id == board.id, Meeting.starts_at == starts_at)
    if session.scalar(taken):
        raise Incomplete(
            {"day": N_("Op dat moment staat al een vergadering van dit MDO. Kies een ander moment.")}, boards.NOT_SAVED
        )


def _closes_at(meeting: Meeting, board: Board, wanted: Wanted, *, now: datetime) -> datetime:
    """As the board has it; where that is past already and somebody opened registration again, it stays open until the meeting begins."""
    usual = series.closes_at(board, wanted.starts_at)
    return wanted.starts_at if usual <= now and meeting.registration_closes_at == meeting.starts_at else usual


def _take_over(meeting: Meeting, wanted: Wanted) -> None:
    meeting.starts_at, meeting.minutes = wanted.starts_at, wanted.minutes
    meeting.place, meeting.video_url = wanted.place, wanted.video_url


def _record(session: Session, viewer: Viewer, meeting: Meeting, detail: str, *, now: datetime) -> None:
    act = Act.MEETING_CLOSE_REGISTRATION
    audit.record(session, viewer, act, now=now, object_type="meeting", object_id=meeting.id, detail=detail)
