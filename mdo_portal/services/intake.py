"""Keeping what hospitals send, before anybody understands it; and the queue of what is to be understood."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import psycopg
from sqlalchemy import Row, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import FEED, RAW_PURPOSE, FeedCount, InboundMessage, InboundState
from mdo_portal.domain.patient import BSN_PURPOSE
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import MessageHeader, Wire
from mdo_portal.services import changes, inbound_rows
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.inbound_rows import AskedNumber, InboundRow, Line
from mdo_portal.services.sealed import sealer

MAX_ATTEMPTS = 3
LEASE = timedelta(seconds=15)
"""How long a claimed message is left alone when its worker died over it."""
PATIENT_KEY = "inbound.patient"
KeyOf = Callable[[str], bytes]
Number = tuple[str, str]
"""A hospital's id and a patient's number there."""
Noise = Counter[tuple[uuid.UUID, date]]
"""Feed messages about nobody we know, per link and day."""

_counting = insert(FeedCount)
_added = {"ignored": FeedCount.ignored + _counting.excluded.ignored}
_COUNT = str(_counting.on_conflict_do_update(index_elements=["link_id", "day"], set_=_added).compile(dialect=PGDialect_psycopg()))  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Arrival:
    """One message as it came, before it is stored. `reason` non-empty: kept as unreadable, for a person."""

    raw: bytes
    wire: Wire
    header: MessageHeader
    link: LinkRow | None
    at: datetime
    reason: str = ""
    place: str = ""


@dataclass(frozen=True)
class ClaimedMessage:
    """A kept message with its bytes, claimed by one worker. `attempts` counts this one."""

    message_id: uuid.UUID
    link_id: uuid.UUID
    raw: bytes
    wire: Wire
    attempts: int
    received_at: datetime


def keep(session: Session, arrivals: Sequence[Arrival]) -> None:
    """Store all of them in one statement. A double (same link, number and bytes) only counts up.

    Feed messages about patients nobody referred are counted and not kept. Acknowledge only after the commit.
    """
    with inbound_rows.line_of(session) as line:
        kept, noise = _sifted(line, arrivals, sealer(session))
        _store(line, kept, noise)


def keep_by_itself(connection: psycopg.Connection, arrivals: Sequence[Arrival], keys: Sealer) -> None:
    """The same on a connection that commits every statement: what this returned from is in safe storage."""
    with connection.cursor() as line:
        kept, noise = _sifted(line, arrivals, keys)
        with connection.transaction() if noise else nullcontext():
            _store(line, kept, noise)


def _sifted(line: Line, arrivals: Sequence[Arrival], keys: Sealer) -> tuple[list[InboundRow], Noise]:
    """What must be stored, each message once, and how many were only noise."""
    key_of = _keys(keys)
    kept, noise = _without_noise(line, arrivals, keys, key_of)
    rows: dict[tuple[str, str, bytes], InboundRow] = {}
    for arrival in kept:
        row = _row(arrival, keys, key_of)
        same = row.link_id, row.control_id, row.digest
        rows[same] = rows[same]._replace(doubles=rows[same].doubles + 1) if same in rows else row
    return list(rows.values()), noise


def _store(line: Line, rows: Sequence[InboundRow], noise: Noise) -> None:
    for (link_id, day), count in sorted(noise.items()):
        line.execute(_COUNT, {"link_id": link_id, "day": day, "ignored": count})
    if rows:
        inbound_rows.store(line, rows)


def _keys(keys: Sealer) -> KeyOf:
    """A blind key for a patient's number: two messages that share one are about one patient. Each is made once per batch."""
    return cache(lambda number: keys.blind(number, purpose=PATIENT_KEY))


def _row(arrival: Arrival, keys: Sealer, key_of: KeyOf) -> InboundRow:
    header, link = arrival.header, arrival.link
    return InboundRow(
        link_id=link.link_id.hex if link else "",
        hospital_id=link.hospital_id.hex if link else "",
        wire=arrival.wire.value,
        kind=_storable(header.kind, most=60),
        control_id=_storable(header.control_id, most=200),
        digest=hashlib.sha256(arrival.raw).digest(),
        raw_sealed=keys.seal(arrival.raw, purpose=RAW_PURPOSE),
        size=len(arrival.raw),
        patient_keys=inbound_rows.as_array({key_of(number) for _, number in header.patient_numbers}),
        reason=arrival.reason,
        place=_storable(arrival.place, most=200),
        received_at=arrival.at,
        doubles=0,
    )


def _storable(text: str, *, most: int) -> str:
    """PostgreSQL knows no NUL in a text: one sender's junk must not refuse everybody's batch."""
    return text.replace("\0", "")[:most]


def _without_noise(line: Line, arrivals: Sequence[Arrival], keys: Sealer, key_of: KeyOf) -> tuple[list[Arrival], Noise]:
    """Leave out, and count, the feed messages about patients who have no case here and whose referral is not waiting."""
    told = [_numbers(arrival) for arrival in arrivals]
    asked = set[Number]().union(*(numbers for arrival, numbers in zip(arrivals, told, strict=True) if _is_feed(arrival)))
    known = _known_numbers(line, list(asked), keys, key_of)
    kept: list[Arrival] = []
    noise: Noise = Counter()
    for arrival, numbers in zip(arrivals, told, strict=True):
        if arrival.link is not None and _is_feed(arrival) and known.isdisjoint(numbers):
            noise[arrival.link.link_id, arrival.at.date()] += 1
        else:
            kept.append(arrival)
            known |= numbers
    return kept, noise


def _is_feed(arrival: Arrival) -> bool:
    return arrival.link is not None and not arrival.reason and arrival.header.kind.partition("^")[0] in FEED


def _numbers(arrival: Arrival) -> set[Number]:
    if arrival.link is None or arrival.reason:
        return set()
    hospital_id = arrival.link.hospital_id.hex
    return {(hospital_id, number) for _, number in arrival.header.patient_numbers}


def _known_numbers(line: Line, told: Sequence[Number], keys: Sealer, key_of: KeyOf) -> set[Number]:
    """Which of these numbers belong to patients of that hospital, or stand in a message that is still to be understood."""
    asked = [AskedNumber(where, number, keys.blind(number, purpose=BSN_PURPOSE), key_of(number)) for where, number in told]
    return {told[place] for place in inbound_rows.known(line, asked)}


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


def forget(session: Session, claimed: ClaimedMessage) -> None:
    """It is about somebody without a case: counted as such, and nothing of it is kept."""
    session.execute(delete(InboundMessage).where(InboundMessage.id == claimed.message_id))
    count = {"link_id": claimed.link_id, "day": claimed.received_at.date(), "ignored": 1}
    adding = insert(FeedCount).values(count)
    more = {"ignored": FeedCount.ignored + adding.excluded.ignored}
    session.execute(adding.on_conflict_do_update(index_elements=["link_id", "day"], set_=more))
    changes.announce(session, "inbox", claimed.message_id)


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
