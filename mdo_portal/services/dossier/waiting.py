"""As what a case waits that comes back to the work list: for an answer, for what is missing, or to be planned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState, InformationRequest


def state_of(session: Session, case: Case) -> CaseState:
    """A question that nobody answered is asked still, whatever was done with the case meanwhile."""
    if not is_answered(session, case):
        return CaseState.INFORMATION_REQUESTED
    return CaseState.INCOMPLETE if case.missing else CaseState.READY


def come_back(session: Session, case: Case, *, now: datetime) -> None:
    """It stands on the work list again, with nobody yet to plan it as well."""
    state = state_of(session, case)
    case.move(CaseState.INCOMPLETE if state is CaseState.READY and case.board_id is None else state, now=now)


def is_answered(session: Session, case: Case) -> bool:
    """No question about it is open any more."""
    session.flush()
    open_one = exists().where(InformationRequest.case_id == case.id, InformationRequest.answered_at.is_(None))
    return not session.scalar(select(open_one))
