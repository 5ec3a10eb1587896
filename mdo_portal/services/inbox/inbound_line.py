"""A connection to PostgreSQL driven by the event loop, for the listener: statements prepared once, binary both ways, no thread.

psycopg's own asynchronous connection costs ten times this per statement, a thread a hop each way and a fight for the interpreter's
lock: at one message at a time that is what a sender waits for (docs/decisions/0026). libpq does the talking; here is only the waiting.
"""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import psycopg
from psycopg import pq

from mdo_portal.database import NOT_COMPILED, SOON_NOTICED, at_the_door
from mdo_portal.silence import WATCH, Line

Row = list[bytes | None]
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_Pack = Callable[[Any], bytes]


class Kind(NamedTuple):
    """A type of PostgreSQL: its number, and how a value is written in binary."""

    oid: int
    pack: _Pack


def _array(element: Kind, values: Sequence[Any]) -> bytes:
    """Values as PostgreSQL's binary array of one dimension. None of them may be None."""
    count = len(values)
    if not count:
        return _EMPTY(0, 0, element.oid)
    head = _HEAD(1, 0, element.oid, count, 1)
    if values.count(values[0]) == count:  # one kind of message of one hospital: most columns of most batches
        packed = element.pack(values[0])
        return head + (_LENGTH(len(packed)) + packed) * count
    written = [element.pack(value) for value in values]
    if len(set(map(len, written))) == 1:  # times, digests, keys
        length = _LENGTH(len(written[0]))
        return head + length + length.join(written)
    return head + b"".join([part for one in written for part in (_LENGTH(len(one)), one)])


