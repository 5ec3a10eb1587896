"""Putting cases on an agenda, off it, and in order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import LASTS, Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.services.common import access
from mdo_portal.services.dossier import waiting
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.meetings.meetings import PLANNABLE, changed, moment
from mdo_portal.services.room import advice, conclusions, rooms


def agenda_for(session: Session, viewer: Viewer, case: Case, meeting_id: uuid.UUID) -> tuple[Meeting, Board]:
    """The meeting onto or off whose agenda this case is to go, and its board, held until the commit. Raises NotFound, NotAllowed.

    Held in one order with the meeting that it stands on: at the same moment somebody may be moving another case the other way.
    """
    stands_on = select(Round.meeting_id).where(Round.case_id == case.id, Round.outcome.is_(None))
    standing.hold_agendas(session, or_(Meeting.id == meeting_id, Meeting.id.in_(stands_on)))
    return access.meeting_for(session, viewer, Act.MEETING_ORDER, meeting_id, lock=True)


def plan(
    session: Session, case: Case, meeting: Meeting, board: Board, *, viewer: Viewer, now: datetime, late_reason: str = ""
) -> Round:
    """Put the case on the agenda as its next round; where it stands already it stays. After closing time only with a reason."""
    if case.state in (CaseState.DISCUSSED, CaseState.LISTED):  # its advice could not be signed any more
        raise IllegalMove(N_("Deze casus is al besproken; het advies wacht op de handtekening. Er is niets veranderd."))
    live = _live_round(session, case)
    if live is not None and live.meeting_id == meeting.id:
        return live
    if meeting.state is MeetingState.CALLED_OFF:
        raise IllegalMove(N_("Deze vergadering vervalt. Kies een andere vergadering."))
    if meeting.state not in PLANNABLE:
        raise IllegalMove(N_("Deze vergadering is al gesloten. Kies een andere vergadering."))
    if meeting.state is not MeetingState.OPEN and meeting.starts_at < now - LASTS:
        raise IllegalMove(N_("Deze vergadering is voorbij. Kies een andere vergadering."))
    closed = meeting.state is not MeetingState.PLANNED or meeting.registration_closes_at <= now
    if closed and not late_reason.strip():
        raise IllegalMove(N_("De aanmelding voor deze vergadering is gesloten. Geef een reden om deze casus toch toe te voegen."))
    if live is not None:
        _leave(session, live)
    planned = Round(
        case_id=case.id,
        number=_next(session, select(func.max(Round.number)).where(Round.case_id == case.id)),
        meeting_id=meeting.id,
        position=_next(session, select(func.max(Round.position)).where(Round.meeting_id == meeting.id)),
        minutes=board.minutes_per_case,
        presenter=case.treating_name or case.referrer_name,
    )
    session.add(planned)
    if case.state is not CaseState.SCHEDULED:
        case.move(CaseState.SCHEDULED, now=now, reason=late_reason)
    when = moment(meeting.starts_at)
    what, why = ("case.scheduled_late", {"reason": late_reason.strip()}) if closed else ("case.scheduled", {})
    timeline.happened(session, case, what, at=now, person_id=viewer.person_id, board=board.name, when=when, **why)
    changed(session, meeting)
    standing.changed(session, case)
    session.flush()
    return planned


def _leave(session: Session, live: Round) -> None:
    """A case stands on one agenda at a time; who looks at the agenda it leaves sees it go."""
    left = rooms.lock(session, live)  # who leads it may be going on to the next case
    _take_off(session, left, live)
    changed(session, left)


def _take_off(session: Session, meeting: Meeting, live: Round) -> None:
    """Remove a round that was not discussed; when everybody was looking at it, the room shows no case."""
    conclusions.forget(session, live.id)
    advice.forget(session, live.id)
    if meeting.current_round_id == live.id:
        meeting.current_round_id = None
    session.delete(live)
    session.flush()


def _live_round(session: Session, case: Case) -> Round | None:
    query = select(Round).where(Round.case_id == case.id, Round.outcome.is_(None))
    return session.execute(query).scalar_one_or_none()


def _next(session: Session, maximum: object) -> int:
    return (session.scalar(maximum) or 0) + 1  # type: ignore[call-overload]


def unplan(
    session: Session, case: Case, meeting: Meeting, board: Board, *, viewer: Viewer, now: datetime, why: str = "case.unscheduled"
) -> None:
    """Take the case off the agenda again; it waits as before. `why`: what its timeline says of it."""
    live = _live_round(session, case)
    if live is None or live.meeting_id != meeting.id:
        raise Stale()
    rooms.hold(session, live)  # somebody may be filling in a recommendation
    _take_off(session, meeting, live)
    case.move(waiting.state_of(session, case), now=now)
    when = moment(meeting.starts_at)
    timeline.happened(session, case, why, at=now, person_id=viewer.person_id, board=board.name, when=when)
    changed(session, meeting)
    standing.changed(session, case)


def hold_agenda(session: Session, meeting: Meeting, into: Meeting | None = None) -> Sequence[Case]:
    """The cases that wait for this meeting, and the meeting, held until the commit. Stale when its agenda changes meanwhile.

    The cases are held before the meeting, as who plans one holds them. `into`: another meeting, onto whose agenda they may go.
    """
    on_agenda = select(Round.case_id).where(Round.meeting_id == meeting.id, Round.outcome.is_(None))
    cases = session.scalars(select(Case).where(Case.id.in_(on_agenda)).order_by(Case.id).with_for_update(**HELD)).all()
    both = [one for one in (meeting, into) if one is not None]
    standing.hold_agendas(session, Meeting.id.in_([one.id for one in both]))
    for one in both:
        session.refresh(one)
    if {case.id for case in cases} != set(session.scalars(on_agenda)):
        raise Stale()  # somebody planned one, or took one off, in this very moment
    return cases


def reorder(session: Session, meeting: Meeting, order: Sequence[uuid.UUID]) -> None:
    """Put the agenda in this order. Stale when the agenda holds other rounds than the reader saw."""
    on_agenda = (Round.meeting_id == meeting.id, ~Case.objected)  # as the reader sees it
    seen = select(Round).join(Case, Case.id == Round.case_id).where(*on_agenda)
    rounds = {one.id: one for one in session.scalars(seen)}
    if set(rounds) != set(order) or len(order) != len(rounds):
        raise Stale()
    for position, round_id in enumerate(order, start=1):
        rounds[round_id].position = position
    changed(session, meeting)
