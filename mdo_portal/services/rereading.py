"""A referral that was read, read once more as its link is set up today: what its message told the case is what it tells now.

For whoever mended a setting after the first referrals had come: nobody retypes what the hospital sent. The case stays the same one and
its patient stays the same person; where the message says otherwise now, nothing happens and the inbox says why.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.files import clean_title
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Fact, IncomingDocument, IncomingReferral, Unreadable
from mdo_portal.services import audit, case_facts, changes, documents, identification, patients, referrals, standing, timeline

ONE_MOMENT = timedelta(milliseconds=1)
"""Each reading of a message has a moment of its own, so many microseconds after it came: what changed then is told by that (news.py)."""


@dataclass(frozen=True)
class Heard:
    """A message that was read before: which, into which case, and whether it made that case."""

    message_id: uuid.UUID
    case_id: uuid.UUID
    received_at: datetime
    made_it: bool


def read_again(session: Session, heard: Heard, referral: IncomingReferral, hospital: Hospital, *, now: datetime) -> Case:
    """Let the case say what the message says now. Nothing is written when that is what it said before.

    Raises Unreadable, before anything is changed: `again_ended`, `again_withdrawn`, `again_other_number`, `again_other_patient`,
    `objection`, or `waits_for_identity`.
    """
    case = session.execute(select(Case).where(Case.id == heard.case_id).with_for_update(**HELD)).scalar_one_or_none()
    if case is None or not case.is_open:
        raise Unreadable("again_ended")
    patient = _same(session, case, referral, hospital)
    number = _number(session, case, referral, hospital, heard)
    told = _Told.of(session, case, heard)
    newest = not referrals.told_later(session, case, *referrals.ASKED, now=heard.received_at + ONE_MOMENT)
    touched = patients.tell(
        session, patient, referral.patient, now=heard.received_at, sent_at=referral.sent_at, message_id=heard.message_id
    )
    changed = [
        bool(touched),
        number != case.referral_number,
        _take_over(session, case, referral, hospital, told, whole=newest and heard.made_it, newest=newest),
        _tell_facts(session, case, referral.facts, hospital, told, newest=newest),
        _tell_documents(session, case, referral, hospital, told),
    ]
    case.referral_number = number
    if any(changed):
        _say(session, case, hospital, told, now=now)
    return case


def _same(session: Session, case: Case, referral: IncomingReferral, hospital: Hospital) -> Patient:
    """The patient of the case, when the message is about that patient and that referral as it is read now."""
    if referral.cancelled:
        raise Unreadable("again_withdrawn")
    if case.objected:
        raise Unreadable("objection")
    patient = session.get_one(Patient, case.patient_id)
    said = identification.of_message(session, hospital.id, referral.patient)
    said = identification.said_under(session, hospital.id, referral.patient, referral.number) or said
    if said is None and referrals.is_alike(session, patient, referral.patient):
        said = patient
    if said is None or said.id != patient.id:
        raise Unreadable("again_other_patient")
    return patient


def _number(session: Session, case: Case, referral: IncomingReferral, hospital: Hospital, heard: Heard) -> str:
    """The number of the referral as it is read now. That of another case it cannot be, nor may a supplement number the case anew."""
    if referral.number in ("", case.referral_number):
        return case.referral_number
    if not heard.made_it or referrals.known_case(session, hospital, referral.number) is not None:
        raise Unreadable("again_other_number")
    return referral.number


@dataclass(frozen=True)
class _Told:
    """What the message told the case when it was read before, and the moment of this reading."""

    message_id: uuid.UUID
    at: datetime
    facts: Sequence[CaseFact]
    files: Sequence[CaseDocument]

    @staticmethod
    def of(session: Session, case: Case, heard: Heard) -> _Told:
        mine = select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.message_id == heard.message_id)
        facts = session.scalars(mine).all()
        kept = select(CaseDocument).where(CaseDocument.case_id == case.id, CaseDocument.message_id == heard.message_id)
        files = session.scalars(kept.options(defer(CaseDocument.content_sealed))).all()
        until = heard.received_at + ONE_MOMENT
        rows: list[CaseFact | CaseDocument] = [*facts, *files]
        moments = [moment for row in rows for moment in (row.received_at, row.superseded_at) if moment]
        last = max((one for one in moments if one < until), default=heard.received_at)
        return _Told(heard.message_id, last + timedelta(microseconds=1), facts, files)

    def fell(self, row: CaseFact | CaseDocument) -> bool:
        """Whether an earlier reading of this same message let it fall; whoever came later and put something else there is heard."""
        return row.superseded_at is not None and row.superseded_at - row.received_at < ONE_MOMENT


def _take_over(
    session: Session, case: Case, referral: IncomingReferral, hospital: Hospital, told: _Told, *, whole: bool, newest: bool
) -> bool:
    """Question, urgency, who refers: when nobody told them since, they are what the message says, also where it says nothing now."""
    before = _stands(case)
    if newest:
        case_facts.keep_earlier_questions(
            session, case, referral, hospital, now=told.at, message_id=told.message_id, emptied=whole
        )
    referrals.take_over(case, referral, newest=newest, whole=whole)
    if case.board_id is None and referral.board_hint:
        case.board_hint = referral.board_hint
        changes.wake(session, "route")
    return _stands(case) != before


def _stands(case: Case) -> tuple[str | date, ...]:
    return (*(getattr(case, column) for column in referrals.TOLD), case.board_hint)


_Word = tuple[str, str, str, date | None, str]


def _word(one: CaseFact | Fact) -> _Word:
    return (one.section, one.label, one.text, one.dated_on, one.status)


def _tell_facts(session: Session, case: Case, facts: Sequence[Fact], hospital: Hospital, told: _Told, *, newest: bool) -> bool:
    """What it told and tells no more is over; what it tells for the first time is added, behind whatever came since."""
    now_told = {_word(fact) for fact in facts}
    gone = [row for row in told.facts if row.superseded_at is None and _word(row) not in now_told]
    for row in gone:
        row.superseded_at = told.at
    before = {_word(row) for row in told.facts if not told.fell(row)}
    fresh = [fact for fact in dict.fromkeys(facts) if _word(fact) not in before]
    session.flush()
    present = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))).all()
    since = [row for row in present if row.received_at > told.at]
    older = [fact for fact in fresh if case_facts.same_label(since, fact)]
    for some, is_newest in (([one for one in fresh if one not in older], newest), (older, False)):
        case_facts.add_facts(session, case, some, hospital, now=told.at, message_id=told.message_id, newest=is_newest)
    return bool(gone or fresh)


def _tell_documents(session: Session, case: Case, referral: IncomingReferral, hospital: Hospital, told: _Told) -> bool:
    """The same bytes stay the same document, under the name, kind and day that are read now."""
    known = {row.sha256: row for row in told.files if not told.fell(row)}
    now_told = {documents.digest_of(one.content): one for one in referral.documents}
    named = [_name(known[digest], one) for digest, one in now_told.items() if digest in known]
    gone = [row for digest, row in known.items() if digest not in now_told and row.superseded_at is None]
    for row in gone:
        row.superseded_at = told.at
    fresh = [one for digest, one in now_told.items() if digest not in known]
    session.flush()
    documents.add_all(session, case, fresh, hospital_id=hospital.id, at=told.at, message_id=told.message_id)
    return bool(gone or fresh or any(named))


def _name(row: CaseDocument, told: IncomingDocument) -> bool:
    """Give the document the name that is read now. Returns whether it had another."""
    named = {"title": clean_title(told.title), "kind": told.kind, "dated_on": told.dated_on}
    differs = any(getattr(row, column) != value for column, value in named.items())
    for column, value in named.items():
        setattr(row, column, value)
    return differs


def _say(session: Session, case: Case, hospital: Hospital, told: _Told, *, now: datetime) -> None:
    case.revision += 1
    referrals.assess(session, case, now=now)
    timeline.happened(session, case, "referral.reread", at=told.at, hospital=hospital.name)
    audit.record_system(session, "referral.reread", now=now, case=case, object_type="case", object_id=case.id)
    standing.announce(session, case)
