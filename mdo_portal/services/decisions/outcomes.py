"""How a discussion ended, and taking that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import main, message
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.services.decisions import decision_content
from mdo_portal.services.decisions.decision_refusals import by_whom
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.meetings import left_open, meetings
from mdo_portal.services.room.rooms import is_on, lock

NEEDS_REASON = (RoundOutcome.DEFERRED, RoundOutcome.REDIRECTED, RoundOutcome.WITHDRAWN)

_CASE_STATE = {
    RoundOutcome.DISCUSSED: CaseState.DISCUSSED,
    RoundOutcome.LISTED: CaseState.LISTED,
    RoundOutcome.DEFERRED: CaseState.DEFERRED,
    RoundOutcome.REDIRECTED: CaseState.REDIRECTED,
    RoundOutcome.WITHDRAWN: CaseState.WITHDRAWN,
}

_EVENT = {
    RoundOutcome.DISCUSSED: "round.discussed",
    RoundOutcome.LISTED: "round.listed",
    RoundOutcome.DEFERRED: "case.deferred",
    RoundOutcome.REDIRECTED: "case.redirected",
    RoundOutcome.WITHDRAWN: "case.withdrawn",
}


def set_outcome(
    session: Session,
    round_: Round,
    case: Case,
    outcome: RoundOutcome,
    *,
    reason: str,
    board: Board,
    viewer: Viewer,
    now: datetime,
) -> None:
    """How this discussion ended. Deferring, redirecting and withdrawing need a reason. Saying the same twice is once."""
    meeting = lock(session, round_)
    reason = reason.strip() if outcome in NEEDS_REASON else ""
    if outcome in NEEDS_REASON and not reason:
        raise IllegalMove(N_("Geef een reden op. Er is niets veranderd."))
    if round_.outcome is outcome and round_.outcome_reason == reason:
        return
    _refuse_signed(session, round_)
    left_open.refuse(meeting, now=now)
    if round_.outcome is not outcome:
        _refuse_elsewhere(case, board)
        if not _is_newest(session, round_):
            raise IllegalMove(N_("Deze casus is daarna opnieuw gepland; hoe deze bespreking eindigde verandert niet meer."))
        case.move(_CASE_STATE[outcome], now=now, reason=reason)
        began = round_.started_at or meeting.opened_at  # what is only listed is often never shown
        if began and case.news_at and case.news_at > began:
            case.came_in(began)  # while it was being discussed: nobody can say that it was seen
    elif case.state is _CASE_STATE[outcome] and case.reason == round_.outcome_reason:
        case.reason = reason  # the same, with other words
    if round_.ended_at is None or is_on(meeting, round_):  # else the meeting went on: who came in since took no part in it
        round_.ended_at = min(now, meeting.closed_at) if meeting.is_over and meeting.closed_at else now
    round_.outcome, round_.outcome_reason = outcome, reason
    timeline.happened(session, case, _EVENT[outcome], at=now, person_id=viewer.person_id, board=board.name, reason=reason)
    meetings.changed(session, meeting)
    standing.announce(session, case)


def _refuse_signed(session: Session, round_: Round) -> None:
    """How a signed round ended stands in its letter; also when that advice was withdrawn since. Once a message is recalled it is free."""
    signed = decision_content.of_round(session, round_.id)
    if main(signed) is not None:
        raise IllegalMove(N_("Dit advies is getekend; de uitkomst verandert niet meer. Begin een herziening of trek het in."))
    told = message(signed)
    if told is not None:
        raise IllegalMove(
            N_(
                "De verwijzer kreeg hierover een bericht, getekend door %(who)s op %(when)s. "
                "Herstel dat bericht of trek het in; er is niets veranderd."
            ),
            **by_whom(told),
        )


def _refuse_elsewhere(case: Case, board: Board) -> None:
    """Who leads two boards could put a case of the one back on an agenda of the other, where none of its own people look for it."""
    if case.board_id != board.id:
        raise IllegalMove(
            N_("Deze casus is daarna aan een ander MDO toegewezen; hoe deze bespreking eindigde verandert niet meer.")
        )


def _is_newest(session: Session, round_: Round) -> bool:
    return session.scalar(select(func.max(Round.number)).where(Round.case_id == round_.case_id)) == round_.number


def take_back_outcome(session: Session, round_: Round, case: Case, *, board: Board, viewer: Viewer, now: datetime) -> None:
    """It was given by mistake: the case is to be discussed in this meeting. Refused once it is signed or planned again."""
    meeting = lock(session, round_)
    _refuse_signed(session, round_)
    if round_.outcome is None or not _is_newest(session, round_):
        raise Stale()
    _refuse_elsewhere(case, board)
    if meeting.state is MeetingState.CALLED_OFF:
        raise IllegalMove(N_("Deze vergadering vervalt. Kies een andere vergadering."))
    is_here = round_.outcome is RoundOutcome.WITHDRAWN and case.reason == round_.outcome_reason
    if case.state is CaseState.WITHDRAWN and not is_here:
        raise IllegalMove(N_("Deze casus is daarna ingetrokken. Er is niets veranderd; meld hem opnieuw aan als dat moet."))
    if case.state in (CaseState.REDIRECTED, CaseState.WITHDRAWN):
        case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
    if case.state is not CaseState.SCHEDULED:
        case.move(CaseState.SCHEDULED, now=now)
    if round_.started_at is None or is_on(meeting, round_):  # shown again it begins anew; until then it ended when it did
        round_.ended_at = None
    round_.outcome, round_.outcome_reason = None, ""
    when = meetings.moment(meeting.starts_at)
    timeline.happened(session, case, "case.scheduled", at=now, person_id=viewer.person_id, board=board.name, when=when)
    meetings.changed(session, meeting)
    standing.announce(session, case)
