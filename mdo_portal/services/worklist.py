"""The work list: one statement per page, keyset instead of offset, rows that go to a template as they are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import NO_DATE, WAITING, Case, CaseState, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act, Viewer
from mdo_portal.domain.round import Round
from mdo_portal.services import access, news
from mdo_portal.services.meetings import PLANNABLE

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What the reader asked for. Words are looked for in names, numbers, hospital and question."""

    board_id: uuid.UUID | None = None
    unrouted: bool = False
    hospital_id: uuid.UUID | None = None
    state: CaseState | None = None
    #: everything that waits to be planned, whatever the state is called
    waiting: bool = False
    incomplete: bool = False
    words: str = ""
    after: tuple[date, uuid.UUID] | None = None


class WorkListRow(NamedTuple):
    """One line of the work list."""

    id: uuid.UUID
    due_on: date
    initials: str
    given: str
    family: str
    birth_on: date | None
    sex: str
    hospital_code: str
    hospital_name: str
    board_code: str | None
    board_name: str | None
    board_hint: str
    question: str
    missing: list[str]
    state: CaseState
    state_since: datetime
    received_at: datetime
    urgency: str
    meeting_at: datetime | None
    objects: bool
    revision: int
    #: a question to the referrer is open, whatever the state
    asked: bool
    #: when something last came in after the registration
    news_at: datetime | None
    #: when the viewer last read the case
    looked_at: datetime | None

    @property
    def has_due_date(self) -> bool:
        return self.due_on < NO_DATE

    @property
    def short_name(self) -> str:
        """`J.P. de V. (1960)`: initials and year, enough to find a line, too little for a passer-by."""
        letters = "".join(f"{letter}." for letter in self.initials if letter.isalpha()) or self.given[:1]
        year = f" ({self.birth_on.year})" if self.birth_on else ""
        return f"{letters} {self.family}{year}".strip()


class BoardCount(NamedTuple):
    """One line of the left column: a board and what waits for it."""

    id: uuid.UUID
    code: str
    name: str
    waiting: int
    incomplete: int
    scheduled: int
    next_meeting_id: uuid.UUID | None
    next_meeting_at: datetime | None
    closes_at: datetime | None
    #: the viewer plans this board; otherwise it is only counted for the own hospital's patients
    plans: bool
    #: registration for the next meeting is still open
    is_open: bool


def page(session: Session, viewer: Viewer, wanted: Filter) -> list[WorkListRow]:
    """Up to PAGE + 1 rows (one more says that there is a next page), in order of latest useful date."""
    query = (
        select(
            Case.id,
            Case.due_on,
            Patient.initials,
            Patient.given,
            Patient.family,
            Patient.birth_on,
            Patient.sex,
            Hospital.code,
            Hospital.name,
            Board.code,
            Board.name,
            Case.board_hint,
            Case.question_board,
            Case.missing,
            Case.state,
            Case.state_since,
            Case.received_at,
            Case.urgency,
            _next_meeting(),
            Patient.objects,
            Case.revision,
            _is_asked(),
            Case.news_at,
            news.looked_at(viewer),
        )
        .join(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Case.hospital_id)
        .outerjoin(Board, Board.id == Case.board_id)
        .where(access.on_work_list(viewer), *_conditions(wanted))
        .order_by(Case.due_on, Case.id)
        .limit(PAGE + 1)
    )
    return [WorkListRow._make(row) for row in session.execute(query)]


def _next_meeting() -> Any:
    query = select(Meeting.starts_at).join(Round, Round.meeting_id == Meeting.id)
    return query.where(Round.case_id == Case.id, Round.outcome.is_(None)).limit(1).scalar_subquery()


