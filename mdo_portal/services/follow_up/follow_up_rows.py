"""Items to follow as people see them: one row, one case, what is told back to the board, and the number in the menu."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.follow_up import FollowState, FollowUp, Press, press_of
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import own_or_board
from mdo_portal.services.common.short_names import short_name
from mdo_portal.services.follow_up import follow_up_evidence

MOST = 200
MOST_COUNTED = 100
HELD = (MeetingState.OPEN, MeetingState.CLOSED, MeetingState.SETTLED)
"""At such a meeting the board could hear it. Of one of which registration was closed, and that nobody opened, it heard nothing."""
STANDS = FollowUp.superseded_by_id.is_(None)


class FollowRow(NamedTuple):
    """One recommendation and what became of it, with the little of the patient that a list shows."""

    id: uuid.UUID
    case_id: uuid.UUID
    position: int
    kind: str
    text: str
    intent: str
    condition: str
    place: str
    responsible: str
    due_on: date | None
    signed_at: datetime
    state: FollowState
    reason: str
    words: str
    done_on: date | None
    closed_at: datetime | None
    evidence_kind: str
    superseded_by_id: uuid.UUID | None
    carried_from_id: uuid.UUID | None
    revision: int
    document_number: str
    board_id: uuid.UUID
    board: str
    follow_days: int
    hospital: str
    owner: str
    initials: str
    given: str
    family: str
    birth_on: date | None
    closed_by: str | None
    #: the hospital told something of this patient after the decision
    has_news: bool

    @property
    def short_name(self) -> str:
        return short_name(self.initials, self.given, self.family, self.birth_on)

    def press(self, today: date) -> Press:
        """How it stands to its due date; only an open item can be late."""
        return press_of(self.due_on, today=today, days=self.follow_days) if self.state is FollowState.OPEN else Press.NO_DATE


@cache
def told_rows() -> Select[*tuple[Any, ...]]:
    """All that a FollowRow holds, of every item: to be narrowed."""
    owner = aliased(Hospital)
    return (
        select(
            FollowUp.id, FollowUp.case_id, FollowUp.position, FollowUp.kind, FollowUp.text, FollowUp.intent, FollowUp.condition,
            FollowUp.place, FollowUp.responsible, FollowUp.due_on, FollowUp.signed_at, FollowUp.state, FollowUp.reason,
            FollowUp.words, FollowUp.done_on, FollowUp.closed_at, FollowUp.evidence_kind, FollowUp.superseded_by_id,
            FollowUp.carried_from_id, FollowUp.revision, Decision.document_number, Board.id, Board.name, Board.follow_days,
            Hospital.name, owner.name, Patient.initials, Patient.given, Patient.family, Patient.birth_on, Person.name,
            follow_up_evidence.has_come(),
        )
        .join(Decision, Decision.id == FollowUp.decision_id)
        .join(Case, Case.id == FollowUp.case_id)
        .join(Patient, Patient.id == Case.patient_id)
        .join(Board, Board.id == FollowUp.board_id)
        .join(Hospital, Hospital.id == FollowUp.hospital_id)
        .join(owner, owner.id == FollowUp.owner_hospital_id)
        .outerjoin(Person, Person.id == FollowUp.closed_by)
    )  # fmt: skip


def of_case(session: Session, case_id: uuid.UUID) -> list[FollowRow]:
    """Every item of a case, newest decision first; superseded ones after those that stand."""
    query = told_rows().where(FollowUp.case_id == case_id)
    order = (FollowUp.superseded_by_id.is_not(None), FollowUp.signed_at.desc(), FollowUp.position)
    return [FollowRow._make(row) for row in session.execute(query.order_by(*order))]


def one(session: Session, item_id: uuid.UUID) -> FollowRow:
    return FollowRow._make(session.execute(told_rows().where(FollowUp.id == item_id)).one())


def told_back(session: Session, meeting: Meeting) -> list[FollowRow]:
    """What became of this board's advice since its meeting before this one, as far as the board has not heard it yet; at most MOST."""
    query = told_rows().where(*_untold(session, meeting)).order_by(FollowUp.closed_at, FollowUp.id)
    return [FollowRow._make(row) for row in session.execute(query.limit(MOST))]


def untold(session: Session, meeting: Meeting, found: list[FollowRow]) -> int:
    """How many there are in all, when these were found."""
    if len(found) < MOST:
        return len(found)
    return session.scalar(select(func.count()).select_from(FollowUp).where(*_untold(session, meeting))) or 0


def tell(session: Session, meeting: Meeting, item_ids: Collection[uuid.UUID], *, now: datetime) -> int:
    """The board heard these, and nothing that was answered since they were shown. Returns how many."""
    query = select(FollowUp).where(*_untold(session, meeting), FollowUp.id.in_(item_ids)).with_for_update(skip_locked=True)
    found = list(session.scalars(query))
    for item in found:
        item.told_at = now
    return len(found)


def _untold(session: Session, meeting: Meeting) -> list[ColumnElement[bool]]:
    earlier = (Meeting.board_id == meeting.board_id, Meeting.starts_at < meeting.starts_at, Meeting.state.in_(HELD))
    before = session.scalar(select(func.max(Meeting.starts_at)).where(*earlier))
    conditions = [FollowUp.board_id == meeting.board_id, STANDS, FollowUp.state != FollowState.OPEN, FollowUp.told_at.is_(None)]
    return [*conditions, FollowUp.closed_at > before] if before else conditions


def pressing(session: Session, viewer: Viewer, *, today: date) -> int:
    """How many open items of this viewer are late or nearly so; counted to MOST_COUNTED, for the menu stands on every page."""
    whose = own_or_board.whose(viewer, Act.FOLLOW_CLOSE)
    return session.scalar(_pressing(own_too=whose.own is not None), {"today": today, **whose._asdict()}) or 0


@cache
def _pressing(*, own_too: bool) -> Select[int]:
    near = FollowUp.due_on <= bindparam("today", type_=Date) + Board.follow_days
    query = select(FollowUp.id).join(Case, Case.id == FollowUp.case_id).join(Board, Board.id == FollowUp.board_id)
    theirs = own_or_board.theirs_open(Case.hospital_id, own_too=own_too)
    query = query.where(FollowUp.state == FollowState.OPEN, near, theirs)
    return select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())


def looks_after(viewer: Viewer, act: Act) -> ColumnElement[bool]:
    """The own hospital's, and those of the viewer's boards unless the patient objects to sharing."""
    return own_or_board.theirs(viewer, act, Case.hospital_id)
