"""Peers on an MLLP port: python-hl7's own asyncio server, and the bound that does nothing but store and acknowledge.

`python -m tests.bench.servers python-hl7|group-commit|group-commit-arrays PORT [DATABASE_URL]`
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import hl7.mllp
import psycopg

TABLE = """
    CREATE SCHEMA IF NOT EXISTS bench;
    SET search_path = bench;
    CREATE TABLE IF NOT EXISTS bare (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sender text, control_id text, kind text, at timestamptz, raw bytea,
        UNIQUE (sender, control_id)
    );
    ALTER TABLE bare ALTER COLUMN raw SET STORAGE EXTERNAL
"""
CONFLICT = "ON CONFLICT (sender, control_id) DO NOTHING"
ONE = f"INSERT INTO bare (sender, control_id, kind, at, raw) VALUES (%b, %b, %b, %b, %b) {CONFLICT}"
ARRAYS = f"""
    INSERT INTO bare (sender, control_id, kind, at, raw)
    SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::timestamptz[], %b::bytea[]) {CONFLICT}
"""
Row = tuple[str, str, str, datetime, bytes]


async def python_hl7(port: int) -> None:
    """The server of the package `hl7`: parses every message, stores nothing."""

    async def serve(reader: hl7.mllp.HL7StreamReader, writer: hl7.mllp.HL7StreamWriter) -> None:
        try:
            while not writer.is_closing():
                message = await reader.readmessage()
                writer.writemessage(message.create_ack())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    started = await hl7.mllp.start_hl7_server(serve, host="127.0.0.1", port=port, encoding="utf-8", limit=2**22)
    async with started:
        await started.serve_forever()


class Bare:
    """Group commit and nothing else: while one batch is committed, the next one gathers.

    One pipelined executemany per batch, which is the bound BENCH.md names, or one statement with arrays, which costs the client half.
    """

    def __init__(self, url: str, *, arrays: bool) -> None:
        self._arrays = arrays
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(TABLE)
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: list[tuple[Row, asyncio.Transport, bytes]] = []
        self._busy = False

    def take(self, raw: bytes, transport: asyncio.Transport) -> None:
        fields = raw[: raw.find(b"\r")].decode().split("|")
        row = (fields[2], fields[9], fields[8], datetime.now(UTC), raw)
        answer = f"MSH|^~\\&|{fields[4]}|{fields[5]}|{fields[2]}|{fields[3]}|20260302121500||ACK|A{fields[9]}|P|2.5\rMSA|AA|{fields[9]}\r"
        self._waiting.append((row, transport, b"\x0b" + answer.encode() + b"\x1c\r"))
        if not self._busy:
            self._busy = True
            self._keeping = asyncio.ensure_future(self._keep())

    async def _keep(self) -> None:
        await asyncio.sleep(0)
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.get_running_loop().run_in_executor(self._thread, self._store, [row for row, _, _ in batch])
            for _, transport, answer in batch:
                transport.write(answer)
        self._busy = False

    def _store(self, rows: list[Row]) -> None:
        if self._arrays:
            self._connection.execute(ARRAYS, [list(column) for column in zip(*rows, strict=True)])
            return
        with self._connection.pipeline(), self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(ONE, rows)


class BareLine(asyncio.Protocol):
    def __init__(self, desk: Bare) -> None:
        self._desk, self._buffer = desk, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if b"\x1c\r" not in data[-2:] and b"\x1c\r" not in self._buffer:
            return
        *whole, rest = self._buffer.split(b"\x1c\r")
        self._buffer = rest
        for one in whole:
            self._desk.take(bytes(one[1:]), self._transport)


async def group_commit(port: int, url: str, *, arrays: bool) -> None:
    desk = Bare(url, arrays=arrays)
    started = await asyncio.get_running_loop().create_server(lambda: BareLine(desk), "127.0.0.1", port)
    async with started:
        await started.serve_forever()


if __name__ == "__main__":
    name, port = sys.argv[1], int(sys.argv[2])
    asyncio.run(python_hl7(port) if name == "python-hl7" else group_commit(port, sys.argv[3], arrays=name.endswith("arrays")))