def _is_asked() -> ColumnElement[bool]:
    return exists().where(InformationRequest.case_id == Case.id, InformationRequest.answered_at.is_(None))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Case.is_open.expression]
    if wanted.board_id:
        conditions.append(Case.board_id == wanted.board_id)
    if wanted.unrouted:
        conditions.append(Case.board_id.is_(None))
    if wanted.hospital_id:
        conditions.append(Case.hospital_id == wanted.hospital_id)
    if wanted.state:
        conditions.append(_is_in(wanted.state))
    if wanted.waiting:
        conditions.append(Case.state.in_(WAITING))
    if wanted.incomplete:
        conditions.append(func.cardinality(Case.missing) > 0)
    conditions += [_contains(word) for word in wanted.words.split()[:5]]
    if wanted.after:
        conditions.append(tuple_(Case.due_on, Case.id) > tuple_(literal(wanted.after[0]), literal(wanted.after[1])))
    return conditions


def _is_in(state: CaseState) -> ColumnElement[bool]:
    """A planned case about which a question is open is looked for under both."""
    return or_(Case.state == state, _is_asked()) if state is CaseState.INFORMATION_REQUESTED else Case.state == state


def _contains(word: str) -> ColumnElement[bool]:
    fields = (Patient.family, Patient.local_number, Hospital.name, Case.question_board, Case.referral_number)
    return or_(*(field.icontains(word, autoescape=True) for field in fields))


def boards(session: Session, viewer: Viewer, *, now: datetime) -> list[BoardCount]:
    """The boards this viewer plans, then those of the own hospital's patients: counts of this work list, next closing time."""
    planned = viewer.boards_for(Act.CASE_PLAN)
    counts, coming = _counts(viewer), _coming(now)
    plans = Board.id.in_(planned)
    query = (
        select(
            Board.id,
            Board.code,
            Board.name,
            func.coalesce(counts.c.waiting, 0),
            func.coalesce(counts.c.incomplete, 0),
            func.coalesce(counts.c.scheduled, 0),
            coming.c.id,
            coming.c.starts_at,
            coming.c.registration_closes_at,
            plans,
            func.coalesce(and_(coming.c.registration_closes_at > now, coming.c.state == MeetingState.PLANNED), False),
        )
        .outerjoin(counts, counts.c.board_id == Board.id)
        .outerjoin(coming, coming.c.board_id == Board.id)
        .where(or_(plans, counts.c.board_id.is_not(None)))
        .order_by(plans.desc(), coming.c.registration_closes_at.nulls_last(), Board.name)
    )
    return [BoardCount._make(row) for row in session.execute(query)]


def _coming(now: datetime) -> Any:
    """The next meeting of each board that can still be planned into."""
    return (
        select(Meeting.board_id, Meeting.id, Meeting.starts_at, Meeting.registration_closes_at, Meeting.state)
        .where(Meeting.starts_at > now, Meeting.state.in_(PLANNABLE))
        .ext(distinct_on(Meeting.board_id))
        .order_by(Meeting.board_id, Meeting.starts_at)
        .subquery()
    )


def _counts(viewer: Viewer) -> Any:
    return (
        select(
            Case.board_id,
            func.count(case((Case.state.in_(WAITING), 1))).label("waiting"),
            func.count(case((func.cardinality(Case.missing) > 0, 1))).label("incomplete"),
            func.count(case((Case.state == CaseState.SCHEDULED, 1))).label("scheduled"),
        )
        .where(access.on_work_list(viewer), Case.is_open, Case.board_id.is_not(None))
        .group_by(Case.board_id)
        .subquery()
    )


def unrouted(session: Session, viewer: Viewer) -> int:
    """How many cases wait for somebody to choose a board."""
    query = select(func.count()).select_from(Case).where(access.on_work_list(viewer), Case.is_open, Case.board_id.is_(None))
    return session.scalar(query) or 0


def hospitals(session: Session) -> list[Row[tuple[uuid.UUID, str]]]:
    """For the filter: every hospital of the network."""
    return list(session.execute(select(Hospital.id, Hospital.name).order_by(Hospital.name)))
