"""Questions of a board to the referring hospital's system, and what comes back: both land in the case where they were asked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session, aliased

from mdo_portal.database import HELD
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import OVER, Case, CaseState, InformationRequest
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.domain.link import Link
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.pull import OutgoingQuestion, OutgoingState
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotFound
from mdo_portal.exchange import Address, Fact, IncomingAnswer, Question, Receipt, ReceiptKind, Section, Unreadable
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import changes
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_columns, case_facts, earlier_told, known_referrals, latest_word, waiting
from mdo_portal.services.dossier.latest_word import Word
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.links import hospitals
from mdo_portal.services.patients import families, identification, patients, rulings
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import carried, participation, referrals

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=3)
MAX_ATTEMPTS = 60


@dataclass(frozen=True)
class ClaimedQuestion:
    """One question to send now."""

    question: Question
    address: Address
    attempts: int


def queue(session: Session, case: Case, request: InformationRequest, *, now: datetime) -> None:
    """Send it to the hospital's system too, when that takes it."""
    if not _goes_by_line(session, case):
        return
    session.flush()
    session.add(OutgoingQuestion(id=request.id, case_id=case.id, hospital_id=case.hospital_id, next_attempt_at=now))
    changes.wake(session, "ask")


def _goes_by_line(session: Session, case: Case) -> bool:
    """Whether the hospital's system takes FHIR, and the referral has a number it knows."""
    query = select(Link.channel_out, Link.level).where(Link.hospital_id == case.hospital_id)
    link = session.execute(query).one_or_none()
    return link is not None and link[0] is Channel.FHIR and link[1] in (Level.FHIR, Level.PULL) and bool(case.referral_number)


def reaches(session: Session, case: Case, *, now: datetime) -> Literal["people", "line", "nobody"]:
    """Who would read a question about this case: somebody there on the work list, else the hospital's own system, else nobody."""
    if participation.has_referrer(session, case.hospital_id, now=now):
        return "people"
    return "line" if _goes_by_line(session, case) else "nobody"


def claim(session: Session, *, now: datetime) -> ClaimedQuestion | None:
    """The next question to send, counted before it leaves. Commit before sending. What was answered meanwhile is not sent.

    It carries the patient's particulars: whatever the row says, it goes to nobody but the hospital of its case. Questions about one
    case go in the order in which they were asked: the next waits until the other side has said what it does with the one before.
    One whose patient or whose hospital's token cannot be opened waits for another lease; the others go on.
    """
    older, before = aliased(OutgoingQuestion), aliased(InformationRequest)
    blocked = (
        select(older.id)
        .join(before, before.id == older.id)
        .where(older.case_id == OutgoingQuestion.case_id, older.state == OutgoingState.WAITING, before.answered_at.is_(None))
        .where(tuple_(before.asked_at, before.id) < tuple_(InformationRequest.asked_at, InformationRequest.id))
        .exists()
    )
    query = (
        select(OutgoingQuestion)
        .join(InformationRequest, InformationRequest.id == OutgoingQuestion.id)
        .join(Case, Case.id == InformationRequest.case_id)
        .where(Case.id == OutgoingQuestion.case_id, Case.hospital_id == OutgoingQuestion.hospital_id)
        .where(OutgoingQuestion.state == OutgoingState.WAITING, OutgoingQuestion.next_attempt_at <= now)
        .where(InformationRequest.answered_at.is_(None), ~blocked)
        .order_by(OutgoingQuestion.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutgoingQuestion)
    )
    while (row := session.execute(query).scalar_one_or_none()) is not None:
        row.attempts += 1
        row.next_attempt_at = now + LEASE
        session.flush()
        try:
            return _claimed(session, row)
        except CANNOT_OPEN as error:
            log.error("question.sealed", question_id=str(row.id), error=type(error).__name__)
    return None


def _claimed(session: Session, row: OutgoingQuestion) -> ClaimedQuestion:
    case, request = session.get_one(Case, row.case_id), session.get_one(InformationRequest, row.id)
    board = session.get(Board, case.board_id) if case.board_id else None
    question = Question(
        question_id=str(row.id),
        referral_number=case.referral_number,
        patient=patients.identity_of(session, session.get_one(Patient, case.patient_id)),
        text=request.text,
        asked_at=request.asked_at,
        asked_by=board.name if board else "",
    )
    return ClaimedQuestion(question, hospitals.address_of(session, case.hospital_id)[1], row.attempts)


