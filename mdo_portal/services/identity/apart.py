"""Numbers that were one and are two again: what the hospital told under the one of them alone is of that one, and not of who went on."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import PATIENT_KEY, InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, ToldChange
from mdo_portal.services.common import changes
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.history import standing
from mdo_portal.services.patients import families, patients
from mdo_portal.services.referrals import unsaying


def give_back(session: Session, merge: Merge, went_on: Sequence[Patient], gone: Patient, *, keeps: bool, now: datetime) -> None:
    """Each row of who went on has again what stood before, unless it was told anew since; the other has what was told, when its row
    `keeps`.
    """
    told = _told_of(session, merge, went_on, gone)
    for row in went_on:
        its, stood = families.copied_of(session, row), patients.stands(row)
        for one in told:
            if one.patient_id in its and patients.stands(row)[one.what] == one.after:
                put(row, one.what, one.before)
        patients.keep_changes(session, row, stood, now=now)
    was = patients.stands(gone)
    for one in reversed(told) if keeps else ():
        put(gone, one.what, one.after)
    patients.keep_changes(session, gone, was, now=now)


def untell(session: Session, patient: Patient, message_id: uuid.UUID, *, now: datetime) -> None:
    """What this message told of the patient was of somebody else: what stood before stands again, unless it was told anew since."""
    stood = patients.stands(patient)
    told = select(ToldChange).where(ToldChange.patient_id == patient.id, ToldChange.message_id == message_id)
    for one in session.scalars(told.order_by(ToldChange.at.desc(), ToldChange.id.desc())).all():
        if one.what in PUT_BACK and patients.stands(patient)[one.what] == one.after:
            put(patient, one.what, one.before)
    patients.keep_changes(session, patient, stood, now=now)


PUT_BACK = (*patients.PARTICULARS, "deceased")
"""What a change keeps whole; of a BSN it keeps the last digits only."""


def put(patient: Patient, what: str, text: str) -> None:
    """A particular as a change keeps it, back in its column."""
    value: object = bool(text) if what == "deceased" else text
    if what == "birth_on":
        value = date.fromisoformat(text) if text else None
    setattr(patient, what, value)


def _told_of(session: Session, merge: Merge, went_on: Sequence[Patient], gone: Patient) -> list[ToldChange]:
    """The particulars of who went on that changed since by messages that named the other and nobody else; newest first.

    By the numbers under which a message lies. One that was emptied since is of nobody any more: what it told stays where it is.
    """
    its_own, others = _keys(session, gone), _keys(session, went_on[-1])
    names = InboundMessage.patient_keys
    query = select(ToldChange).join(InboundMessage, InboundMessage.id == ToldChange.message_id)
    query = query.where(
        ToldChange.patient_id.in_([one.id for one in went_on]),
        ToldChange.at >= families.one_since(session, merge),
        ToldChange.what.in_(PUT_BACK),
        names.overlap(its_own),
        ~names.overlap(others),
    )
    return list(session.scalars(query.order_by(ToldChange.at.desc(), ToldChange.id.desc())))


def unsay(session: Session, merge: Merge, one: Patient, other: Patient, *, now: datetime) -> None:
    """What came since under the numbers of the other alone is of no case of this one; it is read anew, and goes to whose it is."""
    own, others = _keys(session, one), _keys(session, other)
    names = InboundMessage.patient_keys
    told = select(InboundMessage).where(
        InboundMessage.meaning == "result",  # the rest is about a case by its number, or shown and not kept
        InboundMessage.id.in_(unsaying.told_since(one, families.one_since(session, merge))),
        names.overlap(others),
        ~names.overlap(own),
    )
    cases = standing.cases_of(session, one)
    for message in session.scalars(told.order_by(InboundMessage.seq)).all():
        for case in cases:
            unsaying.unsay(session, case, message.id, now=now)
        if unsaying.is_readable(message):
            unsaying.read_anew(message, now=now)
            changes.wake(session, "understand")


def _keys(session: Session, patient: Patient) -> Collection[bytes]:
    """Under which messages lie that name any number of this family."""
    rows = [session.get_one(Patient, one) for one in families.members(session, patient.id)]
    numbers = {number for row in rows for number in (row.local_number, patients.bsn_of(session, row)) if number}
    return [sealer(session).blind(number, purpose=PATIENT_KEY) for number in sorted(numbers)]
