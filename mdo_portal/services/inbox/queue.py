"""The queue of what is to be understood: in order per patient, patients side by side, several messages at a time.

Two lanes. In the quick lane a message has had no try yet; they are taken by the batch. What took too long there, or whose
worker died over it, goes to the careful lane: one at a time, with more time, beside the others. So a bad message holds up its
own patient and nobody else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

import structlog
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import RAW_PURPOSE, InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.exchange import profile_of_link
from mdo_portal.services.common import changes
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import arrivals
from mdo_portal.services.inbox.inbound_rows import line_of
from mdo_portal.services.inbox.settling import MAX_ATTEMPTS, ClaimedMessage, settle

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=15)
"""How long claimed messages are left alone when their worker died over them."""
MOST_BYTES = 8 * 1024 * 1024
"""A batch that is this large takes no further message."""


class Lane(Enum):
    """Which messages are wanted."""

    QUICK = "quick"  #: had no try yet
    CAREFUL = "careful"  #: had one
    ANY = "any"


Owner = tuple[uuid.UUID | None, bytes]
"""A number of a patient at a hospital; None = who sent it is not known."""


class Waiting(NamedTuple):
    """A place in the queue. `keys`: the patient's numbers, and those that are known to be the same patient's."""

    id: uuid.UUID
    seq: int
    hospital_id: uuid.UUID | None
    size: int
    attempts: int
    next_attempt_at: datetime | None
    keys: list[bytes]

    @property
    def owners(self) -> set[Owner]:
        return {(self.hospital_id, key) for key in self.keys}

    def is_ready(self, lane: Lane, now: datetime) -> bool:
        in_lane = lane is Lane.ANY or (self.attempts == 0) is (lane is Lane.QUICK)
        return in_lane and (self.next_attempt_at is None or self.next_attempt_at <= now)


# A power cut may forget the count, never the message. And the queue is walked along its index: its length changes faster than
# the planner's statistics, and a guess of *few* would sort a backlog of 20,000 for every message.
_FOR_A_CLAIM = text(
    "SELECT set_config('synchronous_commit', 'off', true), set_config('enable_sort', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true)"
)

_QUEUE = text(
    "SELECT m.id, m.seq, m.hospital_id, m.size, m.attempts, m.next_attempt_at, m.patient_keys || ARRAY("
    "SELECT s.root FROM same_patients s WHERE s.hospital_id = m.hospital_id AND s.key = ANY (m.patient_keys)) AS keys "
    "FROM inbound_messages m WHERE m.state = 'kept' AND m.seq > :after ORDER BY m.seq LIMIT :bite"
)

_LOCK = (
    select(
        InboundMessage.id, InboundMessage.link_id, Link.hospital_id, InboundMessage.wire,
        Link.profile_in, Link.profile_out, Link.channel_out, Link.otherwise, Link.charset_in, InboundMessage.kind,
        InboundMessage.attempts, func.coalesce(InboundMessage.counts_at, InboundMessage.received_at).label("received_at"),
        InboundMessage.case_id, InboundMessage.meaning, InboundMessage.offered_at.is_not(None).label("is_again"),
    )
    .join(Link, Link.id == InboundMessage.link_id)
    .where(
        InboundMessage.id == func.any(bindparam("ids")),
        InboundMessage.state == InboundState.KEPT,
        InboundMessage.next_attempt_at.is_(None) | (InboundMessage.next_attempt_at <= bindparam("now")),
    )
    .with_for_update(skip_locked=True, of=InboundMessage)
)  # fmt: skip


def claim(session: Session, *, now: datetime, most: int = 1, lane: Lane = Lane.ANY) -> list[ClaimedMessage]:
    """The oldest kept messages whose patients have no older one waiting outside this batch; in order of arrival.

    Nobody else takes them before `LEASE` is over. Commit before reading them: the attempt is counted first, so that a message
    that kills its worker is given up as well.
    """
    session.execute(_FOR_A_CLAIM)
    claimed: list[ClaimedMessage] = []
    for wanted in _batches(session, now=now, most=most, lane=lane):
        found = {row.id: row for row in session.execute(_LOCK, {"ids": [one.id for one in wanted], "now": now})}
        ours = _in_order(wanted, found)
        sealed = _sealed(session, ours)
        opened = [one for message_id in ours if (one := _opened(session, found[message_id], sealed[message_id], now=now))]
        if opened:
            claimed = arrivals.in_order(session, opened, {one.id: one.seq for one in wanted})
            _count(session, [one.message_id for one in claimed], now=now)
            break
    return claimed


def _sealed(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, bytes]:
    """The sealed bytes of messages that are locked, as bytes: as text, the form of all other answers, they are twice as long."""
    if not ids:
        return {}
    with line_of(session) as line:
        line.execute("SELECT id, raw_sealed FROM inbound_messages WHERE id = ANY (%s)", [list(ids)], binary=True)
        return dict(line.fetchall())


def _opened(session: Session, row: Any, sealed: bytes, *, now: datetime) -> ClaimedMessage | None:
    """The message with its bytes; None when it is no use trying: then it stands on a person's list, and the others go on."""
    reason = "failed" if row.attempts >= MAX_ATTEMPTS else "" if sealed else "emptied"
    try:
        raw = b"" if reason else sealer(session).open(sealed, purpose=RAW_PURPOSE)
    except CANNOT_OPEN as error:
        log.error("message.sealed", message_id=str(row.id), error=type(error).__name__)
        reason = "sealed"
    if reason:
        settle(session, row.id, InboundState.UNREADABLE, now=now, reason=reason)
        changes.wake(session, "understand")  # its patient's next messages waited for it
        return None
    is_about_a_letter = row.kind.startswith("ACK") and row.channel_out is Channel.MLLP  # and no message about a patient
    profile = row.profile_out if is_about_a_letter else profile_of_link(row.profile_in, row.otherwise)
    return ClaimedMessage(
        row.id, row.link_id, row.hospital_id, raw, row.wire, profile, row.charset_in, row.attempts + 1, row.received_at,
        row.case_id, row.meaning, row.is_again,
    )  # fmt: skip


