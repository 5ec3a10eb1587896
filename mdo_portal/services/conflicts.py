"""Conflicts of identity: opened by a message that does not fit, decided by a person, carried out and taken back by a worker.

While one is open, the later messages of that patient wait behind it, in their order. When it is decided they are read again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id, passes_eleven_test
from mdo_portal.domain.identity_conflict import MERGES, ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import Incoming, IncomingReferral, PatientIdentity, PatientLink, PatientMerge
from mdo_portal.services import changes, identity_papers, merges, patients, rulings, standing
from mdo_portal.services.identity_papers import Papers
from mdo_portal.services.rulings import Conflict

WAITS = "waits_for_identity"


# The pile


def must_wait(session: Session, message_id: uuid.UUID, hospital_id: uuid.UUID) -> bool:
    """Whether an older message that shares a number with this one waits for a person to say who that is."""
    is_open = exists().where(
        IdentityConflict.hospital_id == hospital_id, IdentityConflict.closed_at.is_(None), IdentityConflict.blocks
    )
    if not session.scalar(select(is_open)):
        return False
    mine = session.execute(select(InboundMessage.seq, InboundMessage.patient_keys).where(InboundMessage.id == message_id)).one()
    older = select(InboundMessage.id).where(
        InboundMessage.settled_at.is_(None),
        InboundMessage.state == InboundState.UNREADABLE,
        InboundMessage.hospital_id == hospital_id,
        InboundMessage.seq < mine.seq,
        InboundMessage.patient_keys.overlap(mine.patient_keys),
    )
    return session.execute(older.limit(1)).first() is not None


def put_on_pile(session: Session, message_id: uuid.UUID, *, reason: str, place: str) -> None:
    """It stands on a person's list and is not settled: what comes after it about the same patient waits, its term does not run."""
    values = {"state": InboundState.UNREADABLE, "reason": reason, "place": place[:200]}
    session.execute(update(InboundMessage).where(InboundMessage.id == message_id).values(**values))
    changes.announce(session, "inbox", message_id)


# Opening


def open_for(
    session: Session, conflict: Conflict, message_id: uuid.UUID, hospital: Hospital, incoming: Incoming | None, *, now: datetime
) -> None:
    """A person must say who this is. The same message again opens nothing anew."""
    put_on_pile(session, message_id, reason="identity_conflict", place=conflict.where)
    query = select(IdentityConflict.id).where(IdentityConflict.message_id == message_id, IdentityConflict.closed_at.is_(None))
    if session.execute(query.limit(1)).first() is None:
        _open(session, conflict, message_id, hospital, incoming, now=now)


def flag_bsn(session: Session, told: IncomingReferral, case: Case, message_id: uuid.UUID, *, now: datetime) -> None:
    """A referral that was taken in, with a BSN that cannot be right: a question for a person, asked once, that nothing waits for."""
    who = told.patient
    if not who.bsn or passes_eleven_test(who.bsn):
        return
    same = select(IdentityConflict.id).where(
        IdentityConflict.hospital_id == case.hospital_id, IdentityConflict.fingerprint == rulings.fingerprint(session, who)
    )
    if session.execute(same.limit(1)).first() is None:
        flagged = Conflict(ConflictKind.ELEVEN_TEST, "PID-3", case.patient_id, who)
        _open(session, flagged, message_id, session.get_one(Hospital, case.hospital_id), told, now=now)


def _open(
    session: Session, conflict: Conflict, message_id: uuid.UUID, hospital: Hospital, incoming: Incoming | None, *, now: datetime
) -> None:
    message = session.get_one(InboundMessage, message_id)
    stood = [session.get_one(Patient, one) for one in (conflict.patient_id, conflict.other_id) if one]
    row = IdentityConflict(
        id=new_id(), hospital_id=hospital.id, kind=conflict.kind, message_id=message_id, message_kind=message.kind,
        control_id=message.control_id, received_at=message.received_at, patient_id=conflict.patient_id,
        other_patient_id=conflict.other_id, blocks=conflict.kind is not ConflictKind.ELEVEN_TEST, opened_at=now,
        fingerprint=rulings.fingerprint(session, conflict.told, previous=conflict.previous),
    )  # fmt: skip
    papers = Papers(
        conflict.told,
        tuple(patients.identity_of(session, one) for one in stood),
        conflict.previous,
        is_referral=isinstance(incoming, IncomingReferral),
        sent_at=incoming.sent_at if incoming else None,
    )
    identity_papers.keep(session, row, papers)
    session.add(row)
    session.flush()
    _announce(session, row)