def settle(session: Session, claimed: ClaimedQuestion, receipt: Receipt, *, now: datetime) -> None:
    """Write down what the receiver said. The question itself stays open until there is an answer, whichever way."""
    question_id = uuid.UUID(claimed.question.question_id)
    of_case = session.scalar(select(OutgoingQuestion.case_id).where(OutgoingQuestion.id == question_id))
    case = session.get(Case, of_case, with_for_update=HELD) if of_case else None  # before its question, as who destroys it
    row = session.get(OutgoingQuestion, question_id, with_for_update=True)
    if case is None or row is None or row.state is not OutgoingState.WAITING or row.attempts != claimed.attempts:
        return
    row.receipt_code, row.receipt_reference = receipt.code, receipt.reference
    hospital = session.get_one(Hospital, row.hospital_id)
    if receipt.kind is ReceiptKind.ACCEPTED:
        row.state, row.sent_at = OutgoingState.SENT, receipt.at or now
        timeline.happened(session, case, "question.sent", at=now, hospital=hospital.name)
    elif receipt.kind is ReceiptKind.REFUSED or row.attempts >= MAX_ATTEMPTS:
        row.state = OutgoingState.REFUSED
        timeline.happened(session, case, "question.refused", at=now, hospital=hospital.name)
    else:
        row.next_attempt_at = now + pause(row.attempts, asked=receipt.wait_seconds)
        _put_behind(session, row, now=now)
        return
    standing.changed(session, case)


def _put_behind(session: Session, row: OutgoingQuestion, *, now: datetime) -> None:
    """As pulls do: a system that is silent costs the others one wait, not one for each question that it still has to get."""
    mine = (OutgoingQuestion.hospital_id == row.hospital_id, OutgoingQuestion.state == OutgoingState.WAITING)
    due = select(OutgoingQuestion.id).where(*mine, OutgoingQuestion.next_attempt_at < now).with_for_update(skip_locked=True)
    session.execute(update(OutgoingQuestion).where(OutgoingQuestion.id.in_(due)).values(next_attempt_at=now))


def answered(session: Session, answer: IncomingAnswer, source: Source) -> Case:
    """Add what the hospital sent to the case of that referral, and close the question it answers.

    Raises Unreadable: "unknown_referral", "objection", "waits_for_identity"; Conflict when it names another patient.
    """
    hospital, now = source.hospital, source.at
    request = _request_of(session, answer.question, hospital)
    case = _case(session, answer, hospital, request)
    _same_patient(session, answer, case, hospital)
    others = [(_request_of(session, question, hospital), words) for question, words in answer.others]
    if any(other is not None and other.case_id != case.id for other, _ in others):
        raise Unreadable("split", "Task.identifier")
    said = [(request, answer.text), *others]
    facts = (*answer.facts, *(one for asked, words in said for one in _beside(asked, words)))
    case_facts.add_facts(session, case, facts, source)
    carried.keep(session, case, answer, source)
    before = case_columns.beware(case, answer.unmapped)
    earlier_told.keep(session, case, before, source)
    open_ones = [(asked, words) for asked, words in said if asked is not None and asked.answered_at is None]
    for asked, words in [] if answer.is_under_way else open_ones:
        asked.answered_at, asked.answer = now, words
        timeline.happened(session, case, "case.answered", at=now)
    if not open_ones:
        when = latest_word.said(Word(answer.sent_at), now) if answer.asks else {}
        timeline.happened(session, case, "referral.updated", at=now, hospital=hospital.name, wire=source.wire.value, **when)
    if answer.asks and latest_word.is_latest(session, case, now=now, word=Word(answer.sent_at)):
        referrals.ask_again(session, case, now=now)
    _go_on(session, case, now=now)
    audit.record_system(session, "referral.updated", now=now, case=case, object_type="case", object_id=case.id)
    standing.announce(session, case)
    return case


def _beside(request: InformationRequest | None, words: str) -> tuple[Fact, ...]:
    """The words of it that answer no open question: nobody asked, or somebody answered before. They stand on the case as they came."""
    is_answer = request is not None and (request.answered_at is None or request.answer == words)
    return () if is_answer or not words else (Fact(Section.COURSE, words),)


