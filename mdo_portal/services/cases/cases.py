"""The case as it is read: banner, questions, five columns, documents, timeline, rounds, letters."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import NO_DATE, Case, CaseEvent, CaseFact, InformationRequest
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import masked_bsn
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.round import Round
from mdo_portal.exchange import PersonName, Section, dotted
from mdo_portal.services.cases import decision_objection_rows, told_rows
from mdo_portal.services.cases.case_rows import CaseView, DecisionRow, DocumentRow, FactRow, PatientBanner, RequestRow, RoundRow
from mdo_portal.services.dossier import routing, snapshots
from mdo_portal.services.dossier.event_rows import EventRow
from mdo_portal.services.meetings import preparation_rows


def view(session: Session, case: Case, *, reduced: bool = False) -> CaseView:
    """Read the whole case in a fixed number of statements. `reduced`: without names, numbers and documents, for who observes."""
    hospital = session.get_one(Hospital, case.hospital_id)
    board = session.get(Board, case.board_id) if case.board_id else None
    facts = _facts(session, case.id)
    patient = banner(session, case, hospital)
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
        unrouted=None if case.board_id else routing.why_not(session, hospital, case.board_hint),
        referral_number="" if reduced else case.referral_number,
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
        patient=_reduced(session, case, patient) if reduced else patient,
        facts={section: [fact for fact in facts if fact.section is section and not fact.superseded_at] for section in Section},
        superseded=[fact for fact in facts if fact.superseded_at],
        documents=[] if reduced else documents(session, case.id),
        events=_events(session, case.id),
        rounds=_rounds(session, case.id),
        decisions=[] if reduced else decisions(session, case.id),
        requests=_requests(session, case.id),
        cancel_told_at=case.cancel_told_at,
        unseen_since=case.unseen_since,
        told=told_rows.NOTHING if reduced else told_rows.of_patient(session, case.patient_id),
        snapshots=snapshots.of_case(session, case.id),
        objections=() if reduced else decision_objection_rows.rows(session, case_id=case.id),
        preparations=() if reduced else preparation_rows.of_case(session, case.id),
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
        objects=case.objected,
        deceased=patient.deceased,
        cautions=tuple(case.cautions),
    )


def _reduced(session: Session, case: Case, patient: PatientBanner) -> PatientBanner:
    """Initials and year of birth: enough to follow the discussion, too little to know who it is."""
    named = session.get_one(Patient, case.patient_id)
    year = f" ({patient.birth_on.year})" if patient.birth_on else ""
    letters = dotted(named.initials or named.given[:1]) or "…"
    return replace(patient, name=f"{letters}{year}", birth_on=None, number="", masked_bsn="")


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
            Hospital.code,
            CaseFact.status,
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
            CaseDocument.is_cut,
            CaseDocument.size,
            CaseDocument.dated_on,
            CaseDocument.received_at,
            Hospital.name,
            Hospital.code,
            CaseDocument.status,
            CaseDocument.superseded_at,
            CaseDocument.author,
        )
        .join(Hospital, Hospital.id == CaseDocument.hospital_id)
        .where(CaseDocument.case_id == case_id)
        .order_by(CaseDocument.superseded_at.is_not(None), CaseDocument.received_at.desc(), CaseDocument.title)
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
        select(
            Round.id,
            Round.number,
            Meeting.id,
            Meeting.starts_at,
            Board.name,
            Board.id,
            Round.outcome,
            Round.outcome_reason,
            Round.started_at,
        )
        .join(Meeting, Meeting.id == Round.meeting_id)
        .join(Board, Board.id == Meeting.board_id)
        .where(Round.case_id == case_id)
        .order_by(Round.number.desc())
    )
    return [RoundRow._make(row) for row in session.execute(query)]


def decisions(session: Session, case_id: uuid.UUID) -> list[DecisionRow]:
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
            Decision.form,
            Decision.content_hash,
        )
        .join(Person, Person.id == Decision.signed_by)
        .join(Round, Round.id == Decision.round_id)
        .where(Decision.case_id == case_id)
        .order_by(Round.number.desc(), Decision.version.desc())  # not by the clocks of whoever signed
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
