"""Keeping what hospitals send, before anybody understands it; and the queue of what is to be understood."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.inbound import RAW_PURPOSE, FeedCount, InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import MessageHeader, Wire
from mdo_portal.services import changes
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.sealed import sealer

MAX_ATTEMPTS = 3
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
    """A kept message with its bytes, held by one worker for the length of a transaction."""

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
    known = [arrival for arrival in arrivals if not _is_noise(session, arrival)]
    rows = {_double_key(row): row for row in (_row(session, arrival) for arrival in known)}
    if not rows:
        return
    statement = insert(InboundMessage).values(list(rows.values()))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id", "control_id", "digest"],
            set_={"doubles": InboundMessage.doubles + 1, "doubled_at": statement.excluded.received_at},
        )
    )
    changes.wake(session, "understand")


def _double_key(row: dict[str, object]) -> tuple[object, ...]:
    return row["link_id"], row["control_id"], row["digest"]


def _row(session: Session, arrival: Arrival) -> dict[str, object]:
    header, link = arrival.header, arrival.link
    return {
        "id": new_id(),
        "link_id": link.link_id if link else None,
        "hospital_id": link.hospital_id if link else None,
        "wire": arrival.wire,
        "kind": header.kind[:60],
        "control_id": header.control_id[:200],
        "digest": hashlib.sha256(arrival.raw).digest(),
        "raw_sealed": sealer(session).seal(arrival.raw, purpose=RAW_PURPOSE),
        "size": len(arrival.raw),
        "patient_key": _patient_key(session, header),
        "state": InboundState.UNREADABLE if arrival.reason else InboundState.KEPT,
        "reason": arrival.reason,
        "place": arrival.place,
        "leftovers": [],
        "received_at": arrival.at,
        "settled_at": arrival.at if arrival.reason else None,
        "doubles": 0,
        "attempts": 0,
    }


def _patient_key(session: Session, header: MessageHeader) -> bytes:
    if not header.patient_numbers:
        return b""
    return sealer(session).blind("|".join(number for _, number in sorted(header.patient_numbers)), purpose=PATIENT_KEY)


def _is_noise(session: Session, arrival: Arrival) -> bool:
    """A feed message (ADT) about a patient who has no case here: counted, not kept."""
    if arrival.link is None or arrival.reason or not arrival.header.kind.startswith("ADT^"):
        return False
    if _knows_one_of(session, arrival.link.hospital_id, arrival.header.patient_numbers):
        return False
    count = insert(FeedCount).values(link_id=arrival.link.link_id, day=arrival.at.date(), ignored=1)
    session.execute(count.on_conflict_do_update(index_elements=["link_id", "day"], set_={"ignored": FeedCount.ignored + 1}))
    return True


def _knows_one_of(session: Session, hospital_id: uuid.UUID, numbers: Sequence[tuple[str, str]]) -> bool:
    from_numbers = [number for _, number in numbers]
    blind = [sealer(session).blind(number, purpose="patient.bsn") for number in from_numbers]
    query = select(Patient.id).where(
        Patient.hospital_id == hospital_id, or_(Patient.local_number.in_(from_numbers), Patient.bsn_index.in_(blind))
    )
    return session.execute(query.limit(1)).first() is not None


def claim(session: Session, *, now: datetime) -> ClaimedMessage | None:
    """The oldest kept message whose patient has no older one waiting; locked until the transaction ends."""
    earlier = aliased(InboundMessage)
    blocked = (
        select(earlier.id)
        .where(
            earlier.state == InboundState.KEPT,
            earlier.link_id == InboundMessage.link_id,
            earlier.patient_key == InboundMessage.patient_key,
            earlier.patient_key != b"",
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
    message = session.execute(query).scalar_one_or_none()
    if message is None or message.link_id is None:
        return None
    raw = sealer(session).open(message.raw_sealed, purpose=RAW_PURPOSE)
    return ClaimedMessage(message.id, message.link_id, raw, message.wire, message.attempts, message.received_at)


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


def failed_once_more(session: Session, message_id: uuid.UUID, *, now: datetime) -> None:
    """Understanding broke on our side: try again later, and after a few times let a person look."""
    message = session.get_one(InboundMessage, message_id, with_for_update=True)
    message.attempts += 1
    message.next_attempt_at = now + timedelta(seconds=5 * message.attempts)
    if message.attempts >= MAX_ATTEMPTS:
        settle(session, message_id, InboundState.UNREADABLE, now=now, reason="failed")


def waiting(session: Session) -> int:
    """How many messages are kept and not yet understood."""
    return session.scalar(select(func.count()).where(InboundMessage.state == InboundState.KEPT)) or 0
