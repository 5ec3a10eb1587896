"""The work list: one statement per page, keyset instead of offset, rows that go to a template as they are."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import WAITING, Case, CaseState, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.cases.worklist_rows import Filter, WorkListRow
from mdo_portal.services.common import access
from mdo_portal.services.history import case_looks

PAGE = 50
INITIALS = re.compile(r"([^\W\d_]{1,3}\.)+")
YEAR = re.compile(r"\(?(19|20)\d\d\)?", re.ASCII)


IS_ASKED = exists().where(InformationRequest.case_id == Case.id, InformationRequest.answered_at.is_(None))
"""A question to the referrer is open, whatever the state."""
_NEXT_MEETING = (
    select(Meeting.starts_at)
    .join(Round, Round.meeting_id == Meeting.id)
    .where(Round.case_id == Case.id, Round.outcome.is_(None))
    .limit(1)
    .scalar_subquery()
)
_ROWS = (
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
        _NEXT_MEETING,
        Case.objected,
        Case.revision,
        IS_ASKED,
        Case.news_at,
        case_looks.LOOKED_AT,
        Case.cautions,
    )
    .join(Patient, Patient.id == Case.patient_id)
    .join(Hospital, Hospital.id == Case.hospital_id)
    .outerjoin(Board, Board.id == Case.board_id)
    .order_by(Case.due_on, Case.id)
)
"""Of every case, for `page` to narrow."""


def page(session: Session, viewer: Viewer, wanted: Filter) -> list[WorkListRow]:
    """Up to PAGE + 1 rows (one more says that there is a next page), in order of latest useful date."""
    query = _ROWS.where(access.on_work_list(viewer), *_conditions(wanted)).limit(PAGE + 1)
    whose = access.work_list_of(viewer) | {"reader": viewer.person_id}
    return [WorkListRow._make(row) for row in session.execute(query, whose)]


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
    conditions += [contains(word) for word in wanted.words.split()[:5]]
    if wanted.after:
        conditions.append(tuple_(Case.due_on, Case.id) > tuple_(literal(wanted.after[0]), literal(wanted.after[1])))
    return conditions


def _is_in(state: CaseState) -> ColumnElement[bool]:
    """A planned case about which a question is open is looked for under both."""
    return or_(Case.state == state, IS_ASKED) if state is CaseState.INFORMATION_REQUESTED else Case.state == state


def contains(word: str) -> ColumnElement[bool]:
    """Somewhere in what is looked for: name, year of birth, numbers, hospital, question."""
    fields = (Patient.family, Patient.local_number, Hospital.name, Case.question_board, Case.referral_number)
    return or_(*(field.icontains(word, autoescape=True) for field in fields), *_of_the_name(word))


def _of_the_name(word: str) -> Iterator[ColumnElement[bool]]:
    """`H.B.` and `(1948)`: what the list shows beside a surname is what people type, or copy from a page."""
    if INITIALS.fullmatch(word):
        typed = word.replace(".", "")
        yield func.regexp_replace(Patient.initials, "[^[:alpha:]]", "", "g").istartswith(typed, autoescape=True)
        yield and_(Patient.initials == "", func.lower(func.left(Patient.given, 1)) == typed.lower())
    if YEAR.fullmatch(word):
        yield func.extract("year", Patient.birth_on) == int(word.strip("()"))


def hospitals(session: Session) -> list[Row[tuple[uuid.UUID, str]]]:
    """For the filter: every hospital of the network."""
    return list(session.execute(select(Hospital.id, Hospital.name).order_by(Hospital.name)))