def _announce(session: Session, row: IdentityConflict) -> None:
    changes.announce(session, "conflicts", row.hospital_id)


def corrected(session: Session, hospital_id: uuid.UUID, told: PatientIdentity) -> PatientIdentity:
    """The identity with the numbers that a person said are right; itself when nobody did."""
    ruling = rulings.of(session, hospital_id, told)
    if ruling is None or ruling.decision is not Decision.CORRECTED:
        return told
    return identity_papers.read(session, ruling).corrected


def incoming_corrected(session: Session, hospital_id: uuid.UUID, incoming: Incoming) -> Incoming:
    """What came, with corrected numbers of its patient; a merge or link as it came."""
    if isinstance(incoming, PatientMerge | PatientLink):
        return incoming
    right = corrected(session, hospital_id, incoming.patient)
    return incoming if right is incoming.patient else replace(incoming, patient=right)


# Carrying out


_TO_DO = exists().where(IdentityConflict.decided_at.is_not(None), IdentityConflict.carried_out_at.is_(None))
_TO_UNDO = exists().where(Merge.undo_asked_at.is_not(None), Merge.undone_at.is_(None))


def carry_out_next(session: Session, *, now: datetime) -> bool:
    """Do one thing that a person decided. True when there was one. For workers: web processes only write down what was decided."""
    if not session.scalar(select(_TO_DO | _TO_UNDO)):
        return False
    query = select(IdentityConflict).where(IdentityConflict.decided_at.is_not(None), IdentityConflict.carried_out_at.is_(None))
    conflict = session.scalars(query.order_by(IdentityConflict.decided_at).limit(1).with_for_update(skip_locked=True)).first()
    if conflict is not None:
        (_take_back if conflict.undo_asked_at else _carry_out)(session, conflict, now=now)
        _announce(session, conflict)
        return True
    asked = select(Merge).where(Merge.undo_asked_at.is_not(None), Merge.undone_at.is_(None)).limit(1)
    merge = session.scalars(asked.with_for_update(skip_locked=True)).first()
    if merge is not None:
        merges.undo(session, merge, now=now, person_id=merge.undo_asked_by)
    return merge is not None


