"""Keeping what hospitals send, before anybody understands it; and the queue of what is to be understood."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.inbound import RAW_PURPOSE, FeedCount, InboundMessage, InboundState
from mdo_portal.domain.patient import BSN_PURPOSE
from mdo_portal.exchange import MessageHeader, Wire
from mdo_portal.services import changes, inbound_rows
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.inbound_rows import AskedNumber, InboundRow
from mdo_portal.services.sealed import sealer

MAX_ATTEMPTS = 3
LEASE = timedelta(seconds=15)
"""How long a claimed message is left alone when its worker died over it."""
PATIENT_KEY = "inbound.patient"


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
    rows: dict[tuple[str, str, bytes], InboundRow] = {}
    for row in (_row(session, arrival) for arrival in _without_noise(session, arrivals)):
        same = row.link_id, row.control_id, row.digest
        rows[same] = rows[same]._replace(doubles=rows[same].doubles + 1) if same in rows else row
    if rows:
        inbound_rows.store(session, list(rows.values()))
        changes.wake(session, "understand")


def _row(session: Session, arrival: Arrival) -> InboundRow:
    header, link, keys = arrival.header, arrival.link, sealer(session)
    return InboundRow(
        id=str(new_id()),
        link_id=str(link.link_id) if link else "",
        hospital_id=str(link.hospital_id) if link else "",
        wire=arrival.wire.value,
        kind=_storable(header.kind, most=60),
        control_id=_storable(header.control_id, most=200),
        digest=hashlib.sha256(arrival.raw).digest(),
        raw_sealed=keys.seal(arrival.raw, purpose=RAW_PURPOSE),
        size=len(arrival.raw),
        patient_keys=inbound_rows.as_array(keys.blind(number, purpose=PATIENT_KEY) for number in _distinct(header)),
        reason=arrival.reason,
        place=_storable(arrival.place, most=200),
        received_at=arrival.at,
        doubles=0,
    )


def _storable(text: str, *, most: int) -> str:
    """PostgreSQL knows no NUL in a text: one sender's junk must not refuse everybody's batch."""
    return text.replace("\0", "")[:most]


def _distinct(header: MessageHeader) -> set[str]:
    """The patient's numbers; each gives a blind key, and two messages that share one are about one patient."""
    return {number for _, number in header.patient_numbers}


def _without_noise(session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Leave out, and count, the feed messages about patients who have no case here and whose referral is not waiting."""
    feed = [arrival for arrival in arrivals if _is_feed(arrival)]
    if not feed:
        return list(arrivals)
    known = _known_numbers(session, feed)
    kept: list[Arrival] = []
    noise: Counter[tuple[uuid.UUID, date]] = Counter()
    for arrival in arrivals:
        numbers = _numbers(arrival)
        if arrival.link is not None and _is_feed(arrival) and known.isdisjoint(numbers):
            noise[arrival.link.link_id, arrival.at.date()] += 1
        else:
            kept.append(arrival)
            known |= numbers
    _count_noise(session, noise)
    return kept


def _is_feed(arrival: Arrival) -> bool:
    return arrival.link is not None and not arrival.reason and arrival.header.kind.startswith("ADT^")


def _numbers(arrival: Arrival) -> set[tuple[uuid.UUID, str]]:
    if arrival.link is None or arrival.reason:
        return set()
    return {(arrival.link.hospital_id, number) for _, number in arrival.header.patient_numbers}


def _known_numbers(session: Session, feed: Sequence[Arrival]) -> set[tuple[uuid.UUID, str]]:
    """Which of these numbers belong to patients of that hospital, or stand in a message that is still to be understood."""
    told = list(set().union(*(_numbers(arrival) for arrival in feed)))
    blind = sealer(session).blind
    asked = [
        AskedNumber(where, number, blind(number, purpose=BSN_PURPOSE), blind(number, purpose=PATIENT_KEY))
        for where, number in told
    ]
    return {told[place] for place in inbound_rows.known(session, asked)}


def _count_noise(session: Session, noise: Counter[tuple[uuid.UUID, date]]) -> None:
    rows = [{"link_id": link_id, "day": day, "ignored": count} for (link_id, day), count in sorted(noise.items())]
    if rows:
        statement = insert(FeedCount).values(rows)
        added = {"ignored": FeedCount.ignored + statement.excluded.ignored}
        session.execute(statement.on_conflict_do_update(index_elements=["link_id", "day"], set_=added))


def claim(session: Session, *, now: datetime) -> ClaimedMessage | None:
    """The oldest kept message whose patient has no older one waiting; nobody else takes it before `LEASE` is over.

    Commit before reading it: the attempt is counted first, so that a message that kills its reader is given up as well.
    """
    session.execute(text("SET LOCAL synchronous_commit = off"))  # a power cut may forget the count, never the message
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
    earlier = aliased(InboundMessage)
    blocked = (
        select(earlier.id)
        .where(
            earlier.state == InboundState.KEPT,
            earlier.link_id == InboundMessage.link_id,
            earlier.patient_keys.overlap(InboundMessage.patient_keys),
            earlier.seq < InboundMessage.seq,
        )
        .exists()
    )
    query = (
        select(InboundMessage)
        .where(
            InboundMessage.state == InboundState.KEPT,
            or_(InboundMessage.next_attempt_at.is_(None), InboundMessage.next_attempt_at <= now),
            ~blocked,
        )
        .order_by(InboundMessage.seq)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.execute(query).scalar_one_or_none()


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