def _request_of(session: Session, question: str, hospital: Hospital) -> InformationRequest | None:
    """Our question by our own number, and only if it was asked to this hospital."""
    try:
        found = session.get(InformationRequest, uuid.UUID(question)) if question else None
    except ValueError:
        return None
    if found is None or session.get_one(Case, found.case_id).hospital_id != hospital.id:
        return None
    return found


def _case(session: Session, answer: IncomingAnswer, hospital: Hospital, request: InformationRequest | None) -> Case:
    if request is None:
        case = known_referrals.meant(session, hospital, answer.referral_number, answer.referral_at)
    else:
        families.stays_of(session, Case.id == request.case_id)
        case = session.scalars(select(Case).where(Case.id == request.case_id).with_for_update(**HELD)).one_or_none()
    if case is None or (answer.referral_number and case.referral_number != answer.referral_number):
        raise Unreadable("unknown_referral", "Task.basedOn")
    return case


def _same_patient(session: Session, answer: IncomingAnswer, case: Case, hospital: Hospital) -> None:
    patient = session.get_one(Patient, case.patient_id)
    if case.objected:
        raise Unreadable("objection")
    number, told = rulings.number_of(answer), answer.patient
    said = identification.said_under(session, hospital.id, told, number)
    if said is not None and said.id == patient.id:
        return
    if told.birth_on and patient.birth_on and told.birth_on != patient.birth_on:
        raise Conflict(ConflictKind.ANSWER, "Patient.birthDate", patient.id, told, previous=number)
    if told.bsn or told.local_number:
        found = said or identification.of_message(session, hospital.id, told)
        if found is None or found.id != patient.id:
            other_id = found.id if found else None
            raise Conflict(ConflictKind.ANSWER, "Task.for", patient.id, told, other_id=other_id, previous=number)
    elif referrals.is_somebody_else(session, patient, told):  # a name is all that it says
        raise Conflict(ConflictKind.ANSWER, "Patient.name", patient.id, told, previous=number)


def _go_on(session: Session, case: Case, *, now: datetime) -> None:
    """The case waits for the secretary again, unless another question is still open."""
    if case.state is CaseState.INFORMATION_REQUESTED and waiting.is_answered(session, case):
        case.move(CaseState.INCOMPLETE, now=now)
    referrals.assess(session, case, now=now)
    case.revision += 1


def ask(session: Session, case: Case, text: str, *, viewer: Viewer, now: datetime) -> None:
    """The secretary asks the referrer for something; the case waits for the answer."""
    if not text.strip():
        raise IllegalMove(N_("Schrijf op wat u van de verwijzer wilt weten. Er is niets verstuurd."))
    if case.state in OVER:
        raise IllegalMove(
            N_(
                "Deze casus staat op geen werklijst meer: de verwijzer zou uw vraag niet zien. "
                "Er is niets verstuurd; bel, of meld opnieuw aan."
            )
        )
    request = InformationRequest(case_id=case.id, asked_at=now, asked_by=viewer.person_id, text=text.strip())
    session.add(request)
    queue(session, case, request, now=now)
    if case.state in (CaseState.INCOMPLETE, CaseState.READY):
        case.move(CaseState.INFORMATION_REQUESTED, now=now)
    timeline.happened(session, case, "case.asked", at=now, person_id=viewer.person_id)
    standing.changed(session, case)


def answer(session: Session, case: Case, request_id: uuid.UUID, text: str, *, viewer: Viewer, now: datetime) -> None:
    """The referrer answers; after the last answer the case goes back to the secretary. NotFound for a question of another case, or none."""
    of_case = select(InformationRequest).where(InformationRequest.id == request_id, InformationRequest.case_id == case.id)
    request = session.scalars(of_case).one_or_none()
    if request is None:
        raise NotFound()
    if request.answered_at or not text.strip():
        raise IllegalMove(N_("Deze vraag is al beantwoord, of het antwoord is leeg. Er is niets veranderd."))
    request.answered_at, request.answered_by, request.answer = now, viewer.person_id, text.strip()
    if case.state is CaseState.INFORMATION_REQUESTED and waiting.is_answered(session, case):
        case.move(CaseState.INCOMPLETE if case.missing else CaseState.READY, now=now)
    timeline.happened(session, case, "case.answered", at=now, person_id=viewer.person_id)
    standing.changed(session, case)
