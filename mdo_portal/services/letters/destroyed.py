"""A letter whose case was destroyed at a patient's request while a worker had it: nothing of it is written down, and its queue goes on."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.recipient import Destination
from mdo_portal.exchange import Receipt
from mdo_portal.services.letters import destinations
from mdo_portal.services.letters.deliveries import NO_TURN, Settled
from mdo_portal.services.letters.outbox import ClaimedDelivery


def is_gone(session: Session, delivery_id: uuid.UUID) -> bool:
    """Whether it was destroyed. Else it is locked: nobody destroys it before this transaction ends."""
    return session.get(Delivery, delivery_id, with_for_update=True) is None


def settle(session: Session, claimed: ClaimedDelivery, receipt: Receipt, *, now: datetime) -> Settled:
    """What the attempt said of its destination alone, which it gives free."""
    queue = _queue(session, claimed)
    turn = destinations.answered(session, queue, receipt, now=now) if _is_ours(queue, claimed) else NO_TURN
    return Settled(DeliveryState.CANCELLED, DeliveryState.CANCELLED, turn, queue)  # nothing changed that a log should tell


def release(session: Session, claimed: ClaimedDelivery) -> None:
    """It was not sent, and so nothing is known of its destination."""
    queue = _queue(session, claimed)
    if _is_ours(queue, claimed):
        queue.leased_until = None


def _queue(session: Session, claimed: ClaimedDelivery) -> Destination:
    return destinations.at(session, claimed.recipient.id, claimed.audience)


def _is_ours(queue: Destination, claimed: ClaimedDelivery) -> bool:
    """Whether the queue waited for it, and no other worker took over since."""
    return claimed.is_queued and (claimed.worker is None or queue.leased_by == claimed.worker)
