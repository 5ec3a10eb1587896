"""The inbox's statements of the hot path, whole batches at a time: storing messages, and asking which numbers are known.

A hospital's feed comes by the thousand per second; building these through the ORM cost twenty times what they cost here
(tests/bench, `mllp-durable`). Values travel as binary arrays, one per column; who is nobody travels as NOBODY.
"""

from __future__ import annotations

import os
import struct
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.abc import DumperKey
from psycopg.adapt import Dumper, PyFormat
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.services.common import changes
from mdo_portal.services.inbox.inbound_line import KINDS

NOBODY = "0" * 32
"""The link and the hospital of a message of which nobody knows whose it is."""


class InboundRow(NamedTuple):
    """One message to store. `reason` empty: kept, to be understood; else settled at once, for a person.

    `place` -1: kept whatever it is; else the place that its numbers carry in what is asked (STORE).
    """

    place: int
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
    place_in: str
    received_at: datetime
    doubles: int
    charset: str
    line: str
    application_ack: str


class Noise(NamedTuple):
    """How many feed messages of one link on one day were about nobody we know."""

    link_id: str
    day: date
    ignored: int


AskedNumber = tuple[int, str, str, bytes, bytes]
"""A patient's number that is asked about: its place, the hospital's id, the number, its blind index when it may be a BSN, its key in the
inbox."""


# First the patients, for every number of a message: a number of a patient costs one look, one of nobody two. Only about a message of
# which that knows no number the inbox is asked, which looks at all that waits there about it: in a long queue that is much.
# The planner knows neither how many are asked nor how long a queue is now, so nothing is left to choose: LIMIT instead of EXISTS (which
# it turns into a hash of the table), the first BSN at or after ours instead of an equal one (where nobody has a BSN it would read all), a
# hospital no index can be used for, and a count in the inbox: of a long queue it would hope to find the first soon, and read all of it.
# Whom a message is about that nobody could read yet is known as well: it may be the referral. So is whose referral lies ready and is
# still to be fetched; few notices wait at a time, and whether any does is looked up once for all numbers.
_ASKED = """
SELECT * FROM unnest(%b::int4[], %b::uuid[], %b::text[], %b::bytea[], %b::bytea[]) AS asked (place, hospital_id, number, bsn, key)
"""
_OF_A_PATIENT = """
(
    SELECT true FROM patients p
    WHERE p.hospital_id = asked.hospital_id AND p.local_number = asked.number AND p.local_number <> '' LIMIT 1
)
OR asked.bsn <> '' AND asked.bsn = (
    SELECT p.bsn_index FROM patients p
    WHERE p.hospital_id = asked.hospital_id AND p.bsn_index >= asked.bsn ORDER BY p.bsn_index LIMIT 1
)
"""
KNOWN = f"""
WITH asked AS MATERIALIZED ({_ASKED}), here AS MATERIALIZED (SELECT place FROM asked WHERE {_OF_A_PATIENT})
SELECT place FROM here
UNION ALL
SELECT place FROM asked WHERE place NOT IN (SELECT place FROM here) AND (
    (
        SELECT count(*) > 0 FROM inbound_messages m
        WHERE (m.settled_at IS NULL OR m.state = 'unreadable') AND m.patient_keys && ARRAY[asked.key]
            AND m.hospital_id IS NOT DISTINCT FROM asked.hospital_id
    )
    OR (SELECT count(*) > 0 FROM pulls WHERE state = 'waiting') AND (
        SELECT count(*) > 0 FROM pulls n JOIN inbound_messages t ON t.id = n.message_id
        WHERE n.state = 'waiting' AND n.hospital_id = asked.hospital_id AND asked.key = ANY(t.patient_keys)
    )
)
"""  # noqa: S608
_ROW = {
    "place": "int4", "id": "uuid", "link_id": "uuid", "hospital_id": "uuid", "wire": "text", "kind": "text", "control_id": "text",
    "digest": "bytea", "raw_sealed": "bytea", "size": "int4", "patient_keys": "text", "reason": "text", "place_in": "text",
    "received_at": "timestamptz", "doubles": "int4", "charset": "text", "line": "text", "application_ack": "text",
}  # fmt: skip
"""What travels of an InboundRow, with the id of the row behind its place."""

