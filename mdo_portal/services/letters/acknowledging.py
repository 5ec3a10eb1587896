"""The application's word about a letter, when it comes later and as a message of its own (HL7 v2 enhanced mode)."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from sqlalchemy import Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import under_way
from mdo_portal.services.letters.deliveries import write_down
from mdo_portal.services.letters.receipts import COMMIT
from mdo_portal.services.letters.replacing import BY_HAND

_OURS = re.compile(r"[0-9a-f]{16,32}")
"""A control id of ours: the number of the letter without hyphens, which a profile may cut (MSH-10 has room for 20 in v2.5)."""


def acknowledge(session: Session, hospital_id: uuid.UUID, control_id: str, receipt: Receipt, now: datetime) -> bool:
    """Settle the letter that this hospital speaks of. True when there was one.

    Only a letter to that very hospital, or over its channel to a general practitioner, that left, or is on its way at this moment, and
    is not settled: whatever number somebody names, nobody speaks for another's letter, and nobody speaks for one letter twice. A word
    that settles nothing (a commit) changes nothing.
    That it arrived counts whatever a person, a restore, our patience or an earlier no made of it since. Anything else is about an
    attempt of before: what is carried on paper by now, or waits to be sent again, stays so. A commit that was the last word because
    nothing came after it (MSH-16 ER) is not the last word when the application says no; and what is held after a restore has left, as
    far as anybody knows, whatever the backup says.
    """
    number = control_id.lower()
    if receipt.kind is ReceiptKind.UNKNOWN or not _OURS.fullmatch(number):
        return False
    # An application can be quicker with its word than we are with writing down that the letter was kept.
    is_under_way = and_(Delivery.state == DeliveryState.WAITING, Delivery.leased_until.is_not(None))
    is_spoken_for = or_(Delivery.state == DeliveryState.SENT, is_under_way)
    if receipt.kind is ReceiptKind.ACCEPTED:
        has_left = or_(Delivery.sent_at.is_not(None), Delivery.held_at.is_not(None))
        given_up = (DeliveryState.WAITING, DeliveryState.DEAD, DeliveryState.REFUSED, DeliveryState.CANCELLED)
        by_hand = and_(Delivery.state == DeliveryState.RECEIVED, Delivery.receipt_code == BY_HAND)
        is_spoken_for = or_(is_spoken_for, by_hand, and_(Delivery.state.in_(given_up), has_left))
    else:
        by_commit = and_(Delivery.state == DeliveryState.RECEIVED, Delivery.receipt_code == COMMIT)
        is_held = and_(Delivery.state == DeliveryState.WAITING, Delivery.held_at.is_not(None))
        if receipt.kind is ReceiptKind.REFUSED:
            is_spoken_for = or_(is_spoken_for, by_commit, is_held)
        is_spoken_for = and_(is_spoken_for, Delivery.channel != Channel.PAPER.value)
    as_sent = func.replace(cast(Delivery.id, Text), "-", "")
    query = select(Delivery).where(
        Delivery.hospital_id == hospital_id,
        is_spoken_for,
        as_sent.startswith(number),
    )
    found = list(session.scalars(query.limit(2).with_for_update()))
    if len(found) != 1:
        return False
    letter = found[0]
    on_the_wire_until = letter.leased_until if under_way.is_on_the_wire(letter, now=now) else None
    named_on_the_wire = letter.named_id if on_the_wire_until else None
    is_repeat = on_the_wire_until is not None and under_way.has_left(letter)
    write_down(session, letter, receipt, now=now, had_left=is_repeat or bool(letter.left_over))
    letter.named_id = letter.named_id or named_on_the_wire  # until that attempt is heard of: it may come there after this word
    if is_repeat and letter.state is DeliveryState.REFUSED:
        letter.leased_until = on_the_wire_until  # killed, it says nothing: it may be there
    return True
