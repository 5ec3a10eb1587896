"""The inbox's two statements of the hot path, whole batches at a time: storing messages, and asking which numbers are known.

A hospital's feed comes by the thousand per second; building these through the ORM cost twenty times what they cost here
(tests/bench, `mllp-durable`). Values travel as binary arrays, one per column; NULL travels as an empty text.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


class InboundRow(NamedTuple):
    """One message to store. `reason` empty: kept, to be understood; else settled at once, for a person."""

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

    hospital_id: str
    number: str
    bsn: bytes
    key: bytes


_STORE = """
WITH stored AS (
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
)
SELECT pg_notify('mdo_understand', '')
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
        WHERE m.settled_at IS NULL AND m.patient_keys && ARRAY[asked.key] AND m.hospital_id IS NOT DISTINCT FROM asked.hospital_id LIMIT 1
    )
"""

Line = psycopg.Cursor[tuple[Any, ...]]


class OwnConnection:
    """A connection for storing and nothing else. Every statement commits by itself: one wait for the disk instead of five round trips."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None

    def run(self, act: Callable[[psycopg.Connection], None]) -> None:
        """Do `act`; once more on a new connection when the old one turns out to be gone, so `act` must bear being done twice."""
        if self._connection is not None and not self._connection.closed:
            try:
                return act(self._connection)
            except psycopg.OperationalError:
                if not self._connection.closed:
                    raise
        self._connection = psycopg.connect(self._url, autocommit=True)
        return act(self._connection)


@contextmanager
def line_of(session: Session) -> Iterator[Line]:
    """A cursor in this session's transaction; what goes wrong comes out as SQLAlchemy's error."""
    driver: Any = session.connection().connection.driver_connection
    try:
        with driver.cursor() as line:
            yield line
    except psycopg.Error as error:
        raise DBAPIError("inbox", None, error) from None  # no values: they are what hospitals sent


def store(line: Line, rows: Sequence[InboundRow]) -> None:
    """Store all of them in one statement, and wake the workers; no two may be the same message. One that is there counts up."""
    line.execute(_STORE, [_new_ids(len(rows)), *map(list, zip(*rows, strict=True))])


def known(line: Line, asked: Sequence[AskedNumber]) -> list[int]:
    """The places in `asked` of numbers that a patient of that hospital has, or that stand in a message still to be understood."""
    if not asked:
        return []
    line.execute(_KNOWN, [list(range(len(asked))), *map(list, zip(*asked, strict=True))])
    return [row[0] for row in line.fetchall()]


def _new_ids(count: int) -> list[str]:
    """As many ids of one moment as domain.identifiers.new_id would give, as the text PostgreSQL reads."""
    moment, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10 * count).hex()
    parts = (chance[at : at + 18] for at in range(0, 20 * count, 20))
    return [f"{moment}7{part[:3]}8{part[3:]}" for part in parts]


def as_array(keys: Iterable[bytes]) -> str:
    """Keys as PostgreSQL writes a bytea[]: arrays of arrays cannot be of unequal length."""
    return "{" + ",".join(f'"\\\\x{key.hex()}"' for key in keys) + "}"