_INSERT = f"""
INSERT INTO inbound_messages (
    id, link_id, hospital_id, wire, kind, control_id, digest, raw_sealed, size, patient_keys, state, reason, place, leftovers,
    received_at, settled_at, doubles, attempts, charset, line, application_ack
)
SELECT id, nullif(link_id, '{NOBODY}'), nullif(hospital_id, '{NOBODY}'), wire, kind, control_id, digest, raw_sealed, size,
    patient_keys::bytea[], CASE reason WHEN '' THEN 'kept' ELSE 'unreadable' END, reason, place_in, '{{}}',
    received_at, CASE reason WHEN '' THEN NULL ELSE received_at END, doubles, 0, charset, line, application_ack
"""
_CONFLICT = """
ON CONFLICT (link_id, control_id, digest) DO UPDATE
SET doubles = inbound_messages.doubles + excluded.doubles + 1, doubled_at = excluded.received_at, application_ack =
    CASE inbound_messages.application_ack WHEN 'late' THEN excluded.application_ack ELSE inbound_messages.application_ack END
RETURNING digest, received_at, doubled_at
"""
# What is refused at the door is settled by nobody afterwards: who looks at the messages of that hospital, or of those that nobody knows,
# hears of it here.
_TOLD = f"""
CASE WHEN reason <> '' AND doubled_at IS NULL THEN
    pg_notify('{changes.CHANNEL}', json_build_object(
        'topic', 'messages', 'id', coalesce(hospital_id::text, 'nobody'), 'revision', 0
    )::text)::text
END
"""
# Not as one unnest of all in FROM: that lays every value of every column aside first, and reads it back.
_ARRAYS = f"(SELECT {', '.join(f'unnest(%b::{kind}[]) AS {name}' for name, kind in _ROW.items())}) AS arrived"
_VALUES = f"(SELECT {', '.join(f'%b::{kind} AS {name}' for name, kind in _ROW.items())}) AS arrived"

_ALL_TOLD = """
SELECT digest, received_at, NULL::bytea, '' FROM stored WHERE doubled_at IS NOT NULL
UNION ALL
SELECT NULL, NULL, {known}, CASE WHEN EXISTS (SELECT FROM stored) THEN pg_notify('mdo_understand', '')::text END
"""
STORE = f"""
WITH known AS MATERIALIZED ({KNOWN}), stored AS (
    {_INSERT} FROM {_ARRAYS} WHERE place < 0 OR place IN (SELECT place FROM known) {_CONFLICT}, {_TOLD}
) {_ALL_TOLD.format(known="(SELECT string_agg(int4send(place), '') FROM known)")}
"""  # noqa: S608
"""Rows: (digest, when it first came) of what was there already, and one without a digest: the places that are known (`places`).

The numbers that are asked about carry the place of their message; a message with a place is kept only when one of its numbers is known.
What is not is noise, and still to be counted (STORE_ALL): where little is noise, to make ready for that here costs more.
"""
_ONE_TOLD = f"{_CONFLICT}, concat(pg_notify('mdo_understand', '')::text, {_TOLD})"
STORE_ONE = f"{_INSERT} FROM {_VALUES} WHERE EXISTS (SELECT FROM ({_ASKED}) AS asked WHERE {_OF_A_PATIENT}) {_ONE_TOLD}"
"""The same for one message, as most systems send them, in less than half of PostgreSQL's time: a row when it stands in the inbox now,
with `doubled_at` when it stood there before; none when no patient has a number of it. Then STORE asks whoever else may know it: to make
ready for that costs as much as the look that nearly always finds a patient, or the other way that noise goes."""

STORE_ONE_ASKING_NOTHING = f"{_INSERT} FROM {_VALUES} {_ONE_TOLD}"
"""The same for one that is kept whoever it is about: a quarter of PostgreSQL's time was the question, also where nothing was asked."""

STORE_ALL = f"""
WITH counted AS (
    INSERT INTO feed_counts (link_id, day, ignored)
    SELECT link_id, day, ignored FROM unnest(%b::uuid[], %b::date[], %b::int8[]) AS noise (link_id, day, ignored)
    ORDER BY link_id, day
    ON CONFLICT (link_id, day) DO UPDATE SET ignored = feed_counts.ignored + excluded.ignored
), stored AS ({_INSERT} FROM {_ARRAYS} {_CONFLICT}, {_TOLD}) {_ALL_TOLD.format(known="NULL")}
"""  # noqa: S608
"""The same for messages that are all kept, and what was noise is counted: no question who is known here."""

KNOWN_KINDS = ("int4[]", "uuid[]", "text[]", "bytea[]", "bytea[]")
_ROW_KINDS = tuple(_ROW.values())
_ROWS_KINDS = tuple(f"{kind}[]" for kind in _ROW_KINDS)
_NOISE_KINDS = ("uuid[]", "date[]", "int8[]")


_PLACE = struct.Struct("!i")


