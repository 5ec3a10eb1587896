"""Meetings that are over and were not finished: left open, or with cases on the agenda of which nobody said what became of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import LASTS, Board, Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.services.access_log import audit
from mdo_portal.services.decisions import outcomes, rounds
from mdo_portal.services.planning import planning

OVER = (MeetingState.CLOSED, MeetingState.SETTLED)


def count(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """How many meetings of the boards this viewer leads somebody should finish."""
    waits = select(Round.meeting_id).join(Case, Case.id == Round.case_id).where(Round.outcome.is_(None), ~Case.objected)
    went_by = Meeting.starts_at < now - LASTS
    left = (Meeting.state == MeetingState.OPEN) & went_by
    unfinished = or_(went_by, Meeting.state.in_(OVER)) & Meeting.id.in_(waits)
    query = select(func.count()).where(Meeting.board_id.in_(viewer.boards_for(Act.MEETING_LEAD)), or_(left, unfinished))
    return session.scalar(query) or 0


def defer(
    session: Session,
    meeting: Meeting,
    board: Board,
    chosen: Collection[uuid.UUID],
    *,
    reason: str,
    into: Meeting | None,
    viewer: Viewer,
    now: datetime,
) -> int:
    """These rounds were not discussed: each is deferred, for one reason, and waits again, or stands on the agenda of `into`.

    Says how many. Raises IllegalMove while the meeting goes on and without a reason, Stale when one of them ended since.
    """
    if not meeting.is_over:
        raise IllegalMove(N_("Sluit de vergadering eerst. Er is niets veranderd."))
    if not chosen:
        raise IllegalMove(N_("Kies welke casussen u doorschuift. Er is niets veranderd."))
    waits = {case.id for case in planning.hold_agenda(session, meeting, into)}
    found = [rounds.round_for(session, viewer, Act.ROUND_OUTCOME, one, now=now, lock=True) for one in sorted(chosen)]
    if any(round_.meeting_id != meeting.id or round_.outcome or case.id not in waits for round_, case, _, _ in found):
        raise Stale()
    for round_, case, _, relation in found:
        audit.record(
            session, viewer, Act.ROUND_OUTCOME, now=now, case=case, relation=relation, detail=RoundOutcome.DEFERRED.value
        )
        outcomes.set_outcome(session, round_, case, RoundOutcome.DEFERRED, reason=reason, board=board, viewer=viewer, now=now)
        if into is not None:
            planning.plan(session, case, into, board, viewer=viewer, now=now)
    return len(found)
