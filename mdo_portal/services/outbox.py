"""The outbox: the next letter that may leave, claimed by one worker."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Address
from mdo_portal.services import hospitals, patients
from mdo_portal.services.deliveries import OPEN, letter_of

LEASE = timedelta(seconds=180)
"""Longer than the longest wait for an answer; after a crash the letter is sent again, with the same number."""


@dataclass(frozen=True)
class ClaimedDelivery:
    """One letter, with everything needed to send it without a transaction."""

    delivery_id: uuid.UUID
    decision: Decision
    content: dict[str, Any]
    channel: Channel
    address: Address
    letter: bytes
    patient: Any
    bsn: str
    recipient: Hospital
    replaces_delivery_id: str
    replaces_document_number: str
    referral_number: str
    attempts: int


def claim(session: Session, *, now: datetime) -> ClaimedDelivery | None:
    """Take the most urgent letter that may go now; nobody else takes it until the lease runs out.

    Letters about one case to one recipient go in order: a correction waits until the first version arrived.
    """
    older = aliased(Delivery)
    blocked = (
        select(older.id)
        .where(
            older.case_id == Delivery.case_id,
            older.hospital_id == Delivery.hospital_id,
            older.state.in_(OPEN),
            older.created_at < Delivery.created_at,
        )
        .exists()
    )
    free = or_(Delivery.leased_until.is_(None), Delivery.leased_until < now)
    query = (
        select(Delivery)
        .where(
            Delivery.state.in_(OPEN),
            Delivery.next_attempt_at <= now,
            free,
            or_(Delivery.channel == Channel.PAPER.value, ~blocked),
        )
        .order_by(Delivery.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    delivery = session.execute(query).scalar_one_or_none()
    if delivery is None:
        return None
    delivery.leased_until = now + LEASE
    delivery.attempts += 1
    return _claimed(session, delivery)


def _claimed(session: Session, delivery: Delivery) -> ClaimedDelivery:
    decision = session.get_one(Decision, delivery.decision_id)
    case = session.get_one(Case, delivery.case_id)
    patient = session.get_one(Patient, case.patient_id)
    channel, address = hospitals.address_of(session, delivery.hospital_id)
    own = delivery.hospital_id == case.hospital_id
    letter = letter_of(session, delivery)
    earlier = _earlier(session, decision, delivery.hospital_id)
    return ClaimedDelivery(
        delivery_id=delivery.id,
        decision=decision,
        content=decision.content,
        channel=channel,
        address=address,
        letter=letter,
        patient=patients.identity_of(session, patient) if own else replace(patients.identity_of(session, patient), bsn=""),
        bsn=patients.bsn_of(session, patient) if own else "",
        recipient=session.get_one(Hospital, delivery.hospital_id),
        replaces_delivery_id=str(earlier[0]) if earlier else "",
        replaces_document_number=earlier[1] if earlier else "",
        referral_number=case.referral_number,
        attempts=delivery.attempts,
    )


def _earlier(session: Session, decision: Decision, hospital_id: uuid.UUID) -> tuple[uuid.UUID, str] | None:
    if decision.supersedes_id is None:
        return None
    query = (
        select(Delivery.id, Decision.document_number)
        .join(Decision, Decision.id == Delivery.decision_id)
        .where(Delivery.decision_id == decision.supersedes_id, Delivery.hospital_id == hospital_id)
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None
