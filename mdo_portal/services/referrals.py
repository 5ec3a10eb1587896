"""Taking in a referral: the same act whatever the wire, a message of an EPD or the web form."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.case import NO_DATE, Case, CaseEvent, CaseFact, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.readiness import missing_items
from mdo_portal.exchange import Fact, IncomingReferral, PatientChange, Section, Unreadable, Wire
from mdo_portal.services import audit, changes, documents, patients, timeline


def register(
    session: Session,
    referral: IncomingReferral,
    hospital: Hospital,
    *,
    wire: Wire,
    now: datetime,
    message_id: uuid.UUID | None = None,
    board_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
) -> Case:
    """Make the case, or bring it up to date when this hospital sent the same referral number before.

    Raises Unreadable("identity_conflict" or "objection") when a person must look first.
    """
    patient = _patient(session, referral, hospital, now=now)
    case = _known_case(session, hospital, referral.number)
    is_new = case is None
    if case is None:
        case = _new_case(session, referral, hospital, patient, wire=wire, now=now, board_id=board_id)
    elif case.patient_id != patient.id:
        raise Unreadable("identity_conflict", "referral number")
    newest = not _told_later(session, case, now=now)
    if newest:
        _keep_earlier_questions(session, case, referral, hospital, now=now, message_id=message_id)
    _take_over(case, referral, newest=newest)
    add_facts(session, case, referral.facts, hospital, now=now, message_id=message_id, newest=newest)
    for document in referral.documents:
        documents.add(session, case, document, hospital_id=hospital.id, at=now, message_id=message_id)
    if case.state is CaseState.WITHDRAWN:
        case.move(CaseState.INCOMPLETE, now=now)  # the hospital asks again: it must stand on somebody's list
    assess(session, case, now=now)
    what = "referral.received" if is_new else "referral.updated"
    timeline.happened(session, case, what, at=now, person_id=person_id, hospital=hospital.name, wire=wire.value)
    audit.record_system(session, what, now=now, case=case, object_type="case", object_id=case.id)
    announce(session, case)
    return case


def _patient(session: Session, referral: IncomingReferral, hospital: Hospital, *, now: datetime) -> Patient:
    patient = patients.find(session, hospital.id, referral.patient)
    if patient is None:
        return patients.add(session, hospital.id, referral.patient, now=now)
    if patient.objects:
        raise Unreadable("objection")
    patients.tell(session, patient, referral.patient, now=now)
    return patient


def _known_case(session: Session, hospital: Hospital, number: str) -> Case | None:
    if not number:
        return None
    query = select(Case).where(Case.hospital_id == hospital.id, Case.referral_number == number).with_for_update()
    return session.execute(query).scalar_one_or_none()


def _new_case(
    session: Session,
    referral: IncomingReferral,
    hospital: Hospital,
    patient: Patient,
    *,
    wire: Wire,
    now: datetime,
    board_id: uuid.UUID | None,
) -> Case:
    case = Case(
        hospital_id=hospital.id,
        patient_id=patient.id,
        board_id=board_id or route(session, hospital, referral),
        board_hint=referral.board_hint,
        referral_number=referral.number,
        state=CaseState.RECEIVED,
        wire=wire,
        received_at=now,
        state_since=now,
        revision=1,
        due_on=NO_DATE,
        is_open=True,
    )
    session.add(case)
    session.flush()
    return case


def route(session: Session, hospital: Hospital, referral: IncomingReferral) -> uuid.UUID | None:
    """The one board of this hospital whose code, name or alias the sender's words contain; otherwise a person chooses."""
    words = f"{referral.board_hint} {referral.tumour_hint}".casefold()
    query = select(Board).join(BoardHospital, BoardHospital.board_id == Board.id).where(BoardHospital.hospital_id == hospital.id)
    found = [board.id for board in session.scalars(query) if _is_called(board, words)]
    return found[0] if len(found) == 1 else None


def _is_called(board: Board, words: str) -> bool:
    """Whole words only: `GI` is not meant by *gynaecologisch*."""
    names = (board.code, board.name, *board.aliases)
    return any(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", words) for name in names if name)


def _told_later(session: Session, case: Case, *, now: datetime) -> bool:
    """Whether a newer message of this referral was understood already: this one was offered again after a repair."""
    words = ("referral.received", "referral.updated")
    query = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.what.in_(words), CaseEvent.at > now)
    return session.execute(query.limit(1)).first() is not None


QUESTIONS = {
    "question_board": "Eerdere vraag aan het MDO",
    "question_radiology": "Eerdere vraag aan de radiologie",
    "question_pathology": "Eerdere vraag aan de pathologie",
}


