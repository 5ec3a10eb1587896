"""A letter under way: by which channel, for how long nobody else takes it, and what is known of one whose worker was killed."""

from __future__ import annotations

from datetime import datetime, timedelta

from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON, Channel

LEASE = timedelta(seconds=180)
"""Longer than the longest wait for an answer; after a crash the letter is sent again, with the same number."""


def may_have_left(delivery: Delivery, *, now: datetime) -> None:
    """Before it is taken again, or a person decides: who had it was killed and wrote nothing down. As far as anybody knows it is there.

    What was not even printed by then never left.
    """
    was_killed = delivery.leased_until is not None and delivery.leased_until < now
    if was_killed and delivery.channel not in BY_PERSON and delivery.letter_sha256:
        delivery.sent_at = delivery.sent_at or now


def begin(delivery: Delivery, channel: Channel, *, now: datetime) -> None:
    """It is under way by this channel, one try more."""
    if channel is Channel.PAPER and delivery.channel != Channel.PAPER and delivery.state is DeliveryState.SENT:
        delivery.move(DeliveryState.WAITING)  # nobody confirmed it over the line that there was: now somebody has to print it
    delivery.channel = channel.value
    delivery.leased_until = now + LEASE
    delivery.attempts += 1
