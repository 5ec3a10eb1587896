"""A letter under way: by which channel, for how long nobody else takes it, and whether, as far as anybody knows, it may be there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from mdo_portal.domain.delivery import OPEN, Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON, Channel

LEASE = timedelta(seconds=180)
"""Longer than the longest wait for an answer; after a crash the letter is sent again, with the same number."""
OVER = 2 * LEASE
"""Taken off a lease it makes it one that ran out, and not as if there had been none: what came of that attempt nobody wrote down."""
_TICK = timedelta(microseconds=1)


def left(delivery: Delivery, *, now: datetime) -> None:
    """It left, or may have: for the first time, or for the first time since it was refused."""
    if not has_left(delivery):
        delivery.sent_at = max(now, delivery.refused_at + _TICK) if delivery.refused_at else now


def was_refused(delivery: Delivery, *, now: datetime) -> None:
    """Its recipient said no: what left before that is not there."""
    delivery.refused_at, delivery.left_over = max(now, delivery.sent_at) if delivery.sent_at else now, ""


def repeat_was_refused(delivery: Delivery, *, now: datetime) -> None:
    """Its recipient said no, and of an attempt before nobody knows: some say no to what they have already, so it may be there."""
    left_over = delivery.left_over
    was_refused(delivery, now=now)
    delivery.left_over = left_over
    left(delivery, now=now)


def has_left(delivery: Delivery) -> bool:
    """Whether it left, or may have, since it was last refused."""
    return delivery.sent_at is not None and (delivery.refused_at is None or delivery.sent_at > delivery.refused_at)


def may_be_there(letter: type[Delivery]) -> ColumnElement[bool]:
    """Whether its recipient has it, or may have it, whatever became of it since: its repeat is a double there, and changes nothing.

    Also one that is held, and one that is on the wire or was when its worker was killed.
    """
    since = and_(letter.sent_at.is_not(None), or_(letter.refused_at.is_(None), letter.sent_at > letter.refused_at))
    is_taken = and_(letter.state.in_(OPEN), letter.leased_until.is_not(None))
    on_the_wire = and_(is_taken, letter.channel.not_in(list(BY_PERSON)), letter.letter_sha256 != "")
    return or_(letter.state.in_((DeliveryState.SENT, DeliveryState.RECEIVED)), since, on_the_wire, letter.held_at.is_not(None))


def may_have_left(delivery: Delivery, *, now: datetime) -> None:
    """Before it is taken again, or a person decides: who had it was killed and wrote nothing down. As far as anybody knows it is there.

    What was not even printed by then never left.
    """
    if may_be_on_the_wire(delivery) and delivery.leased_until is not None and delivery.leased_until < now:
        left(delivery, now=now)


def may_be_on_the_wire(delivery: Delivery) -> bool:
    """A worker has it, or had it when it was killed, and it was printed: what came of that nobody wrote down yet."""
    return delivery.leased_until is not None and delivery.channel not in BY_PERSON and bool(delivery.letter_sha256)


def is_on_the_wire(delivery: Delivery, *, now: datetime) -> bool:
    """A worker has it, and what comes of that is not known yet."""
    return delivery.leased_until is not None and delivery.leased_until >= now and delivery.channel not in BY_PERSON


def never_left(delivery: Delivery) -> None:
    """It was held to have left, and who had it says that it did not: nothing of it is there."""
    delivery.sent_at, delivery.named_id, delivery.left_over = None, None, ""


def goes_by_hand(delivery: Delivery) -> None:
    """Over no line from now on. What it named stays known as long as it may be there over the one that there was."""
    if not has_left(delivery):
        delivery.named_id = None


def begin(delivery: Delivery, channel: Channel, *, now: datetime) -> None:
    """It is under way by this channel, one try more."""
    if channel is Channel.PAPER and delivery.channel != Channel.PAPER and delivery.state is DeliveryState.SENT:
        delivery.move(DeliveryState.WAITING)  # nobody confirmed it over the line that there was: now somebody has to print it
    if has_left(delivery) and delivery.channel not in (*BY_PERSON, channel):
        delivery.left_over = delivery.channel
    if channel in BY_PERSON:
        goes_by_hand(delivery)
    delivery.channel = channel.value
    delivery.leased_until = now + LEASE
    delivery.attempts += 1