def _keep_earlier_questions(
    session: Session, case: Case, referral: IncomingReferral, hospital: Hospital, *, now: datetime, message_id: uuid.UUID | None
) -> None:
    """A question that is asked anew replaces the old one on top of the page; the old one stays among the earlier values."""
    for column, label in QUESTIONS.items():
        before, after = getattr(case, column), getattr(referral, column)
        if before and after and before != after:
            earlier = _fact_row(case, Fact(Section.FORM, before, label), hospital, now=now, message_id=message_id)
            earlier.superseded_at = now
            session.add(earlier)


def _take_over(case: Case, referral: IncomingReferral, *, newest: bool) -> None:
    """Newest word of the sender wins; what it leaves out stays, and an older word only fills what was empty."""
    told = {
        "question_board": referral.question_board,
        "question_radiology": referral.question_radiology,
        "question_pathology": referral.question_pathology,
        "urgency": referral.urgency,
        "due_on": referral.latest_useful_on,
        "referrer_name": referral.referrer.name or referral.referrer.organisation,
        "referrer_number": referral.referrer.number,
        "referrer_phone": referral.referrer.phone,
        "treating_name": referral.treating.name,
        "case_manager_name": referral.case_manager.name,
        "gp_name": referral.gp.name,
    }
    for column, value in told.items():
        if value and (newest or getattr(case, column) in ("", NO_DATE)):
            setattr(case, column, value)
    case.revision += 1


def add_facts(
    session: Session,
    case: Case,
    facts: Sequence[Fact],
    hospital: Hospital,
    *,
    now: datetime,
    message_id: uuid.UUID | None,
    newest: bool = True,
) -> None:
    """Add what is new; of two labelled facts with another text the newer supersedes the older, which stays in the history."""
    query = select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
    present = list(session.scalars(query))
    known = {(fact.section, fact.label, fact.text, fact.dated_on) for fact in present}
    for fact in dict.fromkeys(facts):
        if (fact.section, fact.label, fact.text, fact.dated_on) in known:
            continue
        row = _fact_row(case, fact, hospital, now=now, message_id=message_id)
        session.add(row)
        for other in _same_label(present, fact):
            older, newer = (other, row) if newest else (row, other)
            older.superseded_at = newer.received_at


def _same_label(present: list[CaseFact], fact: Fact) -> list[CaseFact]:
    wanted = (fact.section, fact.label, fact.dated_on)
    return [other for other in present if fact.label and (other.section, other.label, other.dated_on) == wanted]


def _fact_row(case: Case, fact: Fact, hospital: Hospital, *, now: datetime, message_id: uuid.UUID | None) -> CaseFact:
    return CaseFact(
        case_id=case.id,
        section=fact.section,
        label=fact.label,
        text=fact.text,
        code=fact.code,
        code_system=fact.code_system,
        dated_on=fact.dated_on,
        hospital_id=hospital.id,
        received_at=now,
        message_id=message_id,
    )


def assess(session: Session, case: Case, *, now: datetime) -> None:
    """Count what is missing and let the state follow, as long as the case waits to be planned."""
    session.flush()
    sections = session.scalars(
        select(CaseFact.section).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None)).distinct()
    )
    case.missing = missing_items(
        question=case.question_board,
        referrer=case.referrer_name,
        sections=set(sections),
        document_kinds=documents.kinds_of(session, case.id),
    )
    wanted = CaseState.INCOMPLETE if case.missing else CaseState.READY
    undecided = (CaseState.RECEIVED, CaseState.INCOMPLETE, CaseState.READY)
    asked = case.state is CaseState.INFORMATION_REQUESTED and not case.missing
    if (case.state in undecided or asked) and case.board_id is not None and case.state is not wanted:
        case.move(wanted, now=now)


def apply_change(session: Session, change: PatientChange, hospital: Hospital, *, now: datetime) -> Case | None:
    """Particulars of a patient changed at the hospital. Makes no patient and no case; merges nothing."""
    if change.previous_numbers:
        raise Unreadable("identity_conflict", "MRG")
    patient = patients.find(session, hospital.id, change.patient)
    if patient is None:
        return None
    patients.tell(session, patient, change.patient, now=now)
    newest = None
    for case in session.scalars(select(Case).where(Case.patient_id == patient.id).order_by(Case.received_at)):
        timeline.happened(session, case, "patient.changed", at=now, hospital=hospital.name)
        audit.record_system(session, "patient.changed", now=now, case=case, object_type="patient", object_id=patient.id)
        session.execute(update(Case).where(Case.id == case.id).values(revision=Case.revision + 1))
        announce(session, case)
        newest = case
    return newest


def announce(session: Session, case: Case) -> None:
    """Tell the work lists and the case's page that there is something new."""
    changes.announce(session, "case", case.id, revision=case.revision)
    changes.announce(session, "worklist", case.board_id or "unrouted")
    changes.announce(session, "worklist", case.hospital_id)
