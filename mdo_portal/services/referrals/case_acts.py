"""What a coordinator or a hospital does with a case: route, withdraw, register once more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import OVER, WAITING, Case, CaseState
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.common import changes
from mdo_portal.services.dossier import waiting
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.meetings import meetings
from mdo_portal.services.referrals import referrals
from mdo_portal.services.room import rooms


def route(session: Session, case: Case, board: Board, reason: str = "", *, viewer: Viewer, now: datetime) -> None:
    """A person chooses the board. A case that stands on an agenda must come off it first.

    Who led the board it was of may not see it any more, and then writes nothing about it: that it is of another is the last of all.
    """
    if case.state not in WAITING:
        raise IllegalMove(N_("Deze casus wacht niet meer. Haal hem eerst van de agenda; er is niets veranderd."))
    changes.announce(session, "worklist", case.board_id or "unrouted")
    set_committed_value(case, "board_id", board.id)
    said = {"board": board.name} | ({"reason": reason} if reason else {})
    timeline.happened(session, case, "case.routed_why" if reason else "case.routed", at=now, person_id=viewer.person_id, **said)
    referrals.assess(session, case, now=now)
    case.revision += 1
    standing.announce(session, case)
    session.flush()
    session.execute(select(func.access.give_to_board(case.id, board.id)))


def withdraw(session: Session, case: Case, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """The case goes off the list and off the agenda, where it stays readable as withdrawn; the reason is asked."""
    if not reason.strip():
        raise IllegalMove(N_("Geef een reden op. Er is niets veranderd."))
    case.move(CaseState.WITHDRAWN, now=now, reason=reason.strip())
    live = session.execute(select(Round).where(Round.case_id == case.id, Round.outcome.is_(None))).scalar_one_or_none()
    if live is not None:
        meeting = rooms.lock(session, live)  # who leads it may be going on to the next case
        live.outcome, live.outcome_reason = RoundOutcome.WITHDRAWN, reason.strip()
        if rooms.is_on(meeting, live):
            live.ended_at = now  # as when it is said in the room: who came in since took no part in it
        meetings.changed(session, meeting)
    timeline.happened(session, case, "case.withdrawn", at=now, person_id=viewer.person_id, reason=reason.strip())
    standing.announce(session, case)


def reopen(session: Session, case: Case, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """The same patient with all that was told and decided waits to be planned again: for a next round, not as a new case."""
    if not reason.strip():
        raise IllegalMove(N_("Schrijf op waarom de casus opnieuw wordt besproken. Er is niets veranderd."))
    if case.state not in OVER:
        raise IllegalMove(N_("Deze casus staat nog op de werklijst. Er is niets veranderd."))
    if case.objected:
        raise IllegalMove(N_("De patiënt maakt bezwaar tegen delen: geen MDO ziet deze casus. Er is niets veranderd."))
    waiting.come_back(session, case, now=now)
    case.cancel_told_at = None
    timeline.happened(session, case, "case.reopened", at=now, person_id=viewer.person_id, reason=reason.strip())
    standing.announce(session, case)
