"""Taking in a referral: the same act whatever the wire, a message of an EPD or the web form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import NO_DATE, WAITING, Case, CaseEvent, CaseFact, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.readiness import missing_items
from mdo_portal.exchange import Fact, IncomingReferral, PatientIdentity, Section, Unreadable
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_columns, case_facts, documents, earlier_told, known_referrals, latest_word, waiting
from mdo_portal.services.dossier.case_facts import add_facts
from mdo_portal.services.dossier.latest_word import ASKED, CANCELLING, UNDATED, Word, is_latest, told_later, word_of
from mdo_portal.services.dossier.routing import route
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.patients import families, identification, patients
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import board_asked, carried


def register(
    session: Session,
    referral: IncomingReferral,
    source: Source,
    *,
    board_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
) -> Case:
    """Make the case, or bring it up to date when this hospital sent the same referral number before.

    Raises Unreadable("identity_conflict" or "objection") when a person must look first.
    """
    hospital, now = source.hospital, source.at
    case = known_referrals.meant(session, hospital, referral.number, referral.known_as)
    patient = _patient(session, referral, source, case)
    case = case or known_referrals.replaced(session, hospital, patient.id, referral.replaces)
    if case is not None and case.patient_id != patient.id and not (referral.number and case.referral_number):
        _address_taken(session, case, source)
        case = None  # known by its address alone, which was given out twice
    is_new = case is None
    if case is None:
        case = composed(session, referral, source, patient, board_id=board_id)
        case.home_patient_id = identification.home(session, hospital.id, referral.patient, patient)
        session.add(case)
        session.flush()
        case_facts.store(session, case_facts.first_rows(case, referral, source))
    elif case.patient_id != patient.id:
        raise _numbered_otherwise(referral, case, patient)
    else:
        _bring_up_to_date(session, case, referral, source)
    carried.keep(session, case, referral, source)
    if not is_new:
        assess(session, case, now=now)
    what = "referral.received" if is_new else "referral.updated"
    tell(session, case, what, source, person_id=person_id, word=word_of(referral), by=known_referrals.numbers_said(referral))
    if is_new:
        standing.beside(session, case)
    return case


def _address_taken(session: Session, case: Case, source: Source) -> None:
    """Its people hear that another patient's request stands there now: a mistake may have been put right at the sender. Once: an address
    that two have finds neither, and who gives each message the same one is told of it at the first.
    """
    if case.state is not CaseState.WITHDRAWN:
        timeline.happened(session, case, "referral.address_taken", at=source.at, hospital=source.hospital.name)
        standing.announce(session, case)


def _numbered_otherwise(referral: IncomingReferral, case: Case, patient: Patient | None) -> Conflict:
    """The referral number is of another patient's case."""
    number, told, other = known_referrals.name_of(case), referral.patient, patient.id if patient else None
    return Conflict(ConflictKind.REFERRAL_NUMBER, "referral number", case.patient_id, told, other_id=other, previous=number)


def tell(
    session: Session,
    case: Case,
    what: str,
    source: Source,
    *,
    person_id: uuid.UUID | None = None,
    word: Word = UNDATED,
    by: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """The case's timeline, the access log and the screens hear of it."""
    said = latest_word.said(word, source.at)
    told = {"hospital": source.hospital.name, "wire": source.wire.value, **by}
    timeline.happened(session, case, what, at=source.at, person_id=person_id, **told, **said)
    audit.record_system(session, what, now=source.at, case=case, object_type="case", object_id=case.id)
    standing.announce(session, case)


def _bring_up_to_date(session: Session, case: Case, referral: IncomingReferral, source: Source) -> None:
    is_last = is_latest(session, case, now=source.at, word=word_of(referral))
    newest = is_last and not referral.only_if_new
    if newest:
        ask_again(session, case, now=source.at)  # first: what waits again goes to the board that is named now
        board_asked.hear(session, case, referral, source)
    before = case_columns.take_over(case, referral, newest=newest)
    case.referral_number = case.referral_number or referral.number  # known by its address until then
    earlier_told.keep(session, case, before, source)
    case.revision += 1
    add_facts(session, case, referral.facts, source, newest=is_last)


def ask_again(session: Session, case: Case, *, now: datetime) -> None:
    """The hospital asks for what it may have taken back: it must stand on somebody's list. What the board asked, it asks still."""
    case.cancel_told_at = None
    if case.state is CaseState.WITHDRAWN:
        is_asked = not waiting.is_answered(session, case)
        case.move(CaseState.INFORMATION_REQUESTED if is_asked else CaseState.INCOMPLETE, now=now)


def _patient(session: Session, referral: IncomingReferral, source: Source, known: Case | None) -> Patient:
    told, hospital_id = referral.patient, source.hospital.id
    patient = identification.of_message(session, hospital_id, told)
    before = session.get_one(Patient, known.patient_id) if known is not None else None
    if before is not None:
        patient = identification.said_under(session, hospital_id, told, referral.number) or patient
    if patient is None and before is not None and is_alike(session, before, told):
        # no number to find somebody by, but the same referral about the same name and birth date
        patient = identification.undisputed(session, before)
    if patient is None:
        return patients.add(session, hospital_id, told, now=source.at, sent_at=referral.sent_at)
    if families.objects(session, patient):
        raise Unreadable("objection")
    patients.tell(session, patient, told, now=source.at, sent_at=referral.sent_at, message_id=source.message_id)
    return patient


def is_alike(session: Session, before: Patient, told: PatientIdentity) -> bool:
    """Of twins name and birth date are alike: another BSN speaks against it."""
    is_numbered = bool(told.local_number) or identification.speaks_against(session, before, told)
    return not is_numbered and identification.is_alike(before, told)


def composed(
    session: Session,
    referral: IncomingReferral,
    source: Source,
    patient: Patient,
    *,
    board_id: uuid.UUID | None = None,
) -> Case:
    """The case of a referral that is new to us, with all that was told, and judged: complete before it is stored."""
    case = Case(
        id=new_id(),
        hospital_id=source.hospital.id,
        patient_id=patient.id,
        board_id=board_id or route(session, source.hospital, referral),
        board_hint=referral.board_hint,
        referral_number=referral.number,
        state=CaseState.RECEIVED,
        wire=source.wire,
        received_at=source.at,
        state_since=source.at,
        revision=1,
        due_on=NO_DATE,
        is_open=True,
        cautions=[],
        question_board="",  # said here, because it is judged before the database fills in what nobody told
        referrer_name="",
    )
    case_columns.take_over(case, referral, newest=True)
    _judge(
        case,
        {fact.section for fact in referral.facts},
        {one.kind for one in referral.documents if one.status != "withdrawn"},
        now=source.at,
    )
    return case


def assess(session: Session, case: Case, *, now: datetime) -> None:
    """Count what is missing and let the state follow, as long as the case waits to be planned."""
    session.flush()
    sections = session.scalars(
        select(CaseFact.section).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None)).distinct()
    )
    _judge(case, set(sections), documents.kinds_of(session, case.id), now=now)


