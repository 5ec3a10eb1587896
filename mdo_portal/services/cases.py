"""The case as it is read: banner, questions, five columns, documents, timeline, rounds, letters."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import (
    WAITING,
    Case,
    CaseDocument,
    CaseEvent,
    CaseFact,
    CaseState,
    InformationRequest,
    NO_DATE,
    Round,
    RoundOutcome,
)
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import masked_bsn
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.policy import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import PersonName, Section, Wire
from mdo_portal.services import referrals, timeline


@dataclass(frozen=True)
class PatientBanner:
    """Who this page is about, on every page of a case."""

    name: str
    birth_on: date | None
    sex: str
    hospital: str
    number: str
    masked_bsn: str
    bsn_doubtful: bool
    objects: bool
    deceased: bool
    emergency: bool


class FactRow(NamedTuple):
    section: Section
    label: str
    text: str
    code: str
    dated_on: date | None
    received_at: datetime
    hospital: str
    superseded_at: datetime | None
    wire: str
    id: uuid.UUID


class DocumentRow(NamedTuple):
    id: uuid.UUID
    title: str
    kind: str
    media_type: str
    claimed_type: str
    size: int
    dated_on: date | None
    received_at: datetime
    hospital: str


class EventRow(NamedTuple):
    at: datetime
    what: str
    details: dict[str, str]
    person: str | None

    @property
    def sentence(self) -> str:
        return timeline.SENTENCES[self.what]


class RoundRow(NamedTuple):
    id: uuid.UUID
    number: int
    meeting_id: uuid.UUID
    meeting_at: datetime
    board: str
    outcome: RoundOutcome | None
    outcome_reason: str


class DecisionRow(NamedTuple):
    id: uuid.UUID
    round_id: uuid.UUID
    version: int
    document_number: str
    content: dict[str, Any]
    correction_reason: str
    signed_at: datetime
    signed_by: str


class RequestRow(NamedTuple):
    id: uuid.UUID
    asked_at: datetime
    asked_by: str
    text: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class CaseView:
    """Everything the case page shows; frozen, so that a template cannot fetch more."""

    id: uuid.UUID
    revision: int
    state: CaseState
    state_since: datetime
    reason: str
    hospital: str
    hospital_id: uuid.UUID
    hospital_phone: str
    board_id: uuid.UUID | None
    board: str
    board_hint: str
    referral_number: str
    wire: Wire
    received_at: datetime
    due_on: date | None
    urgency: str
    question_board: str
    question_radiology: str
    question_pathology: str
    referrer_name: str
    referrer_phone: str
    treating_name: str
    case_manager_name: str
    gp_name: str
    missing: tuple[str, ...]
    patient: PatientBanner
    facts: dict[Section, list[FactRow]]
    superseded: list[FactRow]
    documents: list[DocumentRow]
    events: list[EventRow]
    rounds: list[RoundRow]
    decisions: list[DecisionRow]
    requests: list[RequestRow]

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING


def view(session: Session, case: Case) -> CaseView:
    """Read the whole case in a fixed number of statements."""
    hospital = session.get_one(Hospital, case.hospital_id)
    board = session.get(Board, case.board_id) if case.board_id else None
    facts = _facts(session, case.id)
    return CaseView(
        id=case.id,
        revision=case.revision,
        state=case.state,
        state_since=case.state_since,
        reason=case.reason,
        hospital=hospital.name,
        hospital_id=hospital.id,
        hospital_phone=hospital.phone,
        board_id=case.board_id,
        board=board.name if board else "",
        board_hint=case.board_hint,
        referral_number=case.referral_number,
        wire=case.wire,
        received_at=case.received_at,
        due_on=case.due_on if case.due_on < NO_DATE else None,
        urgency=case.urgency,
        question_board=case.question_board,
        question_radiology=case.question_radiology,
        question_pathology=case.question_pathology,
        referrer_name=case.referrer_name,
        referrer_phone=case.referrer_phone,
        treating_name=case.treating_name,
        case_manager_name=case.case_manager_name,
        gp_name=case.gp_name,
        missing=tuple(case.missing),
        patient=banner(session, case, hospital),
        facts={section: [fact for fact in facts if fact.section is section and not fact.superseded_at] for section in Section},
        superseded=[fact for fact in facts if fact.superseded_at],
        documents=documents(session, case.id),
        events=_events(session, case.id),
        rounds=_rounds(session, case.id),
        decisions=_decisions(session, case.id),
        requests=_requests(session, case.id),
    )


def banner(session: Session, case: Case, hospital: Hospital | None = None) -> PatientBanner:
    """Who the patient is; the BSN masked."""
    patient = session.get_one(Patient, case.patient_id)
    from_hospital = hospital or session.get_one(Hospital, case.hospital_id)
    return PatientBanner(
        name=PersonName(family=patient.family, initials=patient.initials, given=patient.given).shown,
        birth_on=patient.birth_on,
        sex=patient.sex,
        hospital=from_hospital.name,
        number=patient.local_number,
        masked_bsn=masked_bsn(patient.bsn_tail),
        bsn_doubtful=patient.bsn_doubtful,
        objects=patient.objects,
        deceased=patient.deceased,
        emergency=case.basis.value == "emergency",
    )


def _facts(session: Session, case_id: uuid.UUID) -> list[FactRow]:
    query = (
        select(
            CaseFact.section,
            CaseFact.label,
            CaseFact.text,
            CaseFact.code,
            CaseFact.dated_on,
            CaseFact.received_at,
            Hospital.name,
            CaseFact.superseded_at,
            Case.wire,
            CaseFact.id,
        )
        .join(Hospital, Hospital.id == CaseFact.hospital_id)
        .join(Case, Case.id == CaseFact.case_id)
        .where(CaseFact.case_id == case_id)
        .order_by(CaseFact.dated_on.desc().nulls_last(), CaseFact.id)
    )
    return [FactRow._make(row) for row in session.execute(query)]


def documents(session: Session, case_id: uuid.UUID) -> list[DocumentRow]:
    """The case's documents, newest first, without their bytes."""
    query = (
        select(
            CaseDocument.id,
            CaseDocument.title,
            CaseDocument.kind,
            CaseDocument.media_type,
            CaseDocument.claimed_type,
            CaseDocument.size,
            CaseDocument.dated_on,
            CaseDocument.received_at,
            Hospital.name,
        )
        .join(Hospital, Hospital.id == CaseDocument.hospital_id)
        .where(CaseDocument.case_id == case_id)
        .order_by(CaseDocument.received_at.desc(), CaseDocument.title)
    )
    return [DocumentRow._make(row) for row in session.execute(query)]


