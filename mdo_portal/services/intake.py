"""Keeping what hospitals send, before anybody understands it. What comes after: services/queue.py."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import psycopg
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import RAW_PURPOSE, FeedCount
from mdo_portal.domain.patient import BSN_PURPOSE
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import MessageHeader, Wire
from mdo_portal.services import inbound_rows
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.services.inbound_rows import AskedNumber, InboundRow, Line
from mdo_portal.services.sealed import sealer

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
    return arrival.link is not None and not arrival.reason and arrival.header.kind.startswith("ADT^")


def _numbers(arrival: Arrival) -> set[Number]:
    if arrival.link is None or arrival.reason:
        return set()
    hospital_id = arrival.link.hospital_id.hex
    return {(hospital_id, number) for _, number in arrival.header.patient_numbers}


def _known_numbers(line: Line, told: Sequence[Number], keys: Sealer, key_of: KeyOf) -> set[Number]:
    """Which of these numbers belong to patients of that hospital, or stand in a message that is still to be understood."""
    asked = [AskedNumber(where, number, keys.blind(number, purpose=BSN_PURPOSE), key_of(number)) for where, number in told]
    return {told[place] for place in inbound_rows.known(line, asked)}
