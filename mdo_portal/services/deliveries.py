"""The outbox: claiming a letter, and settling what the receiver said."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import LETTER_PURPOSE, Decision, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Viewer
from mdo_portal.exchange import Address, Receipt, ReceiptKind
from mdo_portal.services import changes, hospitals, patients, receipts, referrals, timeline
from mdo_portal.services.sealed import row_of, sealer

LEASE = timedelta(seconds=180)
"""Longer than the longest wait for an answer; after a crash the letter is sent again, with the same number."""
MAX_ATTEMPTS = 400
LONGEST_PAUSE = 900.0
OPEN = (DeliveryState.WAITING, DeliveryState.SENT)


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


def keep_letter(session: Session, delivery_id: uuid.UUID, letter: bytes, *, sha256: str) -> None:
    """Keep the rendered letter: what is sent again later is the same file."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.letter_sealed = sealer(session).seal(letter, purpose=LETTER_PURPOSE, row=row_of("deliveries", delivery.id))
    delivery.letter_sha256 = sha256


def settle(session: Session, delivery_id: uuid.UUID, receipt: Receipt, *, now: datetime) -> None:
    """Write down what the receiver said. Only an accepted receipt with our own number makes it *received*."""
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    settled = delivery.state not in OPEN
    if delivery.state is DeliveryState.RECEIVED or (settled and receipt.kind is not ReceiptKind.ACCEPTED):
        return  # a late or second word changes nothing, unless it is that the letter arrived after all
    first_time_sent = delivery.sent_at is None and receipts.has_left(receipt)
    delivery.leased_until = None
    delivery.receipt_code = receipt.code
    delivery.receipt_reference = receipt.reference
    delivery.receipt_text = receipt.text[:1000]
    if first_time_sent:
        delivery.sent_at = now
    _follow(delivery, receipt, now=now)
    case = session.get_one(Case, delivery.case_id, with_for_update=True)
    _tell(session, delivery, case, first_time_sent=first_time_sent, now=now)


def _follow(delivery: Delivery, receipt: Receipt, *, now: datetime) -> None:
    if receipt.kind is ReceiptKind.ACCEPTED:
        delivery.move(DeliveryState.RECEIVED)
        delivery.received_at = receipt.at or now
        delivery.next_attempt_at = None
    elif receipt.kind is ReceiptKind.REFUSED:
        delivery.move(DeliveryState.REFUSED)
        delivery.next_attempt_at = None
    elif delivery.attempts >= MAX_ATTEMPTS:
        delivery.move(DeliveryState.DEAD)
        delivery.next_attempt_at = None
    else:
        _try_later(delivery, may_be_there=receipt.kind is ReceiptKind.UNKNOWN, now=now)


def _try_later(delivery: Delivery, *, may_be_there: bool, now: datetime) -> None:
    """Once it left, it stays *sent* until the other side says something: a later silence does not bring it back."""
    if delivery.state is DeliveryState.WAITING and may_be_there:
        delivery.move(DeliveryState.SENT)
    delivery.next_attempt_at = now + pause(delivery.attempts)


def pause(attempts: int) -> timedelta:
    """1, 2, 4 … seconds up to a quarter of an hour, with a random half so that a region does not knock at once."""
    seconds = min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 12))
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311  spreads knocking, hides nothing


_EVENT = {
    DeliveryState.RECEIVED: "letter.received",
    DeliveryState.REFUSED: "letter.refused",
    DeliveryState.DEAD: "letter.dead",
}


def _tell(session: Session, delivery: Delivery, case: Case, *, first_time_sent: bool, now: datetime) -> None:
    recipient = session.get_one(Hospital, delivery.hospital_id)
    if first_time_sent:
        timeline.happened(session, case, "letter.sent", at=now, hospital=recipient.name)
    if delivery.state in _EVENT:
        timeline.happened(session, case, _EVENT[delivery.state], at=now, hospital=recipient.name)
    session.flush()
    if delivery.state is DeliveryState.RECEIVED and case.state is CaseState.DECIDED and not _some_open(session, case.id):
        case.move(CaseState.DELIVERED, now=now)
    changes.announce(session, "post", delivery.hospital_id)
    changes.announce(session, "delivery", delivery.id)
    referrals.announce(session, case)


def _some_open(session: Session, case_id: uuid.UUID) -> bool:
    """Whether a letter has not arrived; one that was refused or given up need not arrive any more once it is superseded."""
    newer = aliased(Decision)
    superseded = select(newer.id).where(newer.supersedes_id == Delivery.decision_id).exists()
    given_up = and_(Delivery.state.in_((DeliveryState.REFUSED, DeliveryState.DEAD)), superseded)
    query = select(Delivery.id).where(Delivery.case_id == case_id, Delivery.state != DeliveryState.RECEIVED, ~given_up)
    return session.execute(query.limit(1)).first() is not None


def hand_over(session: Session, delivery_id: uuid.UUID, *, now: datetime) -> None:
    """A printable letter is ready for a recipient without a link: it is *sent* when printed, *received* when confirmed."""
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    delivery.leased_until = None
    delivery.next_attempt_at = None
    delivery.receipt_code = "print"
    changes.announce(session, "post", delivery.hospital_id)
    changes.announce(session, "case", delivery.case_id)


def printed(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Somebody opened the printable letter to send it by hand."""
    if delivery.channel == Channel.PAPER and delivery.state is DeliveryState.WAITING:
        delivery.move(DeliveryState.SENT)
        delivery.sent_at = now
        case = session.get_one(Case, delivery.case_id)
        _tell(session, delivery, case, first_time_sent=True, now=now)


def confirm_by_hand(session: Session, delivery: Delivery, *, viewer: Viewer, now: datetime) -> None:
    """A person of the receiving hospital, or the secretary after a call, says it is there."""
    if delivery.sent_at is None:
        delivery.sent_at = now
    delivery.confirmed_by = viewer.person_id
    receipt = Receipt(ReceiptKind.ACCEPTED, code="hand", reference=viewer.name, at=now)
    settle(session, delivery.id, receipt, now=now)


def send_again(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """A person wants it tried now; same number, so that the receiver recognises a double."""
    if delivery.state is DeliveryState.DEAD:
        delivery.attempts = 0
    delivery.move(DeliveryState.WAITING)
    delivery.receipt_code = delivery.receipt_text = ""
    delivery.next_attempt_at = now
    delivery.leased_until = None
    changes.wake(session, "deliver")
    changes.announce(session, "post", delivery.hospital_id)


def of_decisions(session: Session, decision_ids: Sequence[uuid.UUID]) -> list[Delivery]:
    query = select(Delivery).where(Delivery.decision_id.in_(decision_ids)).order_by(Delivery.created_at)
    return list(session.scalars(query))


def letter_of(session: Session, delivery: Delivery) -> bytes:
    """The letter as it was rendered once; empty while a worker is still at it."""
    if not delivery.letter_sealed:
        return b""
    return sealer(session).open(delivery.letter_sealed, purpose=LETTER_PURPOSE, row=row_of("deliveries", delivery.id))
