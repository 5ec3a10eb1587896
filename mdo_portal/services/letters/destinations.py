"""One queue per destination: a letter at a time, a pause when nobody takes them, and no flood when somebody does again.

A receiver that is down is asked again with one letter, at most once a minute, however many wait; the letters themselves keep
their turn. When it answers, all that waited goes in the order in which it was signed.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.delivery import OPEN, Audience, Delivery
from mdo_portal.domain.recipient import Destination
from mdo_portal.exchange import Receipt
from mdo_portal.services.letters import receipts
from mdo_portal.services.letters.receipts import Told

LONGEST_PROBE = 60.0
"""Seconds between two letters to a receiver that does not answer."""
LONGEST_ASKED = 900.0
"""Seconds that a receiver may ask us to stay away: one that says a day would get no letter that day."""
DOWN = 3
"""Attempts in a row without an answer after which a destination is called down: one letter may be at fault, three say more."""


@dataclass(frozen=True)
class Turn:
    """What an attempt said about the destination: told once, not at every attempt."""

    #: not before; None = at once
    next_attempt_at: datetime | None = None
    went_down: bool = False
    came_back: bool = False


def ensure(session: Session, hospital_id: uuid.UUID, audience: Audience) -> None:
    """The queue is there. Who signs does not wait for who writes down what came of a letter of it: that one may wait for the case."""
    if session.get(Destination, (hospital_id, audience)) is not None:
        return  # to insert it once more, and do nothing, waits for whoever changes it
    session.execute(insert(Destination).values(hospital_id=hospital_id, audience=audience, failures=0).on_conflict_do_nothing())


def of(session: Session, delivery: Delivery) -> Destination:
    """The queue of this letter, locked."""
    return at(session, delivery.hospital_id, delivery.audience)


def at(session: Session, hospital_id: uuid.UUID, audience: Audience) -> Destination:
    """The queue of this recipient, locked."""
    key = (hospital_id, audience)
    found = session.get(Destination, key, with_for_update=True, populate_existing=True)
    if found is None:
        ensure(session, *key)
        found = session.get_one(Destination, key, with_for_update=True)
    return found


def is_free(queue: Destination, *, now: datetime) -> bool:
    """No letter of it is under way, and it need not rest."""
    is_idle = queue.leased_until is None or queue.leased_until < now
    return is_idle and (queue.next_attempt_at is None or queue.next_attempt_at <= now)


def answered(session: Session, queue: Destination, receipt: Receipt, *, now: datetime) -> Turn:
    """Write down how the destination did with a letter, and give it free for the next one. `queue`: locked, as `of` gives it."""
    queue.leased_until = None
    told = receipts.told(receipt)
    if told is Told.ANSWER:
        return _is_there(session, queue, now=now)
    if told is Told.NOTHING:
        return Turn(queue.next_attempt_at)
    queue.failures += 1
    queue.down_since = queue.down_since or now
    asked = timedelta(seconds=min(receipt.wait_seconds, LONGEST_ASKED))
    queue.next_attempt_at = now + max(probe(queue.failures), asked)
    return Turn(queue.next_attempt_at, went_down=queue.failures == DOWN)


def _is_there(session: Session, queue: Destination, *, now: datetime) -> Turn:
    was_down = queue.failures >= DOWN
    queue.failures, queue.next_attempt_at, queue.down_since = 0, None, None
    if was_down:
        _drain(session, queue, now=now)
    return Turn(came_back=was_down)


def _drain(session: Session, queue: Destination, *, now: datetime) -> None:
    """What was put off while nobody answered goes now, in its order; what the receiver keeps and must still confirm does not.

    Nor what somebody holds, who has a letter and then its queue: they say themselves when it goes.
    """
    waiting = (
        Delivery.hospital_id == queue.hospital_id,
        Delivery.audience == queue.audience,
        Delivery.state.in_(OPEN),
        Delivery.next_attempt_at > now,
        Delivery.receipt_code.not_in(receipts.KEPT),
    )
    session.flush()
    held_by_nobody = select(Delivery.id).where(*waiting).with_for_update(skip_locked=True, **HELD)
    drained = update(Delivery).where(Delivery.id.in_(held_by_nobody)).values(next_attempt_at=now)
    session.execute(drained, execution_options={"synchronize_session": False})


def at_once(session: Session, delivery: Delivery) -> None:
    """A person wants it tried now, whatever the pause says."""
    of(session, delivery).next_attempt_at = None


def release(session: Session, delivery: Delivery) -> None:
    """No letter of this queue is under way any more."""
    of(session, delivery).leased_until = None


def probe(failures: int) -> timedelta:
    """1, 2, 4 … seconds up to a minute, with a random half so that a region does not knock at once."""
    seconds = min(LONGEST_PROBE, 2.0 ** min(failures - 1, 12))
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311  spreads knocking, hides nothing