def _carry_out(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    papers = identity_papers.read(session, conflict)
    conflict.carried_out_at = conflict.closed_at = now
    if conflict.decision is Decision.SAME and conflict.kind not in MERGES:
        _take_over(session, conflict, papers, now=now)
    if conflict.decision is Decision.CORRECTED and conflict.kind is ConflictKind.ELEVEN_TEST:
        patient = patients.root(session, session.get_one(Patient, conflict.patient_id))
        assert patient is not None
        patients.tell(session, patient, papers.corrected, now=conflict.received_at, sent_at=papers.sent_at)
    _tell(session, conflict, now=now)
    _release(session, conflict, now=now)


def _take_over(session: Session, conflict: IdentityConflict, papers: Papers, *, now: datetime) -> None:
    """The same person: what came stands under the patient here, as a row of its own, so that it can be taken back exactly."""
    patient = patients.root(session, session.get_one(Patient, conflict.patient_id))
    assert patient is not None
    if conflict.kind is ConflictKind.ELEVEN_TEST:
        return
    came = session.get(Patient, conflict.result_patient_id) if conflict.result_patient_id else None
    other = session.get(Patient, conflict.other_patient_id) if conflict.other_patient_id else None
    came = came or other or patients.add(session, conflict.hospital_id, papers.told, now=now, sent_at=papers.sent_at)
    made = "" if came is other or conflict.result_patient_id else "gone"
    merge = merges.join(
        session, patient, came, now=now, message_id=conflict.message_id, decided_by=conflict.decided_by, made=made
    )
    conflict.result_patient_id, conflict.merge_id = came.id, merge.id if merge else None
    at, message_id = conflict.received_at, conflict.message_id
    patients.tell(session, patient, papers.told, now=at, sent_at=papers.sent_at, message_id=message_id)


def _take_back(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    """Undo what was decided and ask again: cases stand where they stood, particulars are as they were unless told anew since."""
    papers = identity_papers.read(session, conflict)
    merge = session.get(Merge, conflict.merge_id) if conflict.merge_id else None
    conflict.merge_id = None
    if merge is not None:
        merges.undo(session, merge, now=now, person_id=conflict.undo_asked_by)
    if conflict.decision in (Decision.SAME, Decision.CORRECTED) and conflict.kind not in MERGES and papers.stood:
        patient = session.get(Patient, conflict.patient_id)
        came = papers.told if conflict.decision is Decision.SAME else papers.corrected
        if patient is not None:
            patients.restore(session, patient, before=papers.stood[0], came=came, now=now)
    conflict.decision, conflict.decided_at, conflict.decided_by, conflict.closed_at = Decision.OPEN, None, None, None
    conflict.carried_out_at, conflict.undo_asked_at = None, None
    conflict.blocks = conflict.kind is not ConflictKind.ELEVEN_TEST


def _tell(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    patient = patients.root(session, session.get_one(Patient, conflict.patient_id))
    assert patient is not None
    name = session.get_one(Hospital, conflict.hospital_id).name
    cases = standing.cases_of(session, patient)
    standing.happened(session, cases, "patient.decided", now=now, person_id=conflict.decided_by, hospital=name)


def _release(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    """What waited is read again, in the order of arrival; the message itself too, unless it was put aside."""
    back = {"state": InboundState.KEPT, "reason": "", "place": "", "attempts": 0, "next_attempt_at": None}
    aside = {"state": InboundState.IGNORED, "settled_at": now}
    in_pile = (InboundMessage.state == InboundState.UNREADABLE, InboundMessage.settled_at.is_(None))
    own = update(InboundMessage).where(InboundMessage.id == conflict.message_id, *in_pile)
    session.execute(own.values(**(aside if conflict.decision is Decision.ASIDE else back)))
    waiting = update(InboundMessage).where(
        InboundMessage.hospital_id == conflict.hospital_id, InboundMessage.reason == WAITS, *in_pile
    )
    session.execute(waiting.values(**back))
    changes.wake(session, "understand")


# Deciding


def decide(
    session: Session,
    conflict: IdentityConflict,
    decision: Decision,
    *,
    reason: str,
    person_id: uuid.UUID,
    now: datetime,
    number: str = "",
    bsn: str = "",
) -> None:
    """Write down what a person decided; a worker carries it out. Raises IllegalMove with a sentence when it cannot be decided so."""
    if conflict.closed_at is not None or conflict.decided_at is not None:
        raise IllegalMove(N_("Hierover is al beslist. Er is niets veranderd."))
    if decision not in offered(conflict):
        raise IllegalMove(N_("Kies wat er moet gebeuren. Er is niets veranderd."))
    if decision is Decision.ASIDE and not reason.strip():
        raise IllegalMove(N_("Geef een reden op. Er is niets veranderd."))
    if decision is Decision.CORRECTED:
        papers = identity_papers.read(session, conflict)
        right = replace(papers, corrected_number=number.strip(), corrected_bsn=bsn.strip())
        if right.corrected == papers.told:
            raise IllegalMove(N_("Vul het juiste patiëntnummer of BSN in. Er is niets veranderd."))
        identity_papers.keep(session, conflict, right)
    conflict.decision, conflict.reason = decision, reason.strip()
    conflict.decided_at, conflict.decided_by, conflict.trouble = now, person_id, ""
    changes.wake(session, "understand")


def offered(conflict: IdentityConflict) -> Sequence[Decision]:
    """What can be decided about a conflict of this kind."""
    if conflict.kind is ConflictKind.ELEVEN_TEST:
        return (Decision.CORRECTED, Decision.ASIDE)
    if conflict.kind in MERGES:
        return (Decision.SAME, Decision.OTHER, Decision.ASIDE)
    return (Decision.SAME, Decision.OTHER, Decision.CORRECTED, Decision.ASIDE)


def ask_back(session: Session, conflict: IdentityConflict, *, person_id: uuid.UUID, now: datetime) -> None:
    """Take the decision back; a worker does it and the question stands on the list again. Not of what was put aside."""
    if conflict.carried_out_at is None or conflict.decision in (Decision.OPEN, Decision.ASIDE):
        raise IllegalMove(N_("Deze beslissing kan niet worden teruggedraaid. Er is niets veranderd."))
    conflict.undo_asked_at, conflict.undo_asked_by, conflict.carried_out_at = now, person_id, None
    changes.wake(session, "understand")


def ask_undo(session: Session, merge: Merge, *, person_id: uuid.UUID, now: datetime) -> None:
    """Undo a merge; a worker does it. The same merge told again then goes to a person."""
    if merge.undone_at is not None or merge.undo_asked_at is not None:
        raise IllegalMove(N_("Dit samenvoegen is al teruggedraaid. Er is niets veranderd."))
    merge.undo_asked_at, merge.undo_asked_by = now, person_id
    changes.wake(session, "understand")
