"""A worker that died leaves its queues to the others, within seconds and not when its lease runs out.

Every sending worker holds an advisory lock under a number of its own, on a connection of its own (commands/living.py). When its
process dies PostgreSQL lets go of that lock. When only its connection breaks it does so too: therefore nobody takes over before
the lock was seen missing for GONE, and a worker that could not prove its lock for FRESH sends nothing and hangs up. FRESH is well
within GONE, so that a letter is never on two wires at once while the first worker lives. The lease stays as the second net.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Interval, func, literal, select, text, tuple_, update
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.delivery import OPEN, Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.recipient import Destination
from mdo_portal.services.letters.under_way import OVER

LOCKS = 0x4D444F
"""The class of these locks among all advisory locks of the database."""
FRESH = 3.0
"""Seconds a worker may send after it last proved its lock."""
GONE = 8.0
"""Seconds a lock must be missing before its worker is called dead."""

_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objsubid = 2"
    " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def new_number() -> int:
    """A number for a worker: of no other one."""
    return secrets.randbelow(2**31 - 1) + 1


def living(session: Session) -> int:
    """How many workers hold their lock now."""
    return session.scalar(_HELD, {"kind": LOCKS}) or 0


def others(session: Session, me: int, *, now: datetime) -> set[int]:
    """The other workers that have a letter under way."""
    query = select(Destination.leased_by).where(Destination.leased_until > now, Destination.leased_by != me)
    return {one for one in session.scalars(query) if one is not None}


def missing(session: Session, workers: Iterable[int]) -> set[int]:
    """Those whose lock nobody holds. They cannot take it again before this transaction ends."""
    return {one for one in workers if session.scalar(select(func.pg_try_advisory_xact_lock(LOCKS, one)))}


def take_over(session: Session, worker: int) -> int:
    """What this dead worker had under way may go again. Says how many letters. Its lock must be `missing` in this transaction."""
    queues = select(Destination).where(Destination.leased_by == worker, Destination.leased_until.is_not(None))
    held = list(session.scalars(queues.with_for_update()))
    for queue in held:
        queue.leased_until = queue.leased_by = None
    letters = (
        tuple_(Delivery.hospital_id, Delivery.audience).in_([(queue.hospital_id, queue.audience) for queue in held]),
        Delivery.state.in_(OPEN),
        Delivery.channel != Channel.PAPER.value,
        Delivery.leased_until.is_not(None),
    )
    # What somebody holds they settle or send themselves: they have a letter and then its queue, and would wait for us.
    held_by_nobody = select(Delivery.id).where(*letters).with_for_update(skip_locked=True, **HELD)
    over = {"leased_until": Delivery.leased_until - literal(OVER, Interval())}
    freed = update(Delivery).where(Delivery.id.in_(held_by_nobody)).values(over).returning(Delivery.id)
    return len(session.scalars(freed, execution_options={"synchronize_session": False}).all()) if held else 0


def has(session: Session, worker: int, delivery: Delivery) -> bool:
    """Whether no other worker has taken the queue of this letter since this one did."""
    queue = session.get(Destination, (delivery.hospital_id, delivery.audience), populate_existing=True)
    return queue is not None and queue.leased_by == worker
