"""Carrying out what people decided about who somebody is, and taking it back: for workers, web processes only write it down."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from time import monotonic

import structlog
from sqlalchemy import exists, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import MERGES, NUMBERS, ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage, InboundState, offered_again
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.errors import whereabouts
from mdo_portal.services.common import changes
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.history import standing
from mdo_portal.services.identity import asking_anew, merges, unmerging
from mdo_portal.services.patients import identity_papers, patients
from mdo_portal.services.patients.conflicts import announce
from mdo_portal.services.patients.identity_papers import Papers
from mdo_portal.services.patients.pile import WAITS

log = structlog.get_logger(__name__)
_PASSING = frozenset({"08", "40", "53", "55", "57"})
"""Classes of SQLSTATE that say something of this moment and of the database, and nothing of what was to be done."""
_put_off: dict[uuid.UUID, tuple[int, float]] = {}
"""What this process could not carry out: how often, and from when on it tries again (time.monotonic)."""

WENT_BY = (Decision.SAME, Decision.CORRECTED)
"""By these answers what came went to somebody who stands here already."""
_TO_DO = exists().where(IdentityConflict.decided_at.is_not(None), IdentityConflict.carried_out_at.is_(None))
_TO_UNDO = exists().where(Merge.undo_asked_at.is_not(None), Merge.undone_at.is_(None))


def carry_out_next(session: Session, *, now: datetime) -> bool:
    """Do one thing that a person decided. True when there was one. For workers: web processes only write down what was decided."""
    if not session.scalar(select(_TO_DO | _TO_UNDO)):
        return False
    query = select(IdentityConflict).where(IdentityConflict.decided_at.is_not(None), IdentityConflict.carried_out_at.is_(None))
    query = query.order_by(IdentityConflict.decided_at).limit(1).with_for_update(skip_locked=True)
    while (conflict := session.scalars(query.where(IdentityConflict.id.not_in(_resting()))).first()) is not None:
        if _is_done(session, conflict, _take_back if conflict.undo_asked_at else _carry_out, now=now):
            announce(session, conflict)
            return True
    asked = select(Merge).where(Merge.undo_asked_at.is_not(None), Merge.undone_at.is_(None)).limit(1)
    asked = asked.with_for_update(skip_locked=True)
    while (merge := session.scalars(asked.where(Merge.id.not_in(_resting()))).first()) is not None:
        if _is_done(session, merge, _undo, now=now):
            return True
    return False


def _resting() -> list[uuid.UUID]:
    return [one for one, (_, until) in _put_off.items() if until > monotonic()]


def _is_done(session: Session, decided: IdentityConflict | Merge, act: Callable[..., None], *, now: datetime) -> bool:
    """Do it. What cannot be done (its key is gone, say) stays as it was decided and rests for a while: all that was received, of every
    hospital, would wait for it else.
    """
    decided_id = decided.id
    try:
        with session.begin_nested():
            act(session, decided, now=now)
    except Exception as error:
        # The edge of one decision: whatever is wrong with it, all that was received waits behind it.
        if isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", None) or "08")[:2] in _PASSING:
            raise
        tries = _put_off.get(decided_id, (0, 0.0))[0] + 1
        _put_off[decided_id] = tries, monotonic() + pause(tries).total_seconds()
        log.error("decision.not_carried_out", decided_id=str(decided_id), tries=tries, **whereabouts(error))
        return False
    _put_off.pop(decided_id, None)
    return True


def _undo(session: Session, merge: Merge, *, now: datetime) -> None:
    """Undo the merge; with the decision that it came of, when particulars were taken over with it."""
    ids = [one.id for one in _of_one_decision(session, merge)]
    query = select(IdentityConflict).where(IdentityConflict.merge_id.in_(ids), IdentityConflict.kind.not_in(MERGES))
    conflict = session.scalars(query.with_for_update()).first()
    if conflict is None:
        unmerging.undo(session, merge, now=now, person_id=merge.undo_asked_by)
        return
    conflict.undo_asked_by = merge.undo_asked_by
    _take_back(session, conflict, now=now)
    announce(session, conflict)


def _carry_out(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    papers = identity_papers.read(session, conflict)
    conflict.carried_out_at = conflict.closed_at = now
    if conflict.decision is Decision.SAME and conflict.kind not in MERGES:
        _take_over(session, conflict, papers, now=now)
    if conflict.decision is Decision.CORRECTED and conflict.kind is ConflictKind.ELEVEN_TEST:
        patient = patients.root(session, session.get_one(Patient, conflict.patient_id))
        assert patient is not None
        patients.put_right(session, patient, told=papers.told, right=papers.corrected, now=conflict.received_at)
        patients.tell(session, patient, papers.corrected, now=conflict.received_at, sent_at=papers.sent_at)
    elif conflict.decision is Decision.CORRECTED:
        asking_anew.bring(session, conflict, papers, now=now)
    _tell(session, conflict, now=now)
    _release(session, conflict, now=now)


def lapse(session: Session, asked: IdentityConflict | None, *, now: datetime) -> None:
    """Its message, read once more, asks this no longer: nobody needs to answer, and what waited behind it is read."""
    if asked is None:
        return
    asked.decided_at = asked.carried_out_at = asked.closed_at = now
    _tell(session, asked, now=now)
    _release(session, asked, now=now)
    announce(session, asked)


def _take_over(session: Session, conflict: IdentityConflict, papers: Papers, *, now: datetime) -> None:
    """The same person: what came stands under the patient here, as a row of its own, so that it can be taken back exactly."""
    patient = patients.root(session, session.get_one(Patient, conflict.patient_id))
    assert patient is not None
    if conflict.kind is ConflictKind.ELEVEN_TEST:
        return
    came = session.get(Patient, conflict.result_patient_id) if conflict.result_patient_id else None
    other = session.get(Patient, conflict.other_patient_id) if conflict.other_patient_id else None
    if came is None and other is not None and conflict.kind in NUMBERS:
        came = other  # who came is that very one
    made = "" if came else "gone"
    came = came or patients.add(session, conflict.hospital_id, papers.told, now=now, sent_at=papers.sent_at)
    joined = partial(merges.join, session, patient, now=now, message_id=conflict.message_id, decided_by=conflict.decided_by)
    both = joined(other) if other is not None and other is not came else None
    merge = joined(came, made=made) or both
    conflict.result_patient_id, conflict.merge_id = came.id, merge.id if merge else None
    at, message_id = conflict.received_at, conflict.message_id
    patients.tell(session, patient, papers.told, now=at, sent_at=papers.sent_at, message_id=message_id)


def _take_back(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    """Undo what was decided and ask again: cases stand where they stood, particulars are as they were unless told anew since."""
    papers = identity_papers.read(session, conflict)
    merge = session.get(Merge, conflict.merge_id) if conflict.merge_id else None
    conflict.merge_id = None
    went_by = conflict.decision in WENT_BY and conflict.kind not in (*MERGES, ConflictKind.ELEVEN_TEST)
    # While they are one: no number says of whom each was.
    waiting = asking_anew.let_go(session, conflict, now=now) if went_by else []
    waiting += asking_anew.of_nobody_anew(session, conflict)
    for one in _of_one_decision(session, merge) if merge else ():
        unmerging.undo(session, one, now=now, person_id=conflict.undo_asked_by)
    if conflict.decision in WENT_BY and conflict.kind not in MERGES and papers.stood:
        patient = session.get(Patient, conflict.patient_id)
        came = papers.told if conflict.decision is Decision.SAME else papers.corrected
        if patient is not None:
            patients.restore(session, patient, before=papers.stood[0], came=came, now=now)
    conflict.decision, conflict.decided_at, conflict.decided_by, conflict.closed_at = Decision.OPEN, None, None, None
    conflict.carried_out_at, conflict.undo_asked_at = None, None
    if conflict.result_patient_id == conflict.other_patient_id:
        conflict.result_patient_id = None  # of *the same person*: of *another* it would be the very one who stands here
    conflict.blocks = conflict.kind is not ConflictKind.ELEVEN_TEST
    if conflict.blocks:
        asking_anew.again(session, conflict, papers, now=now)
        asking_anew.say_that_it_waits(session, conflict, waiting, now=now)
        for other in asking_anew.asked_beside(session, conflict):
            lapse(session, other, now=now)


def _of_one_decision(session: Session, merge: Merge) -> Sequence[Merge]:
    """This merge, and whoever else the same answer brought together with it."""
    if merge.event or merge.message_id is None:
        return (merge,)
    query = select(Merge).where(Merge.message_id == merge.message_id, Merge.event == "", Merge.at == merge.at)
    return session.scalars(query.order_by(Merge.gone_id)).all()


def _tell(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    patient = patients.root(session, session.get_one(Patient, conflict.patient_id))
    assert patient is not None
    name = session.get_one(Hospital, conflict.hospital_id).name
    cases = standing.cases_of(session, patient)
    standing.happened(session, cases, "patient.decided", now=now, person_id=conflict.decided_by, hospital=name)


def _release(session: Session, conflict: IdentityConflict, *, now: datetime) -> None:
    """What waited is read again, in the order of arrival; the message itself too, unless it was put aside."""
    aside = {"state": InboundState.IGNORED, "settled_at": now}
    in_pile = (InboundMessage.state == InboundState.UNREADABLE, InboundMessage.settled_at.is_(None))
    own = update(InboundMessage).where(InboundMessage.id == conflict.message_id, *in_pile)
    session.execute(own.values(**(aside if conflict.decision is Decision.ASIDE else offered_again(now))))
    waiting = update(InboundMessage).where(
        InboundMessage.hospital_id == conflict.hospital_id, InboundMessage.reason == WAITS, *in_pile
    )
    session.execute(waiting.values(offered_again(now)))
    changes.wake(session, "understand")