class _Value(NamedTuple):
    kind: str
    value: Any


class Statement(NamedTuple):
    """What is said to PostgreSQL, its values, and of which kinds these are (inbound_line.KINDS)."""

    said: str
    values: Sequence[Any]
    kinds: Sequence[str]

    @property
    def packed(self) -> list[_Value]:
        """The values for a `line_of`."""
        return [_Value(kind, value) for kind, value in zip(self.kinds, self.values, strict=True)]


Line = psycopg.Cursor[tuple[Any, ...]]


class _ValueDumper(Dumper):
    """Values as the listener's own line packs them: psycopg's takes a third of the time of keeping one message (fhir-in, tests/bench)."""

    format = pq.Format.BINARY

    def get_key(self, obj: _Value, format: PyFormat) -> DumperKey:
        return type(obj), obj.kind  # type: ignore[return-value]  # one dumper per kind

    def upgrade(self, obj: _Value, format: PyFormat) -> Dumper:
        dumper = _ValueDumper(type(obj))
        dumper.oid = KINDS[obj.kind].oid
        return dumper

    def dump(self, obj: _Value) -> bytes:
        return KINDS[obj.kind].pack(obj.value)


@contextmanager
def line_of(session: Session) -> Iterator[Line]:
    """A cursor in this session's transaction; what goes wrong comes out as SQLAlchemy's error."""
    driver: Any = session.connection().connection.driver_connection
    try:
        with driver.pipeline(), driver.cursor() as line:
            line.adapters.register_dumper(_Value, _ValueDumper)
            yield line
    except psycopg.Error as error:
        raise DBAPIError("inbox", None, error) from None  # no values: they are what hospitals sent


def asking(asked: Sequence[AskedNumber]) -> Statement:
    """Which of these numbers somebody here has."""
    return Statement(KNOWN, columns(asked, 5), KNOWN_KINDS)


def storing(asked: Sequence[AskedNumber], rows: Sequence[InboundRow]) -> Statement:
    """Keep those of which a number is known, or that carry no place. No two rows may be the same message."""
    return Statement(STORE, [*columns(asked, 5), *_of_rows(rows)], (*KNOWN_KINDS, *_ROWS_KINDS))


def storing_all(rows: Sequence[InboundRow], noise: Sequence[Noise] = ()) -> Statement:
    """Keep them whoever they are about, and count the noise. No two rows may be the same message."""
    return Statement(STORE_ALL, [*columns(noise, 3), *_of_rows(rows)], (*_NOISE_KINDS, *_ROWS_KINDS))


def places(told: bytes | None) -> set[int]:
    """Those that STORE says are known."""
    return {place for (place,) in _PLACE.iter_unpack(told or b"")}


def noise_among(rows: Iterable[InboundRow], known: Set[int]) -> list[Noise]:
    """What STORE has left out of them: no message of the feed comes twice in what it is given (Sifting.is_twice)."""
    counted: Counter[tuple[str, date]] = Counter()
    for row in rows:
        if row.place >= 0 and row.place not in known:
            counted[row.link_id, row.received_at.date()] += 1
    return [Noise(*of, count) for of, count in sorted(counted.items())]


def storing_one(row: InboundRow, asked: Sequence[AskedNumber] = ()) -> Statement:
    """The same for one message; without a place it is kept and nothing is asked."""
    values = [row.place, *_new_ids(1), *row[1:]]
    if row.place < 0:
        return Statement(STORE_ONE_ASKING_NOTHING, values, _ROW_KINDS)
    return Statement(STORE_ONE, [*values, *columns(asked, 5)], (*_ROW_KINDS, *KNOWN_KINDS))


def _of_rows(rows: Sequence[InboundRow]) -> list[list[Any]]:
    place, *others = columns(rows, len(InboundRow._fields))
    return [place, _new_ids(len(rows)), *others]


def columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """Rows turned into columns."""
    return list(map(list, zip(*rows, strict=True))) or [[] for _ in range(count)]


def _new_ids(count: int) -> list[str]:
    """As many ids of one moment as domain.identifiers.new_id would give, as the text PostgreSQL reads."""
    moment, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10 * count).hex()
    parts = (chance[at : at + 18] for at in range(0, 20 * count, 20))
    return [f"{moment}7{part[:3]}8{part[3:]}" for part in parts]


def as_array(keys: Iterable[bytes]) -> str:
    """Keys as PostgreSQL writes a bytea[]: arrays of arrays cannot be of unequal length."""
    return "{" + ",".join(f'"\\\\x{key.hex()}"' for key in keys) + "}"
