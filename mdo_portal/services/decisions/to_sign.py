"""What of a meeting that was held waits for its chair's signature: who signs twenty in a row goes from each to the next."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.conclusion import Note
from mdo_portal.domain.decision import WHOLE, Decision
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.exchange import DecisionForm

WITH_ADVICE = (RoundOutcome.DISCUSSED, RoundOutcome.LISTED)
ENDED = (CaseState.DISCUSSED, CaseState.LISTED)


class Onward(NamedTuple):
    """The discussion to sign next, None when nothing waits, and how many wait. Whose it is says its own page, which logs it."""

    round_id: uuid.UUID | None
    waiting: int


def onward(session: Session, signed: Round) -> Onward | None:
    """From this discussion, in the order of the agenda and round to its beginning; None while the meeting still goes on."""
    meeting = session.get(Meeting, signed.meeting_id) if signed.meeting_id else None
    if meeting is None or meeting.state is MeetingState.OPEN:
        return None
    is_signed = exists().where(Decision.round_id == Round.id, Decision.form.in_(WHOLE))
    waits = and_(~is_signed, Case.state.in_(ENDED))
    query = (
        select(Round.id, Round.position)
        .join(Case, Case.id == Round.case_id)
        .where(Round.meeting_id == meeting.id, Round.id != signed.id, Round.outcome.in_(WITH_ADVICE))
        .where(Case.board_id == meeting.board_id, ~Case.objected, or_(waits, and_(is_signed, _is_revised())))
        .order_by(Round.position, Round.id)
    )
    waiting = session.execute(query).all()
    later = [one.id for one in waiting if one.position > signed.position]
    return Onward(next(iter([*later, *(one.id for one in waiting)]), None), len(waiting))


def _is_revised() -> ColumnElement[bool]:
    """A revision was begun, and waits for the signature as a first advice does. What was withdrawn is revised no more."""
    notes = exists().where(Note.round_id == Round.id)
    withdrawn = exists().where(Decision.round_id == Round.id, Decision.form == DecisionForm.WITHDRAWAL)
    return and_(notes, ~notes.where(Note.frozen_at.is_not(None)), ~withdrawn)
