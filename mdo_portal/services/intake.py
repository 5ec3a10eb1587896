"""Keeping what hospitals send, before anybody understands it; and the queue of what is to be understood."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, or_, select, text, update
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import Wire
from mdo_portal.services import changes, inbound_rows
from mdo_portal.services.inbound_line import DirectLine, moment
from mdo_portal.services.sealed import sealer
from mdo_portal.services.sifting import PATIENT_KEY, Arrival, Doubles, Sifting

__all__ = ["PATIENT_KEY", "Arrival"]

MAX_ATTEMPTS = 3
LEASE = timedelta(seconds=15)
"""How long a claimed message is left alone when its worker died over it."""


@dataclass(frozen=True)
class ClaimedMessage:
    """A kept message with its bytes, claimed by one worker. `attempts` counts this one."""

    message_id: uuid.UUID
    link_id: uuid.UUID
    raw: bytes
    wire: Wire
    attempts: int
    received_at: datetime


def keep(session: Session, arrivals: Sequence[Arrival]) -> Doubles:
    """Store all of them in one statement. A double (same link, number and bytes) only counts up; gives when those first came.

    Feed messages about patients nobody referred are counted and not kept. Acknowledge only after the commit.
    """
    if not arrivals:
        return {}
    sifting = Sifting(arrivals, sealer(session))
    with inbound_rows.line_of(session) as line:
        line.execute(inbound_rows.STORE, inbound_rows.to_store(*sifting.unsifted()))
        return sifting.doubles | {bytes(digest): first for digest, first, _, _ in line.fetchall() if digest}


class DirectKeeper:
    """`keep` by a line that commits every statement: what it returned from is in safe storage.

    One statement says all, and asks on the way which patients are known. Where most of what comes is a feed about people nobody
    referred, that would seal and send a great deal to be thrown away: then the question goes first, by itself.
    """

    def __init__(self, line: DirectLine, keys: Sealer) -> None:
        self._line, self._keys = line, keys
        self._noise = 0.0  # the share of it in the feed of late

    async def keep(self, arrivals: Sequence[Arrival]) -> Doubles:
        """Store all of them, as the function `keep`."""
        sifting = Sifting(arrivals, self._keys)
        if self._noise < MOSTLY_NOISE or not sifting.has_feed:
            values = inbound_rows.to_store(*sifting.unsifted())
        else:
            known = await self._line.ask(inbound_rows.KNOWN, inbound_rows.columns(sifting.asked, 5), inbound_rows.KNOWN_KINDS)
            rows, noise = sifting.sifted({int.from_bytes(place or b"", "big") for (place,) in known})
            self._learn(sum(one.ignored for one in noise), sifting.feed)
            values = inbound_rows.to_store((), rows, noise)
        told = await self._line.ask(inbound_rows.STORE, values, inbound_rows.STORE_KINDS)
        doubles = dict(sifting.doubles)
        for digest, first, ignored, _ in told:
            if digest and first:
                doubles[digest] = moment(first)
            elif values[0]:
                self._learn(int.from_bytes(ignored or b"", "big"), sifting.feed)
        return doubles

    def _learn(self, noise: int, feed: int) -> None:
        if feed:
            self._noise += (noise / feed - self._noise) * 0.2


MOSTLY_NOISE = 0.5


# A power cut may forget the count, never the message. And the queue is walked along its index: its length changes faster than
# the planner's statistics, and a guess of *few* would sort a backlog of 20,000 for every message.
_FOR_A_CLAIM = text(
    "SELECT set_config('synchronous_commit', 'off', true), set_config('enable_sort', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true)"
)


def claim(session: Session, *, now: datetime) -> ClaimedMessage | None:
    """The oldest kept message whose patient has no older one waiting; nobody else takes it before `LEASE` is over.

    Commit before reading it: the attempt is counted first, so that a message that kills its reader is given up as well.
    """
    session.execute(_FOR_A_CLAIM)
    message = _next_kept(session, now=now)
    while message is not None and message.attempts >= MAX_ATTEMPTS:
        settle(session, message.id, InboundState.UNREADABLE, now=now, reason="failed")
        message = _next_kept(session, now=now)
    if message is None or message.link_id is None:
        return None
    message.attempts += 1
    message.next_attempt_at = now + LEASE
    raw = sealer(session).open(message.raw_sealed, purpose=RAW_PURPOSE)
    return ClaimedMessage(message.id, message.link_id, raw, message.wire, message.attempts, message.received_at)


def _next_kept(session: Session, *, now: datetime) -> InboundMessage | None:
    """Walk the queue from its oldest message to the first that is ready and has no older one of its patient before it, and lock it.

    One statement that says all this costs 40 ms with 20,000 messages waiting, or seconds when PostgreSQL guesses wrong; this 1 ms.
    """
    older: set[tuple[uuid.UUID | None, bytes]] = set()
    for row in _queue(session):
        keys = {(row.link_id, key) for key in row.patient_keys}
        is_ready = row.next_attempt_at is None or row.next_attempt_at <= now
        message = _locked(session, row.id, now=now) if is_ready and older.isdisjoint(keys) else None
        if message is not None:
            return message
        older |= keys
    return None


def _queue(session: Session) -> Iterator[Row[uuid.UUID, int, uuid.UUID | None, list[bytes], datetime | None]]:
    """What is to be understood, oldest first, read in growing bites: nearly always the first few are enough."""
    columns = (
        InboundMessage.id,
        InboundMessage.seq,
        InboundMessage.link_id,
        InboundMessage.patient_keys,
        InboundMessage.next_attempt_at,
    )
    query = select(*columns).where(InboundMessage.state == InboundState.KEPT).order_by(InboundMessage.seq)
    bite, after = 30, 0
    while rows := session.execute(query.where(InboundMessage.seq > after).limit(bite)).all():
        yield from rows
        bite, after = 1000, rows[-1].seq


def _locked(session: Session, message_id: uuid.UUID, *, now: datetime) -> InboundMessage | None:
    """The message, unless another worker has it or took it a moment ago."""
    is_ready = or_(InboundMessage.next_attempt_at.is_(None), InboundMessage.next_attempt_at <= now)
    query = select(InboundMessage).where(InboundMessage.id == message_id, InboundMessage.state == InboundState.KEPT, is_ready)
    return session.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()


def hold(session: Session, claimed: ClaimedMessage) -> bool:
    """Lock the claimed message until the transaction ends. False when it is no longer ours to understand."""
    ours = (InboundMessage.id == claimed.message_id, InboundMessage.attempts == claimed.attempts)
    query = select(InboundMessage.id).where(*ours, InboundMessage.state == InboundState.KEPT).with_for_update()
    return session.execute(query).first() is not None


def settle(
    session: Session,
    message_id: uuid.UUID,
    state: InboundState,
    *,
    now: datetime,
    reason: str = "",
    place: str = "",
    case_id: uuid.UUID | None = None,
    leftovers: Sequence[str] = (),
) -> None:
    """The message is understood, or stands on a person's list with the reason."""
    session.execute(
        update(InboundMessage)
        .where(InboundMessage.id == message_id)
        .values(state=state, reason=reason, place=place[:200], settled_at=now, case_id=case_id, leftovers=list(leftovers))
    )
    changes.announce(session, "inbox", message_id)


def failed(session: Session, claimed: ClaimedMessage, *, now: datetime) -> None:
    """Understanding broke on our side: try again later, and after a few times let a person look."""
    if not hold(session, claimed):
        return
    if claimed.attempts >= MAX_ATTEMPTS:
        settle(session, claimed.message_id, InboundState.UNREADABLE, now=now, reason="failed")
    else:
        later = now + timedelta(seconds=5 * claimed.attempts)
        session.execute(update(InboundMessage).where(InboundMessage.id == claimed.message_id).values(next_attempt_at=later))


def waiting(session: Session) -> int:
    """How many messages are kept and not yet understood."""
    return session.scalar(select(func.count()).where(InboundMessage.state == InboundState.KEPT)) or 0