def _events(session: Session, case_id: uuid.UUID) -> list[EventRow]:
    query = (
        select(CaseEvent.at, CaseEvent.what, CaseEvent.details, Person.name)
        .outerjoin(Person, Person.id == CaseEvent.person_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
    )
    return [EventRow._make(row) for row in session.execute(query)]


def _rounds(session: Session, case_id: uuid.UUID) -> list[RoundRow]:
    query = (
        select(Round.id, Round.number, Meeting.id, Meeting.starts_at, Board.name, Round.outcome, Round.outcome_reason)
        .join(Meeting, Meeting.id == Round.meeting_id)
        .join(Board, Board.id == Meeting.board_id)
        .where(Round.case_id == case_id)
        .order_by(Round.number.desc())
    )
    return [RoundRow._make(row) for row in session.execute(query)]


def _decisions(session: Session, case_id: uuid.UUID) -> list[DecisionRow]:
    query = (
        select(
            Decision.id,
            Decision.round_id,
            Decision.version,
            Decision.document_number,
            Decision.content,
            Decision.correction_reason,
            Decision.signed_at,
            Person.name,
        )
        .join(Person, Person.id == Decision.signed_by)
        .where(Decision.case_id == case_id)
        .order_by(Decision.signed_at.desc())
    )
    return [DecisionRow._make(row) for row in session.execute(query)]


def _requests(session: Session, case_id: uuid.UUID) -> list[RequestRow]:
    query = (
        select(
            InformationRequest.id,
            InformationRequest.asked_at,
            Person.name,
            InformationRequest.text,
            InformationRequest.answered_at,
            InformationRequest.answer,
        )
        .join(Person, Person.id == InformationRequest.asked_by)
        .where(InformationRequest.case_id == case_id)
        .order_by(InformationRequest.asked_at)
    )
    return [RequestRow._make(row) for row in session.execute(query)]


def ask(session: Session, case: Case, text: str, *, viewer: Viewer, now: datetime) -> None:
    """The secretary asks the referrer for something; the case waits for the answer."""
    if not text.strip():
        raise IllegalMove(N_("Schrijf op wat u van de verwijzer wilt weten. Er is niets verstuurd."))
    session.add(InformationRequest(case_id=case.id, asked_at=now, asked_by=viewer.person_id, text=text.strip()))
    if case.state in (CaseState.INCOMPLETE, CaseState.READY):
        case.move(CaseState.INFORMATION_REQUESTED, now=now)
    timeline.happened(session, case, "case.asked", at=now, person_id=viewer.person_id)
    referrals.announce(session, case)


def answer(session: Session, case: Case, request_id: uuid.UUID, text: str, *, viewer: Viewer, now: datetime) -> None:
    """The referrer answers; the case goes back to the secretary."""
    request = session.get(InformationRequest, request_id)
    if request is None or request.case_id != case.id or request.answered_at or not text.strip():
        raise IllegalMove(N_("Deze vraag is al beantwoord, of het antwoord is leeg. Er is niets veranderd."))
    request.answered_at, request.answered_by, request.answer = now, viewer.person_id, text.strip()
    if case.state is CaseState.INFORMATION_REQUESTED:
        case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
    timeline.happened(session, case, "case.answered", at=now, person_id=viewer.person_id)
    referrals.announce(session, case)


def route(session: Session, case: Case, board: Board, *, viewer: Viewer, now: datetime) -> None:
    """A person chooses the board."""
    case.board_id = board.id
    timeline.happened(session, case, "case.routed", at=now, person_id=viewer.person_id, board=board.name)
    referrals.assess(session, case, now=now)
    case.revision += 1
    referrals.announce(session, case)


def withdraw(session: Session, case: Case, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """The case goes off the list; the reason is asked."""
    if not reason.strip():
        raise IllegalMove(N_("Geef een reden op. Er is niets veranderd."))
    case.move(CaseState.WITHDRAWN, now=now, reason=reason.strip())
    timeline.happened(session, case, "case.withdrawn", at=now, person_id=viewer.person_id, reason=reason.strip())
    referrals.announce(session, case)


def newest_facts(view: CaseView, sections: Sequence[Section]) -> list[FactRow]:
    """The facts of some sections, in the order of the page."""
    return [fact for section in sections for fact in view.facts[section]]
