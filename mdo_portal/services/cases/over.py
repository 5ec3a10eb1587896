"""Cases that are over, and what became of them: the list in which somebody is found by name once no list of work shows them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital, Meeting
from mdo_portal.domain.case import OVER, Case, CaseState
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.cases.worklist import PAGE, contains
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common import access
from mdo_portal.services.common.short_names import birth_year, initials_and_family


class OverRow(NamedTuple):
    """One case that is over."""

    id: uuid.UUID
    state_since: datetime
    initials: str
    given: str
    family: str
    birth_on: date | None
    hospital_code: str
    hospital_name: str
    board_code: str | None
    board_name: str | None
    question: str
    state: CaseState
    #: why withdrawn, redirected or closed
    reason: str
    objects: bool
    #: the last meeting in which its discussion ended; None = it never came to one
    discussed_at: datetime | None
    #: the newest letter to the referring hospital: its state, and when that hospital had it; None = there is none
    letter: DeliveryState | None
    letter_received_at: datetime | None

    @property
    def initials_and_family(self) -> str:
        return initials_and_family(self.initials, self.given, self.family)

    @property
    def birth_year(self) -> str:
        return birth_year(self.birth_on)


def page(session: Session, viewer: Viewer, wanted: Filter) -> list[OverRow]:
    """Up to PAGE + 1 rows (one more says that there is a next page), what changed last first. One statement."""
    letter = _newest_letter()
    query = (
        select(
            Case.id, Case.state_since, Patient.initials, Patient.given, Patient.family, Patient.birth_on,
            Hospital.code, Hospital.name, Board.code, Board.name, Case.question_board, Case.state, Case.reason, Case.objected,
            _discussed_at(), letter.c.state, letter.c.received_at,
        )
        .join(Patient, Patient.id == Case.patient_id)
        .join(Hospital, Hospital.id == Case.hospital_id)
        .outerjoin(Board, Board.id == Case.board_id)
        .outerjoin(letter, true())
        .where(access.on_work_list(viewer), *_conditions(wanted))
        .order_by(Case.state_since.desc(), Case.id.desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    return [OverRow._make(row) for row in session.execute(query, access.work_list_of(viewer))]


def boards(session: Session, viewer: Viewer) -> list[tuple[uuid.UUID, str]]:
    """Whose cases may stand in this list: the boards this viewer plans, and those in which the own hospital takes part."""
    mine: list[ColumnElement[bool]] = [Board.id.in_(viewer.boards_for(Act.CASE_PLAN))]
    if viewer.may_for_own_hospital(Act.CASE_READ):
        taking_part = select(BoardHospital.board_id).where(BoardHospital.hospital_id == viewer.hospital_id)
        mine.append(Board.id.in_(taking_part))
    query = select(Board.id, Board.name).where(or_(*mine)).order_by(Board.name)
    return [(row[0], row[1]) for row in session.execute(query)]


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [~Case.is_open.expression]
    if wanted.board_id:
        conditions.append(Case.board_id == wanted.board_id)
    if wanted.hospital_id:
        conditions.append(Case.hospital_id == wanted.hospital_id)
    if wanted.state in OVER:
        conditions.append(Case.state == wanted.state)
    conditions += [contains(word) for word in wanted.words.split()[:5]]
    if wanted.before:
        conditions.append(tuple_(Case.state_since, Case.id) < tuple_(literal(wanted.before[0]), literal(wanted.before[1])))
    return conditions


def _discussed_at() -> ColumnElement[datetime]:
    query = select(Meeting.starts_at).join(Round, Round.meeting_id == Meeting.id)
    ended = query.where(Round.case_id == Case.id, Round.outcome.is_not(None)).order_by(Round.number.desc())
    return ended.limit(1).scalar_subquery()


def _newest_letter() -> FromClause:
    to_referrer = and_(Delivery.case_id == Case.id, Delivery.audience == Audience.REFERRER, Delivery.recipient_name == "")
    newest = (
        select(Delivery.state, Delivery.received_at).where(to_referrer).order_by(Delivery.created_at.desc(), Delivery.id.desc())
    )
    return newest.limit(1).lateral("letter")