def _judge(case: Case, sections: set[Section], kinds: set[str], *, now: datetime) -> None:
    question, referrer, lacked = case.question_board, case.referrer_name, case.missing
    case.missing = missing_items(question=question, referrer=referrer, sections=sections, document_kinds=kinds)
    wanted = CaseState.INCOMPLETE if case.missing else CaseState.READY
    undecided = (CaseState.RECEIVED, CaseState.INCOMPLETE, CaseState.READY)
    # What was asked for may be here now.
    asked = case.state is CaseState.INFORMATION_REQUESTED and bool(lacked) and not case.missing
    if (case.state in undecided or asked) and case.board_id is not None and case.state is not wanted:
        case.move(wanted, now=now)


CANCELLED = "Ingetrokken door het ziekenhuis"


def cancel(session: Session, referral: IncomingReferral, source: Source) -> Case | None:
    """The hospital takes its referral back. Off the work list when it waits there; on an agenda it stays, marked, until a person acts.

    So it does when the hospital asked again after it took back: only a person can tell what is meant. Where a person took it off before,
    it is marked too: that may be undone.
    None when that referral is not here. Raises Conflict when it names another patient, also one who is not here.
    """
    hospital, now = source.hospital, source.at
    case = known_referrals.taken_back(session, hospital, referral)
    if case is None or known_referrals.is_numbered_by_another(session, case, referral):
        return None
    _check_patient(session, referral, hospital, case)
    was_off = case.state is CaseState.WITHDRAWN
    by_message = was_off and case.reason == CANCELLED
    is_over = by_message or case.cancel_told_at is not None  # then only what else it says may be new
    is_last = not told_later(session, case, *ASKED, now=now, word=word_of(referral)) and not _is_asked_in_another(
        session, referral, case
    )
    if not is_over and case.state in WAITING and is_last:
        case.move(CaseState.WITHDRAWN, now=now, reason=CANCELLED)
    elif not is_over:
        case.cancel_told_at = now
    told = referral.facts
    if referral.cancel_reason and referral.cancel_reason != case.question_board:  # some send the whole order once more
        told = (*told, Fact(Section.COURSE, referral.cancel_reason, CANCELLED))
    add_facts(session, case, told, source)
    carried.keep(session, case, referral, source)
    if not is_over:
        said = latest_word.said(word_of(referral), now)
        unread = case.unseen_since, case.unseen_only_values
        standing.happened(session, [case], CANCELLING, now=now, hospital=hospital.name, wire=source.wire.value, **said)
        if was_off:  # it says what stands there already: nobody need look
            case.unseen_since, case.unseen_only_values = unread
    standing.announce(session, case)
    return case


def _is_asked_in_another(session: Session, referral: IncomingReferral, case: Case) -> bool:
    """Whether it came as a document, which is taken back, and was asked again since: another may have taken the place of that one."""
    asked = select(func.count()).select_from(CaseEvent).where(latest_word.holding(case, *ASKED))
    return referral.number in referral.documents_taken_back and session.execute(asked).scalar_one() > 1


def _check_patient(session: Session, referral: IncomingReferral, hospital: Hospital, case: Case) -> None:
    """Who takes back says less of the patient than who asks, often nothing; but what is said must not be of somebody else."""
    told = referral.patient
    patient = identification.of_message(session, hospital.id, told)
    patient = identification.said_under(session, hospital.id, told, known_referrals.name_of(case)) or patient
    before = session.get_one(Patient, case.patient_id)
    if patient is None and not is_somebody_else(session, before, told):
        return
    if patient is None or patient.id != before.id:
        raise _numbered_otherwise(referral, case, patient)


def is_somebody_else(session: Session, before: Patient, told: PatientIdentity) -> bool:
    """Of somebody whom no number found here: a number of another, or a name or birth date that differs."""
    other_name = bool(told.name.family) and told.name.family.casefold() != before.family.casefold()
    other_birth = told.birth_on is not None and before.birth_on is not None and told.birth_on != before.birth_on
    other_number = bool(told.local_number and before.local_number)
    return other_number or other_name or other_birth or identification.speaks_against(session, before, told)
