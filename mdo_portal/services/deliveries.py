"""The outbox: claiming a letter, and settling what the receiver said."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import LETTER_PURPOSE, Decision, Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services import changes, follow_ups, receipts, standing, timeline
from mdo_portal.services.sealed import row_of, sealer

MAX_ATTEMPTS = 400


LONGEST_PAUSE = 900.0


OPEN = (DeliveryState.WAITING, DeliveryState.SENT)


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
    tell(session, delivery, case, first_time_sent=first_time_sent, now=now)


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


def tell(session: Session, delivery: Delivery, case: Case, *, first_time_sent: bool, now: datetime) -> None:
    recipient = session.get_one(Hospital, delivery.hospital_id)
    if first_time_sent:
        timeline.happened(session, case, "letter.sent", at=now, hospital=recipient.name)
    if delivery.state in _EVENT:
        timeline.happened(session, case, _EVENT[delivery.state], at=now, hospital=recipient.name)
    session.flush()
    if delivery.state is DeliveryState.RECEIVED and case.state is CaseState.DECIDED and not _some_open(session, case.id):
        case.move(CaseState.DELIVERED, now=now)
        follow_ups.settle_case(session, case, now=now)
    changes.announce(session, "post", delivery.hospital_id)
    changes.announce(session, "delivery", delivery.id)
    standing.announce(session, case)


def _some_open(session: Session, case_id: uuid.UUID) -> bool:
    """Whether a letter has not arrived; one that was refused or given up need not arrive any more once it is superseded."""
    newer = aliased(Decision)
    superseded = select(newer.id).where(newer.supersedes_id == Delivery.decision_id).exists()
    given_up = and_(Delivery.state.in_((DeliveryState.REFUSED, DeliveryState.DEAD)), superseded)
    query = select(Delivery.id).where(Delivery.case_id == case_id, Delivery.state != DeliveryState.RECEIVED, ~given_up)
    return session.execute(query.limit(1)).first() is not None


def of_decisions(session: Session, decision_ids: Sequence[uuid.UUID]) -> list[Delivery]:
    query = select(Delivery).where(Delivery.decision_id.in_(decision_ids)).order_by(Delivery.created_at)
    return list(session.scalars(query))


def letter_of(session: Session, delivery: Delivery) -> bytes:
    """The letter as it was rendered once; empty while a worker is still at it."""
    if not delivery.letter_sealed:
        return b""
    return sealer(session).open(delivery.letter_sealed, purpose=LETTER_PURPOSE, row=row_of("deliveries", delivery.id))
