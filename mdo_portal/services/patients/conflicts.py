"""Conflicts of identity: opened by a message that does not fit. Decided by a person (deciding.py), done by a worker (carrying_out.py).

While one is open, the later messages of that patient wait behind it (pile.py).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id, passes_eleven_test
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import ABOUT_NO_ONE, Incoming, IncomingReferral, PatientIdentity
from mdo_portal.services.common import changes
from mdo_portal.services.common.source import Source
from mdo_portal.services.patients import families, held, identity_papers, patients, pile, rulings
from mdo_portal.services.patients.identity_papers import Papers
from mdo_portal.services.patients.rulings import Conflict


def open_for(
    session: Session, conflict: Conflict, message_id: uuid.UUID, hospital: Hospital, incoming: Incoming | None, *, now: datetime
) -> None:
    """A person must say who this is. The same message again opens nothing anew."""
    asked_about = [session.get(Patient, one) for one in (conflict.patient_id, conflict.other_id) if one]
    families.roots_locked(session, [patient for patient in asked_about if patient])
    pile.put_on_pile(session, message_id, reason="identity_conflict", place=conflict.where)
    held.behind_question(session, message_id, conflict.patient_id, hospital, now=now)
    query = select(IdentityConflict.id).where(IdentityConflict.message_id == message_id, IdentityConflict.closed_at.is_(None))
    if session.execute(query.limit(1)).first() is None:
        _open(session, conflict, message_id, hospital, incoming, now=now)


def asked_by(session: Session, message_id: uuid.UUID, hospital_id: uuid.UUID) -> IdentityConflict | None:
    """What this message asked when it was read before, and nobody answered yet; held until the transaction ends."""
    query = select(IdentityConflict).where(
        IdentityConflict.holds_up(hospital_id), IdentityConflict.message_id == message_id, IdentityConflict.decided_at.is_(None)
    )
    return session.scalars(query.with_for_update()).first()


def was_answered(
    session: Session, message_id: uuid.UUID, hospital_id: uuid.UUID, told: PatientIdentity | None, number: str
) -> bool:
    """Whether a person said of this message that it is of another, or of whom, or it waited for that: taken back, that answer needs its
    words again.
    """
    offered = InboundMessage.id == message_id, InboundMessage.offered_at.is_not(None)  # most are read for the first time
    if session.scalar(select(InboundMessage.id).where(*offered)) is None:
        return False
    rulings_here = [rulings.of(session, hospital_id, told, previous=one) for one in {"", number}] if told else []
    of_another = IdentityConflict.decision.in_((Decision.OTHER, Decision.CORRECTED))
    own = select(exists().where(IdentityConflict.message_id == message_id, of_another))
    return any(one and one.decision is not Decision.SAME for one in rulings_here) or bool(session.scalar(own))


def asks_the_same(session: Session, asked: IdentityConflict, conflict: Conflict) -> bool:
    """Whether it is still that question: who came is told in the same words, and does not fit the same patient in the same way."""
    told = rulings.fingerprint(session, conflict.told, previous=conflict.previous)
    return (asked.kind, asked.patient_id, asked.fingerprint) == (conflict.kind, conflict.patient_id, told)


def flag_bsn(session: Session, told: IncomingReferral, case: Case, source: Source) -> None:
    """A referral that was taken in, with a BSN that cannot be right: a question for a person, asked once, that nothing waits for."""
    who = told.patient
    if source.message_id is None or not has_wrong_bsn(who):  # who types is told at the field
        return
    same = select(IdentityConflict.id).where(
        IdentityConflict.hospital_id == case.hospital_id, IdentityConflict.fingerprint == rulings.fingerprint(session, who)
    )
    if session.execute(same.limit(1)).first() is None:
        flagged = Conflict(ConflictKind.ELEVEN_TEST, "PID-3", case.patient_id, who)
        _open(session, flagged, source.message_id, source.hospital, told, now=source.at)


def has_wrong_bsn(who: PatientIdentity | None) -> bool:
    """A BSN was sent that cannot be one."""
    return who is not None and bool(who.bsn) and not passes_eleven_test(who.bsn)


def _open(
    session: Session, conflict: Conflict, message_id: uuid.UUID, hospital: Hospital, incoming: Incoming | None, *, now: datetime
) -> None:
    message = session.get_one(InboundMessage, message_id)
    # Made for this message, and gone with it: there is none.
    other = session.get(Patient, conflict.other_id) if conflict.other_id else None
    stood = [session.get_one(Patient, conflict.patient_id), *([other] if other else [])]
    row = IdentityConflict(
        id=new_id(), hospital_id=hospital.id, kind=conflict.kind, message_id=message_id, message_kind=message.kind,
        control_id=message.control_id, received_at=message.received_at, patient_id=conflict.patient_id,
        other_patient_id=other.id if other else None, blocks=conflict.kind is not ConflictKind.ELEVEN_TEST, opened_at=now,
        fingerprint=rulings.fingerprint(session, conflict.told, previous=conflict.previous),
    )  # fmt: skip
    papers = Papers(
        conflict.told,
        tuple(patients.identity_of(session, one) for one in stood),
        conflict.previous,
        sent_at=incoming.sent_at if incoming else None,
    )
    identity_papers.keep(session, row, papers)
    session.add(row)
    session.flush()
    announce(session, row)


def announce(session: Session, row: IdentityConflict) -> None:
    """Tell whoever looks at the hospital's list."""
    changes.announce(session, "conflicts", row.hospital_id)


def _corrected(session: Session, hospital_id: uuid.UUID, told: PatientIdentity, number: str) -> PatientIdentity:
    """The identity with the numbers that a person said are right, of the person or under this very number; itself when nobody did."""
    for previous in sorted({"", number}):
        ruling = rulings.of(session, hospital_id, told, previous=previous)
        if ruling is not None and ruling.decision is Decision.CORRECTED:
            return identity_papers.read(session, ruling).corrected
    return told


_Came = TypeVar("_Came", bound=Incoming)


def incoming_corrected(session: Session, hospital_id: uuid.UUID, incoming: _Came) -> _Came:
    """What came, with corrected numbers of its patient; what is about no one patient as it came."""
    if isinstance(incoming, ABOUT_NO_ONE):
        return incoming
    right = _corrected(session, hospital_id, incoming.patient, rulings.number_of(incoming))
    return incoming if right is incoming.patient else replace(incoming, patient=right)
