"""The inbox's two statements of the hot path, whole batches at a time: storing messages, and asking which numbers are known.

A hospital's feed comes by the thousand per second; building these through the ORM cost twenty times what they cost here
(tests/bench, `mllp-durable`). Values travel as binary arrays, one per column; NULL travels as an empty text.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session


class InboundRow(NamedTuple):
    """One message to store. `reason` empty: kept, to be understood; else settled at once, for a person."""

    id: str
    link_id: str
    hospital_id: str
    wire: str
    kind: str
    control_id: str
    digest: bytes
    raw_sealed: bytes
    size: int
    patient_keys: str
    reason: str
    place: str
    received_at: datetime
    doubles: int


class AskedNumber(NamedTuple):
    """A patient's number as a hospital sends it, with its blind index as a BSN and its key in the inbox."""

    hospital_id: uuid.UUID
    number: str
    bsn: bytes
    key: bytes


_STORE = """
INSERT INTO inbound_messages (
    id, link_id, hospital_id, wire, kind, control_id, digest, raw_sealed, size, patient_keys, state, reason, place, leftovers,
    received_at, settled_at, doubles, attempts
)
SELECT id::uuid, nullif(link_id, '')::uuid, nullif(hospital_id, '')::uuid, wire, kind, control_id, digest, raw_sealed, size,
    patient_keys::bytea[], CASE reason WHEN '' THEN 'kept' ELSE 'unreadable' END, reason, place, '{}',
    received_at, CASE reason WHEN '' THEN NULL ELSE received_at END, doubles, 0
FROM unnest(
    %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::int4[], %b::text[],
    %b::text[], %b::text[], %b::timestamptz[], %b::int4[]
) AS arrived (
    id, link_id, hospital_id, wire, kind, control_id, digest, raw_sealed, size, patient_keys, reason, place, received_at, doubles
)
ON CONFLICT (link_id, control_id, digest) DO UPDATE
SET doubles = inbound_messages.doubles + excluded.doubles + 1, doubled_at = excluded.received_at
"""

# OR stops at the first that holds: a number of a patient costs one look, one of nobody three. The planner knows neither how many are
# asked nor how long a queue is now, so nothing is left to choose: LIMIT instead of EXISTS (which it turns into a hash of the table), the
# first BSN at or after ours instead of an equal one (where nobody has a BSN it would read all), a hospital no index can be used for.
_KNOWN = """
SELECT place FROM unnest(%b::int4[], %b::uuid[], %b::text[], %b::bytea[], %b::bytea[]) AS asked (place, hospital_id, number, bsn, key)
WHERE (
        SELECT true FROM patients p
        WHERE p.hospital_id = asked.hospital_id AND p.local_number = asked.number AND p.local_number <> '' LIMIT 1
    )
    OR asked.bsn = (
        SELECT p.bsn_index FROM patients p
        WHERE p.hospital_id = asked.hospital_id AND p.bsn_index >= asked.bsn ORDER BY p.bsn_index LIMIT 1
    )
    OR (
        SELECT true FROM inbound_messages m
        WHERE m.state = 'kept' AND m.patient_keys && ARRAY[asked.key] AND m.hospital_id IS NOT DISTINCT FROM asked.hospital_id LIMIT 1
    )
"""


def store(session: Session, rows: Sequence[InboundRow]) -> None:
    """Store all of them in one statement; no two may be the same message. One that is there already counts up."""
    session.connection().exec_driver_sql(_STORE, tuple(list(column) for column in zip(*rows, strict=True)))


def known(session: Session, asked: Sequence[AskedNumber]) -> list[int]:
    """The places in `asked` of numbers that a patient of that hospital has, or that stand in a message still to be understood."""
    columns = [list(range(len(asked))), *(list(column) for column in zip(*asked, strict=True))]
    return [row[0] for row in session.connection().exec_driver_sql(_KNOWN, tuple(columns))] if asked else []


def as_array(keys: Iterable[bytes]) -> str:
    """Keys as PostgreSQL writes a bytea[]: arrays of arrays cannot be of unequal length."""
    return "{" + ",".join(f'"\\\\x{key.hex()}"' for key in keys) + "}"
