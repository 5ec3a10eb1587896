"""Which letter goes next: the statements by which the outbox looks. Each is built once, with `now` left open."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, undefer

from mdo_portal.domain.delivery import OPEN, Audience, Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.recipient import Destination
from mdo_portal.services.letters.replacing import IS_REPLACED, same_recipient

_NOW: ColumnElement[datetime] = bindparam("now", type_=Delivery.next_attempt_at.type)


class Share(StrEnum):
    """Which letters may be taken: whoever waits for silent receivers must not keep the others waiting."""

    EVERYTHING = "everything"
    ANSWERING = "answering"  #: of destinations that answered last time, and what is only printed


def _may_go() -> list[ColumnElement[bool]]:
    free = or_(Delivery.leased_until.is_(None), Delivery.leased_until < _NOW)
    return [Delivery.state.in_(OPEN), Delivery.held_at.is_(None), Delivery.next_attempt_at <= _NOW, free]


def _overtakes() -> ColumnElement[bool]:
    """An older letter about the same case to the same recipient still has to go, or is held. What people carry holds nothing up.

    Nor does a copy that waits for a letter to the referrer which never left and goes no more by itself.
    """
    older, first = aliased(Delivery), aliased(Delivery)
    stays = select(first.id).where(
        first.decision_id == older.decision_id,
        first.audience == Audience.REFERRER,
        first.sent_at.is_(None),
        first.state.not_in(OPEN),
    )
    return (
        select(older.id)
        .where(
            older.case_id == Delivery.case_id,
            older.hospital_id == Delivery.hospital_id,
            older.audience == Delivery.audience,
            same_recipient(older.recipient_name, Delivery.recipient_name),
            older.state.in_(OPEN),
            older.channel != Channel.PAPER.value,
            or_(older.next_attempt_at.is_not(None), older.held_at.is_not(None)),
            older.created_at < Delivery.created_at,
            or_(older.audience == Audience.REFERRER, ~stays.exists()),
        )
        .exists()
    )


def before_the_referrer() -> ColumnElement[bool]:
    """A copy whose letter to the referrer has not left; not one that need not go any more, which is taken to be told so."""
    return and_(_not_left(), ~IS_REPLACED)


def _not_left() -> ColumnElement[bool]:
    first = aliased(Delivery)
    not_left = select(first.id).where(
        first.decision_id == Delivery.decision_id, first.audience == Audience.REFERRER, first.sent_at.is_(None)
    )
    return and_(Delivery.audience != Audience.REFERRER, not_left.exists())


_OF_ONE = select(_not_left()).where(Delivery.id == bindparam("letter"))


def goes_too_early(session: Session, delivery: Delivery) -> bool:
    """A copy whose letter to the referrer has not left, or was said to have come and did not."""
    return delivery.audience is not Audience.REFERRER and bool(session.scalar(_OF_ONE, {"letter": delivery.id}))


_DUE = [*_may_go(), Delivery.channel != Channel.PAPER.value, ~_overtakes(), ~before_the_referrer()]
_IN_ORDER = (Delivery.created_at, Delivery.id)


def _queues(share: Share) -> Select[Destination]:
    this_queue = (Delivery.hospital_id == Destination.hospital_id, Delivery.audience == Destination.audience)
    oldest = select(Delivery.created_at).where(*this_queue, *_DUE).order_by(*_IN_ORDER).limit(1).scalar_subquery()
    free = or_(Destination.leased_until.is_(None), Destination.leased_until < _NOW)
    rested = or_(Destination.next_attempt_at.is_(None), Destination.next_attempt_at <= _NOW)
    queues = select(Destination).where(free, rested, oldest.is_not(None)).order_by(oldest)
    if share is Share.ANSWERING:
        queues = queues.where(Destination.failures == 0)
    return queues.limit(1).with_for_update(skip_locked=True)


QUEUES = {share: _queues(share) for share in Share}
"""The free destination whose letter has waited longest. Open: `now`."""
FIRST = (
    select(Delivery)
    .options(undefer(Delivery.letter_sealed))
    .where(
        Delivery.hospital_id == bindparam("hospital"),
        Delivery.audience == bindparam("audience"),
        *_DUE,
    )
    .order_by(*_IN_ORDER)
    .limit(1)
    .with_for_update(skip_locked=True)
)
"""The first letter of a destination. Open: `now`, `hospital`, `audience`."""
PAPER = (
    select(Delivery)
    .where(*_may_go(), Delivery.channel == Channel.PAPER.value, ~before_the_referrer())
    .order_by(Delivery.created_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
"""The letter that has waited longest for being printed. Open: `now`."""
