"""The MLLP listener: sockets in, frames to reception, answers out in the order in which the messages came."""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mdo_portal.exchange import Answer, Verdict

from .ack import build_ack
from .mllp import DEFAULT_LIMIT, FrameTooLarge, MllpDecoder, frame

log = logging.getLogger(__name__)

BARE_END_SECONDS = 0.2
"""How long a frame may end in FS without CR before we take it as whole (see mllp.py)."""


class Peer(str):
    """Who is at the other end: `10.1.2.3:5123` as text, with the name in the client certificate beside it."""

    host: str
    common_name: str

    @classmethod
    def of(cls, transport: asyncio.BaseTransport) -> Peer:
        """The peer of a connection."""
        address = transport.get_extra_info("peername") or ("", 0)
        peer = cls(f"{address[0]}:{address[1]}")
        peer.host = str(address[0])
        peer.common_name = _common_name(transport.get_extra_info("peercert"))
        return peer


Receive = Callable[[bytes, Peer], Awaitable[Answer]]
Refused = Callable[[Peer, str, bytes], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one connection, and all together, may ask of us. See MllpListener."""

    limit_bytes: int
    in_flight: int
    max_connections: int
    idle_seconds: float
    frame_seconds: float


class MllpListener:
    """Listens on one port. `receive` gets each message and gives the answer; it is called in the order of arrival per
    connection, up to `in_flight` at once. When it raises, the sender is told to send again (AR, 207), never AA.

    `refused` is told what never became a message: (peer, reason, first bytes), reasons `too_large`, `too_slow`, `too_many`.
    `tls` should demand a client certificate; its common name stands in `peer.common_name`. `limit_bytes` is for one message,
    `idle_seconds` without any byte (hospitals keep connections open all day), `frame_seconds` from first to last byte of one.
    """

    def __init__(
        self,
        receive: Receive,
        *,
        host: str,
        port: int,
        limit_bytes: int = DEFAULT_LIMIT,
        idle_seconds: float = 3600.0,
        frame_seconds: float = 300.0,
        max_connections: int = 200,
        in_flight: int = 32,
        refused: Refused | None = None,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.limits = Limits(
            limit_bytes=limit_bytes,
            in_flight=in_flight,
            max_connections=max_connections,
            idle_seconds=idle_seconds,
            frame_seconds=frame_seconds,
        )
        self.connections: set[Connection] = set()
        self._receive, self._refused = receive, refused
        self._host, self._port, self._tls = host, port, tls
        self._now = now
        self._ids = (f"{int(time.time() * 1000):X}-{count}" for count in itertools.count(1))
        self._server: asyncio.Server | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the port. Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), self._host, self._port, ssl=self._tls, backlog=512)

    @property
    def port(self) -> int:
        """The port that is open, also when 0 was asked for."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else self._port

    async def stop(self, timeout_seconds: float = 10.0) -> None:
        """No new connections, no new messages; what is with reception gets its answer; then everything closes."""
        if self._server is None:
            return
        self._server.close()
        open_now = list(self.connections)
        waiting = [task for connection in open_now for task in connection.drain()]
        if waiting:
            await asyncio.wait(waiting, timeout=timeout_seconds)
            await asyncio.sleep(0)  # the answers of the last tasks are written in their callbacks
        for connection in open_now:
            connection.close()
        if self._telling:
            await asyncio.wait(self._telling, timeout=timeout_seconds)
        self._server = None

    async def answer(self, raw: bytes, peer: Peer) -> bytes:
        """Reception's word on one message as a frame. Never raises."""
        try:
            said = await self._receive(raw, peer)
        except Exception as trouble:  # the edge: whatever fails behind us, the sender must hear "not now", nobody else is hurt
            # The type only: the text of a database error may hold the message.
            log.error("reception failed", extra={"peer": str(peer), "error": type(trouble).__name__})
            said = Answer(Verdict.NOT_NOW, "", "not_now", "Not stored, please send again")
        return self.framed(raw, said)

    def framed(self, raw: bytes, said: Answer) -> bytes:
        """The acknowledgement of `raw`, ready for the wire."""
        return frame(build_ack(raw, said, now=self._now(), control_id=next(self._ids)))

    def tell_refused(self, peer: Peer, reason: str, start: bytes) -> None:
        """Let reception leave a row about something that was no message."""
        log.warning("refused at the door", extra={"peer": str(peer), "reason": reason})
        if self._refused is not None:
            task = asyncio.ensure_future(self._tell(self._refused, peer, reason, start))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, refused: Refused, peer: Peer, reason: str, start: bytes) -> None:
        try:
            await refused(peer, reason, start)
        except Exception as trouble:  # the edge: a row that can't be written must not end the listener
            log.error("a refusal could not be recorded", extra={"peer": str(peer), "error": type(trouble).__name__})