def _batches(session: Session, *, now: datetime, most: int, lane: Lane) -> Iterator[list[Waiting]]:
    """Walk the queue from its oldest message; what is ready and has no older one of its patient before it goes into a batch.

    One statement that says all this costs 40 ms with 20,000 messages waiting, or seconds when PostgreSQL guesses wrong; this 1 ms.
    """
    older: set[Owner] = set()
    batch: list[Waiting] = []
    linked = _Linked()
    size = 0
    for row in _queue(session):
        owners = row.owners
        if not row.is_ready(lane, now) or not older.isdisjoint(owners):
            older |= linked.whole(owners)
            continue
        batch.append(row)
        linked.add(owners)
        size += row.size
        if len(batch) == most or size > MOST_BYTES:
            yield batch
            for one in batch:  # nothing of it was ours: who comes after waits for it
                older |= one.owners
            batch, size, linked = [], 0, _Linked()
    if batch:
        yield batch


def _queue(session: Session) -> Iterator[Waiting]:
    """What is to be understood, oldest first, read in growing bites: nearly always the first few are enough."""
    bite, after = 60, 0
    while rows := session.execute(_QUEUE, {"after": after, "bite": bite}).all():
        for row in rows:
            yield Waiting(*row)
        bite, after = 1000, rows[-1].seq


def _in_order(wanted: Sequence[Waiting], found: Mapping[uuid.UUID, object]) -> list[uuid.UUID]:
    """Those that we could lock and that wait for nobody who was locked by another."""
    missed: set[Owner] = set()
    linked = _Linked()
    ours = []
    for one in wanted:
        if one.id in found and missed.isdisjoint(one.owners):
            ours.append(one.id)
            linked.add(one.owners)
        else:
            missed |= linked.whole(one.owners)
    return ours


class _Linked(dict[Owner, set[Owner]]):
    """Numbers that the messages of one batch name together, each with all of its patient's.

    A merge of 2 and 3, then a message about 3 that must wait: the next about 2 waits for that one, though it does not say 3 itself.
    """

    def add(self, owners: set[Owner]) -> None:
        whole = self.whole(owners)
        self.update(dict.fromkeys(whole, whole))

    def whole(self, owners: set[Owner]) -> set[Owner]:
        return owners.union(*(self[one] for one in owners if one in self))


def _count(session: Session, ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    session.execute(
        text("UPDATE inbound_messages SET attempts = attempts + 1, next_attempt_at = :until WHERE id = ANY (:ids)"),
        {"ids": list(ids), "until": now + LEASE},
    )


_SAME = text(
    """
    WITH told AS (SELECT hospital_id, unnest(patient_keys) AS key FROM inbound_messages WHERE id = :id),
        known AS (SELECT s.hospital_id, s.root FROM same_patients s JOIN told USING (hospital_id, key)),
        first AS (SELECT coalesce((SELECT root FROM known ORDER BY root LIMIT 1), (SELECT key FROM told ORDER BY key LIMIT 1)) AS root)
    INSERT INTO same_patients (hospital_id, key, root, told_at)
    SELECT told.hospital_id, told.key, first.root, :now FROM told, first
    UNION SELECT s.hospital_id, s.key, first.root, :now FROM same_patients s JOIN known USING (hospital_id, root), first
    ON CONFLICT (hospital_id, key) DO UPDATE SET root = excluded.root, told_at = excluded.told_at
    """
)


def same_patient(session: Session, message_id: uuid.UUID, *, now: datetime) -> None:
    """From now on messages with any of this message's numbers are in order with each other: its hospital merged them."""
    session.execute(_SAME, {"id": message_id, "now": now})
