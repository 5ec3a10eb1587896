"""A referral that was read, read once more as its link is set up today: what its message told the case is what it tells now.

For whoever mended a setting after the first referrals had come: nobody retypes what the hospital sent. The case stays the same one and
its patient stays the same person; where the message says otherwise now, nothing happens and the inbox says why.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import IncomingReferral, Unreadable
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_columns, earlier_told, known_referrals, routing
from mdo_portal.services.dossier.latest_word import ASKED, told_later
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.patients import conflicts, families, identification, patients
from mdo_portal.services.referrals import cautions, participation, referrals, retelling
from mdo_portal.services.referrals.retelling import Told


@dataclass(frozen=True)
class Heard:
    """A message that was read before: which, into which case, and whether it made that case."""

    source: Source
    case_id: uuid.UUID
    made_it: bool


def read_again(session: Session, heard: Heard, referral: IncomingReferral, *, now: datetime) -> Case:
    """Let the case say what the message says now. Nothing is written when that is what it said before.

    Raises Unreadable, before anything is changed: `again_ended`, `again_withdrawn`, `again_other_number`, `again_other_patient`,
    `objection`, `identity_conflict`, or `waits_for_identity`.
    """
    hospital = heard.source.hospital
    referral = conflicts.incoming_corrected(session, hospital.id, referral)
    families.stays_of(session, Case.id == heard.case_id)
    case = session.execute(select(Case).where(Case.id == heard.case_id).with_for_update(**HELD)).scalar_one_or_none()
    if case is None or not case.is_open:
        raise Unreadable("again_ended")
    patient = _same(session, case, referral, hospital)
    number = _number(session, case, referral, hospital, heard)
    told = Told.of(session, case, heard.source)
    newest = not told_later(session, case, *ASKED, now=told.then)
    asks = heard.made_it or not referral.only_if_new
    changed = [
        _tell_patient(session, case, patient, referral, told),
        number != case.referral_number,
        _take_over(session, case, referral, told, whole=newest and heard.made_it, newest=newest and asks),
        retelling.facts(session, case, referral.facts, told, newest=newest),
        retelling.files(session, case, referral.documents, told),
    ]
    case.referral_number = number
    conflicts.flag_bsn(session, referral, case, heard.source)
    if any(changed):
        _say(session, case, told, now=now)
    if case.board_id is None and heard.made_it:
        _route(session, case, referral, hospital, now=now)
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
    if said is None and not referrals.is_somebody_else(session, patient, referral.patient):
        said = patient
    if said is None or said.id != patient.id:
        raise Unreadable("again_other_patient")
    return patient


def _number(session: Session, case: Case, referral: IncomingReferral, hospital: Hospital, heard: Heard) -> str:
    """The number of the referral as it is read now. That of another case it cannot be, nor may a supplement number the case anew."""
    if referral.number in ("", case.referral_number):
        return case.referral_number
    before = known_referrals.replaced(session, hospital, case.patient_id, referral.replaces)
    if not heard.made_it and before is not None and before.id == case.id:
        return case.referral_number  # another version of the document in which it came
    if not heard.made_it or known_referrals.numbered(session, hospital, referral.number) is not None:
        raise Unreadable("again_other_number")
    return referral.number


_ABOUT_THE_PATIENT = tuple(what for what in timeline.SENTENCES if what.startswith("patient."))


def _tell_patient(session: Session, case: Case, patient: Patient, referral: IncomingReferral, told: Told) -> bool:
    """Particulars of the patient, unless the hospital told them since, maybe in the same second, or a person decided about them."""
    if told_later(session, case, *ASKED, *_ABOUT_THE_PATIENT, now=told.then):
        return False
    at, sent_at = told.received_at, referral.sent_at
    return bool(patients.tell(session, patient, referral.patient, now=at, sent_at=sent_at, message_id=told.source.message_id))


def _take_over(session: Session, case: Case, referral: IncomingReferral, told: Told, *, whole: bool, newest: bool) -> bool:
    """Question, urgency, who refers: when nobody told them since, they are what the message says, also where it says nothing now."""
    asked, stood = told_later(session, case, *cautions.CLEARED.values(), now=told.then), case.cautions
    before = case_columns.take_over(case, referral, newest=newest, whole=whole)
    if asked and before.pop(case_columns.CAUTIONS, None) is not None:
        case.cautions = stood  # what a person noted since holds
    earlier_told.keep(session, case, before, told.source)
    return bool(before)


def _route(session: Session, case: Case, referral: IncomingReferral, hospital: Hospital, *, now: datetime) -> None:
    """Give a case for which nobody chose a board the one that its referral names now."""
    case.board_hint = referral.board_hint or case.board_hint
    board_id = routing.route(session, hospital, referral)
    if board_id is not None:
        participation.route_to(session, case.id, board_id, now=now)


def _say(session: Session, case: Case, told: Told, *, now: datetime) -> None:
    case.revision += 1
    referrals.assess(session, case, now=now)
    timeline.happened(session, case, "referral.reread", at=told.source.at, hospital=told.source.hospital.name)
    audit.record_system(session, "referral.reread", now=now, case=case, object_type="case", object_id=case.id)
    standing.announce(session, case)
