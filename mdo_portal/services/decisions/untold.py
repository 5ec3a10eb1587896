"""Discussions that ended without an advice of which the referrer has no message yet: for the list beside the post.

Nothing waits for such a message; the list is there so that it is not forgotten. What ended longer ago than LOOK_BACK is history.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import WHOLE, Decision, last_form
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.common.short_names import birth_year, initials_and_family
from mdo_portal.services.decisions.outcomes import NEEDS_REASON

LOOK_BACK = timedelta(days=28)
MOST = 100


class UntoldRow(NamedTuple):
    """One discussion, and whose it is."""

    round_id: uuid.UUID
    meeting_id: uuid.UUID
    meeting_at: datetime
    board: str
    hospital: str
    outcome: RoundOutcome
    initials: str
    given: str
    family: str
    birth_on: date | None

    def called(self, *, by_name: bool) -> str:
        """As the post page names patients: initials and a year for who treats nobody."""
        named = initials_and_family(self.initials, self.given, self.family if by_name else "")
        return f"{named or '…'} {birth_year(self.birth_on)}".strip()


_LATER = aliased(Round)
_DECIDED_SINCE = exists().where(
    _LATER.case_id == Round.case_id, _LATER.number > Round.number, Decision.round_id == _LATER.id, Decision.form.in_(WHOLE)
)
_THESE: BindParameter[Any] = bindparam("boards", expanding=True)
_UNTOLD = (
    select(
        Round.id, Meeting.id, Meeting.starts_at, Board.name, Hospital.name, Round.outcome,
        Patient.initials, Patient.given, Patient.family, Patient.birth_on,
    )
    .join(Meeting, Meeting.id == Round.meeting_id)
    .join(Board, Board.id == Meeting.board_id)
    .join(Case, Case.id == Round.case_id)
    .join(Patient, Patient.id == Case.patient_id)
    .join(Hospital, Hospital.id == Case.hospital_id)
    .where(
        Meeting.board_id.in_(_THESE), Case.board_id.in_(_THESE), ~Case.objected, Meeting.starts_at > bindparam("since"),
        Round.outcome.in_(NEEDS_REASON), Round.ended_at.is_not(None),
        last_form(Round.id).is_distinct_from(DecisionForm.OUTCOME), ~_DECIDED_SINCE,
    )
    .order_by(Meeting.starts_at, Round.position)
    .limit(MOST)
)  # fmt: skip


def rows(session: Session, viewer: Viewer, *, now: datetime) -> list[UntoldRow]:
    """Of the boards whose post this viewer looks after, oldest first; at most MOST."""
    if not (boards := viewer.boards_for(Act.POST_READ)):
        return []
    return [UntoldRow._make(row) for row in session.execute(_UNTOLD, {"boards": boards, "since": now - LOOK_BACK})]