class Connection(asyncio.Protocol):
    """One sender. Messages wait in `_backlog`, then are with reception in `_answers`, whose order is the order of arrival."""

    def __init__(self, listener: MllpListener) -> None:
        self._listener = listener
        self._decoder = MllpDecoder(listener.limits.limit_bytes)
        self._backlog: deque[bytes] = deque()
        self._answers: deque[asyncio.Task[bytes]] = deque()
        self._last_words: bytes | None = None  # written after all answers; then the connection closes
        self._stopping = self._full = self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._heard = self._begun = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream transport, as create_server gives
        self._peer = Peer.of(transport)
        if len(self._listener.connections) >= self._listener.limits.max_connections:
            self._listener.tell_refused(self._peer, "too_many", b"")
            self._transport.abort()
            return
        self._listener.connections.add(self)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        # Messages that are with reception stay there: stored without an answer is safe, the sender repeats.
        self._listener.connections.discard(self)
        self._backlog.clear()
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        if self._stopping:
            return
        self._heard = time.monotonic()
        if not self._decoder.unfinished:
            self._begun = self._heard
        try:
            self._take(self._decoder.feed(data))
        except FrameTooLarge as trouble:
            self._take(trouble.frames)
            self._end("too_large", trouble.start, "The message is too large")
        if self._decoder.ends_bare:
            asyncio.get_running_loop().call_later(BARE_END_SECONDS, self._flush, self._heard)

    def eof_received(self) -> bool:
        # A sender may close his half and still wait for the answers.
        self._take(self._decoder.flush())
        if not self._stopping:
            self._stopping, self._last_words = True, b""
        self._write()
        return self._transport.get_extra_info("ssl_object") is None  # TLS can't be half open

    def pause_writing(self) -> None:
        self._full = True
        self._balance()

    def resume_writing(self) -> None:
        self._full = False
        self._start()

    def drain(self) -> list[asyncio.Task[bytes]]:
        """Take no more messages; give what is still with reception."""
        self._stopping = True
        self._backlog.clear()
        return list(self._answers)

    def close(self) -> None:
        """Close after what was written has gone out."""
        self._transport.close()

    def _take(self, frames: list[bytes]) -> None:
        if frames:
            self._begun = time.monotonic()
            self._backlog.extend(frames)
            self._start()

    def _start(self) -> None:
        limit = self._listener.limits.in_flight
        while self._backlog and len(self._answers) < limit and not self._full:
            task = asyncio.ensure_future(self._listener.answer(self._backlog.popleft(), self._peer))
            self._answers.append(task)
            task.add_done_callback(self._write)
        self._balance()

    def _write(self, _: object = None) -> None:
        ready: list[bytes] = []
        while self._answers and self._answers[0].done():
            done = self._answers.popleft()
            if not done.cancelled():
                ready.append(done.result())
        if ready:
            self._transport.write(b"".join(ready))
            self._start()
        if self._last_words is not None and not self._answers and not self._backlog:
            self._transport.write(self._last_words)
            self._last_words = None
            self._transport.close()

    def _balance(self) -> None:
        """Read no further while earlier messages wait: the sender's own queue is the best place for the rest."""
        pause = bool(self._backlog) or self._full
        if pause != self._paused and not self._transport.is_closing():
            self._paused = pause
            (self._transport.pause_reading if pause else self._transport.resume_reading)()

    def _flush(self, heard: float) -> None:
        if heard == self._heard and not self._stopping:
            self._take(self._decoder.flush())

    def _end(self, reason: str, start: bytes, text: str) -> None:
        self._stopping = True
        self._last_words = self._listener.framed(start, Answer(Verdict.NOT_HERE, "", reason, text)) if start else b""
        self._listener.tell_refused(self._peer, reason, start)
        self._write()

    def _watch(self) -> None:
        """Close a connection that says nothing, or that takes for ever over one message. Not while we are the slow one."""
        limits, now = self._listener.limits, time.monotonic()
        if not self._stopping and not self._answers:
            if self._decoder.unfinished and now - self._begun > limits.frame_seconds:
                self._end("too_slow", self._decoder.start, "The message took too long")
            elif now - self._heard > limits.idle_seconds:
                self._transport.close()
        if not self._transport.is_closing():
            wait = max(0.05, min(limits.idle_seconds, limits.frame_seconds) / 4)
            self._timer = asyncio.get_running_loop().call_later(wait, self._watch)


def _common_name(certificate: object) -> str:
    if not isinstance(certificate, dict):
        return ""
    names = (value for part in certificate.get("subject", ()) for key, value in part if key == "commonName")
    return str(next(names, ""))
