"""What each kind of message does to patients and cases: one table."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.case import PAST, Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.unreadable import ABOUT_IDENTITY
from mdo_portal.exchange import (
    Incoming,
    IncomingAnswer,
    IncomingAppointment,
    IncomingReferral,
    IncomingResult,
    PatientChange,
    PatientLink,
    PatientMerge,
    Unreadable,
    Wire,
    meaning_of,
)
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import appointments, known_referrals, snapshots
from mdo_portal.services.identity import merges
from mdo_portal.services.inbox import pulls, queue, rereading
from mdo_portal.services.inbox.rereading import Heard
from mdo_portal.services.inbox.settling import ClaimedMessage, Settled
from mdo_portal.services.patients import conflicts, patient_feed
from mdo_portal.services.referrals import awaiting, questions, referrals, replaced, results

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours before somebody is told."""


def of(session: Session, incoming: Incoming, hospital: Hospital, claimed: ClaimedMessage) -> Case | None:
    """Do what the message asks for. None: it is about nobody who has a case here."""
    incoming = conflicts.incoming_corrected(session, hospital.id, incoming)
    source = source_of(claimed, hospital)
    case = ACTS[type(incoming)](session, incoming, source)
    if isinstance(incoming, IncomingReferral) and case is not None:
        conflicts.flag_bsn(session, incoming, case, source)
    if isinstance(incoming, PatientMerge):
        queue.same_patient(session, claimed.message_id, now=claimed.received_at)
    return case


def source_of(claimed: ClaimedMessage, hospital: Hospital) -> Source:
    """From where comes what this message says."""
    return Source(hospital, claimed.received_at, claimed.wire, claimed.message_id)


def _referral(session: Session, incoming: IncomingReferral, source: Source) -> Case | None:
    incoming = known_referrals.as_ordered(session, source.hospital, incoming)
    if incoming.cancelled:
        case = referrals.cancel(session, incoming, source)
        if case is None:  # somebody may still plan what the hospital took back under another number
            raise Unreadable(awaiting.UNKNOWN, "referral number")
        replaced.take_back(session, incoming, case, source)
        return case
    case = referrals.register(session, incoming, source)
    replaced.take_back(session, incoming, case, source)
    if case.received_at == source.at:
        replaced.came_late(session, incoming, case, source)
    if source.wire is Wire.FHIR and source.message_id is not None:
        _snapshot(session, incoming, case, source.message_id)
    return case


def _snapshot(session: Session, incoming: IncomingReferral, case: Case, message_id: uuid.UUID) -> None:
    """What was fetched after a notice is also written down as a moment: a later one shows what changed."""
    pull = pulls.of_message(session, message_id)
    if pull is not None:
        snapshots.take(session, pull, case, incoming.facts, message_id=message_id)


ACTS: Mapping[type, Callable[..., Case | None]] = {
    IncomingReferral: _referral,
    IncomingResult: results.add,
    IncomingAnswer: questions.answered,
    IncomingAppointment: appointments.tell,
    PatientChange: patient_feed.change,
    PatientLink: patient_feed.link,
    PatientMerge: merges.apply,
}
"""What each kind of message does. Everything but a referral needs a patient who has a case."""


def leftovers(incoming: Incoming, claimed: ClaimedMessage) -> tuple[str, ...]:
    """What was not placed, not readable, or cannot be true."""
    ahead = incoming.sent_at is not None and incoming.sent_at > claimed.received_at + CLOCK_TOLERANCE
    return (*incoming.unmapped, *getattr(incoming, "quarantined", ()), *(("MSH-7/future",) if ahead else ()))


UPDATE = "update"
"""A referral about a case that was here already."""


def understood(incoming: Incoming, claimed: ClaimedMessage, case: Case | None = None, leftovers: tuple[str, ...] = ()) -> Settled:
    """The message is understood, with what it became: for its row in the inbox, also for who may not see the case."""
    meaning = meaning_of(incoming)
    if case is not None and meaning == "referral" and case.received_at != claimed.received_at:
        meaning = UPDATE
    done = Settled(claimed.message_id, InboundState.UNDERSTOOD, leftovers=leftovers, meaning=meaning)
    return done if case is None else done._replace(case_id=case.id, board_id=case.board_id, was_past=case.state in PAST)


def told_again(session: Session, incoming: Incoming, message: ClaimedMessage, case_id: uuid.UUID, *, now: datetime) -> Settled:
    """What it became when it was read once more into its case; the reason when it does not fit there any more: then nothing changed."""
    if not isinstance(incoming, IncomingReferral):
        return set_aside(message, Unreadable("again_other_kind"))
    hospital = session.get_one(Hospital, message.hospital_id)
    incoming = known_referrals.as_ordered(session, hospital, incoming)
    heard = Heard(source_of(message, hospital), case_id, message.meaning == "referral")
    try:
        with session.begin_nested():
            case = rereading.read_again(session, heard, incoming, now=now)
    except Unreadable as unreadable:
        return set_aside(message, unreadable)
    left = leftovers(incoming, message)
    return understood(incoming, message, case, left)._replace(meaning=message.meaning)


def set_aside(message: ClaimedMessage, unreadable: Unreadable) -> Settled:
    """On a person's list, with the reason."""
    return Settled(message.message_id, InboundState.UNREADABLE, unreadable.reason, unreadable.where)


def of_nobody(message: ClaimedMessage) -> Settled:
    """A person said whose it is, and that is nobody who has a case: put aside as such, and kept for its term, should they take it back."""
    return Settled(message.message_id, InboundState.IGNORED, ABOUT_IDENTITY[0])