_LENGTH, _EMPTY, _HEAD = struct.Struct("!i").pack, struct.Struct("!iii").pack, struct.Struct("!iiiii").pack
_INT8 = struct.Struct("!q").pack
_ELEMENTS = {
    "text": (Kind(25, str.encode), 1009),
    "bytea": (Kind(17, lambda value: value), 1001),  # as it is
    "uuid": (Kind(2950, bytes.fromhex), 2951),
    "int4": (Kind(23, _LENGTH), 1007),
    "int8": (Kind(20, _INT8), 1016),
    "date": (Kind(1082, lambda day: _LENGTH((day - _EPOCH.date()).days)), 1182),
    "timestamptz": (Kind(1184, lambda moment: _INT8((moment - _EPOCH) // _MICROSECOND)), 1185),
}
KINDS = {name: element for name, (element, _) in _ELEMENTS.items()} | {
    f"{name}[]": Kind(oid, partial(_array, element)) for name, (element, oid) in _ELEMENTS.items()
}
"""By its name in SQL; `text[]` is an array."""


class Question(NamedTuple):
    """A statement (placeholders `%b`) with its values as they travel."""

    statement: str
    values: list[bytes]
    kinds: Sequence[str]


def question(statement: str, values: Sequence[Any], kinds: Sequence[str]) -> Question:
    """`values` packed for `DirectLine.ask`; `kinds`: keys of KINDS, one for each."""
    return Question(statement, [KINDS[kind].pack(value) for kind, value in zip(kinds, values, strict=True)], kinds)


#: PostgreSQL would think anew about STORE for every message, for longer than storing it takes: with this one message at a time is half
#: as fast again. A plan for any batch is what the statement was written for (inbound_rows.KNOWN).
_PLANNED_ONCE = f"{NOT_COMPILED} -c plan_cache_mode=force_generic_plan -c application_name=mdo-portal\\ keep"


def moment(binary: bytes) -> datetime:
    """A timestamptz as PostgreSQL sends it."""
    return _EPOCH + int.from_bytes(binary, "big", signed=True) * _MICROSECOND


class DirectLine:
    """Every statement commits by itself. One statement at a time; whoever calls `ask` sees to that."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._line: Line | None = None
        self._prepared: dict[str, bytes] = {}
        self._answer: asyncio.Future[list[Row]] | None = None
        self._socket = -1
        self._rows: list[Row] = []
        self._trouble: Exception | None = None

    async def ask(self, asked: Question) -> list[Row]:
        """Do the statement and give its rows as PostgreSQL's binary values.

        Raises psycopg.Error, without values: they are what hospitals sent. A connection that turns out to be gone is made anew,
        once, so the statement must bear being done twice.
        """
        again = self._connection is not None
        try:
            return await self._ask(asked)
        except psycopg.OperationalError:
            if not again or self._connection is not None:
                raise
        return await self._ask(asked)

    def close(self) -> None:
        """Let go of the connection; the next `ask` makes another."""
        if self._connection is not None:
            # By the number it had: of a connection that is gone libpq no longer tells it, and whoever waits must hear of that.
            asyncio.get_running_loop().remove_reader(self._socket)
            asyncio.get_running_loop().remove_writer(self._socket)
            self._connection.close()
            self._connection = None

    async def _ask(self, asked: Question) -> list[Row]:
        if self._connection is None:
            await self._connect()
        statement, values, kinds = asked
        binary = [pq.Format.BINARY] * len(values)
        try:
            if statement not in self._prepared:
                name = b"own%d" % len(self._prepared)
                await self._sent("send_prepare", name, _numbered(statement).encode(), [KINDS[kind].oid for kind in kinds])
                self._prepared[statement] = name
            return await self._sent("send_query_prepared", self._prepared[statement], values, binary, pq.Format.BINARY)
        except psycopg.OperationalError:
            if self._connection is not None and self._connection.pgconn.status != pq.ConnStatus.OK:
                self.close()
            raise

    def _called(self) -> tuple[psycopg.Connection, Line]:
        options = at_the_door(self._url, _PLANNED_ONCE)
        connection = psycopg.connect(self._url, autocommit=True, options=options, **SOON_NOTICED)
        return connection, WATCH.know(connection, self._url)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        connection, line = await loop.run_in_executor(None, self._called)
        connection.pgconn.nonblocking = 1
        self._connection, self._line, self._prepared = connection, line, {}
        self._socket = connection.pgconn.socket
        loop.add_reader(self._socket, self._hear)

    async def _sent(self, act: str, *arguments: Any) -> list[Row]:
        assert self._connection is not None and self._line is not None
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._rows, self._trouble = [], None
        try:
            with self._line.asking():
                getattr(self._connection.pgconn, act)(*arguments)
                self._flush()
                rows: list[Row] = await answer
            return rows
        finally:
            if not answer.done() or answer.cancelled():
                self.close()  # in the middle of a statement: what comes now is nobody's
            self._answer = None

    def _flush(self) -> None:
        """Write what the socket takes; the rest when it takes more, for a document is larger than its buffer."""
        assert self._connection is not None
        pgconn, loop = self._connection.pgconn, asyncio.get_running_loop()
        if pgconn.flush():
            loop.add_writer(self._socket, self._flush_more)

    def _flush_more(self) -> None:
        if self._connection is None:
            return
        pgconn = self._connection.pgconn
        try:
            if pgconn.flush() == 0:
                asyncio.get_running_loop().remove_writer(self._socket)
        except psycopg.Error as trouble:
            self._broken(trouble)

    def _hear(self) -> None:
        if self._connection is None:
            return None
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    return self._done()
                self._take(result)
        except psycopg.Error as trouble:
            self._broken(trouble)
        return None

    def _take(self, result: pq.abc.PGresult) -> None:
        if result.status == pq.ExecStatus.TUPLES_OK:
            columns = range(result.nfields)
            self._rows += [[result.get_value(row, column) for column in columns] for row in range(result.ntuples)]
        elif result.status != pq.ExecStatus.COMMAND_OK:
            state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
            self._trouble = _kind_of(state)(f"PostgreSQL said {state or 'nothing'}")

    def _done(self) -> None:
        gone = self._connection is not None and self._connection.pgconn.status != pq.ConnStatus.OK
        if self._answer is None or self._answer.done():
            if gone:
                self.close()  # the server went away while nobody was asking
            return
        if gone and self._trouble is None:
            self._trouble = psycopg.OperationalError("the connection is gone")
        if self._trouble is not None:
            self._answer.set_exception(self._trouble)
        else:
            self._answer.set_result(self._rows)

    def _broken(self, trouble: psycopg.Error) -> None:
        answer = self._answer
        self.close()
        if answer is not None and not answer.done():
            answer.set_exception(psycopg.OperationalError(f"the connection is gone ({type(trouble).__name__})"))


def _kind_of(state: str) -> type[psycopg.Error]:
    try:
        return psycopg.errors.lookup(state)
    except KeyError:
        return psycopg.OperationalError


def _numbered(statement: str) -> str:
    """`%b` as libpq counts them: $1, $2, …"""
    places = iter(range(1, 1000))
    return re.sub("%b", lambda _: f"${next(places)}", statement)
