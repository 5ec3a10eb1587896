"""The MLLP listener: sockets in, frames to reception, answers out in the order in which the messages came."""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.hl7v2.text import batch
from integrations.hl7v2.wire.ack import acks_for
from integrations.hl7v2.wire.connection import Connection, Handshake
from integrations.hl7v2.wire.mllp import DEFAULT_LIMIT, frame
from integrations.hl7v2.wire.room import Room
from integrations.hl7v2.wire.still_trusted import Refusal, nobody
from integrations.hl7v2.wire.tls import HANDSHAKE_SECONDS, HANDSHAKING, NO_TLS, Handshaking, caller_of, refusal_of
from mdo_portal.exchange import Answer, Caller, Verdict

log = logging.getLogger(__name__)

Receive = Callable[[bytes, Caller], Awaitable[Answer]]
Refused = Callable[[Caller, str, bytes], Awaitable[None]]
_NOT_NOW = Answer(Verdict.NOT_NOW, "", "not_now", "Not stored, please send again")
_AT_ONCE = 64
"""So many messages of one batch are with reception at a time."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one connection, one sender, and all together, may ask of us. See MllpListener."""

    limit_bytes: int
    in_flight: int
    max_connections: int
    max_per_sender: int
    total_bytes: int
    idle_seconds: float
    frame_seconds: float


class MllpListener:
    """Listens on one port. `receive` gets each message and gives the answer; it is called in the order of arrival per
    connection, up to `in_flight` at once. When it raises, the sender is told to send again (AR, 207), never AA.

    A line ends within minutes of its client certificate, and at `renew` when that was withdrawn: `refused` is told, as of a handshake.

    `refused` is told what never became a message: (caller, reason, first bytes), reasons `too_large`, `too_slow`, `too_many`,
    `too_much`, and those of a handshake that failed (tls.refusal_of). `tls` demands a client certificate (tls.server_context).
    `limit_bytes` is for one message, `total_bytes` for all that is half here or with reception, `idle_seconds` without any byte
    (hospitals keep connections open all day), `frame_seconds` from first to last byte of one, `max_per_sender` for one client
    certificate, or one address where there is none yet.
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
        max_connections: int = 400,
        max_per_sender: int = 64,
        in_flight: int = 32,
        total_bytes: int = 0,
        refused: Refused | None = None,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.limits = Limits(
            limit_bytes=limit_bytes,
            in_flight=in_flight,
            max_connections=max_connections,
            max_per_sender=max_per_sender,
            total_bytes=total_bytes or 8 * limit_bytes,
            idle_seconds=idle_seconds,
            frame_seconds=frame_seconds,
        )
        self.connections: set[Connection] = set()
        self.unfinished = 0  # bytes of messages whose end is not here yet, over all connections
        self.tls = tls
        self.refusal: Refusal = nobody
        self._receive, self._refused = receive, refused
        self._host, self._port, self.now = host, port, now
        self._ids = (f"{int(time.time() * 1000):X}-{count}" for count in itertools.count(1))
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._shaking: Counter[str] = Counter()  # by address: who they are is not known yet
        self._senders: Counter[str] = Counter()
        self.room = Room(self.limits.total_bytes)
        self._failing = ""  # with what kind of error reception fails, since it last went well

    async def start(self) -> None:
        """Open the port. Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        made = (lambda: Connection(self)) if self.tls is None else (lambda: Handshake(self))
        self._server = await loop.create_server(made, self._host, self._port, backlog=512)

    @property
    def port(self) -> int:
        """The port that is open, also when 0 was asked for."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else self._port

    async def stop(self, timeout_seconds: float = 10.0) -> None:
        """No new connections, no new messages; what is with reception gets its answer; then everything closes."""
        if self._server is None:
            return
        self._server.close()
        self.room.close()
        open_now = list(self.connections)
        waiting = [answer for connection in open_now for answer in connection.drain()]
        if waiting:
            await asyncio.wait(waiting, timeout=timeout_seconds)
            await asyncio.sleep(0)  # the last answers are written in their callbacks
        for connection in open_now:
            connection.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_seconds)
        self._server = None

    # Who may come in

    def renew(self, tls: ssl.SSLContext, refusal: Refusal) -> None:
        """Other files from the next handshake on. Lines that are open stay, but for whose certificate (DER) there is a `refusal` now."""
        self.tls, self.refusal = tls, refusal
        for one in list(self.connections):
            one.look_again()

    def admits(self, connection: Connection) -> bool:
        """Whether there is room for one more of this sender; counts it when there is."""
        key = _sender_of(connection.caller)
        if len(self.connections) >= self.limits.max_connections or self._senders[key] >= self.limits.max_per_sender:
            return False
        self.connections.add(connection)
        self._senders[key] += 1
        return True

    def gone(self, connection: Connection) -> None:
        """A connection closed."""
        self.unfinished -= connection.unfinished
        connection.unfinished = 0
        self.room.forget(connection)
        if connection in self.connections:
            self.connections.discard(connection)
            key = _sender_of(connection.caller)
            self._senders[key] -= 1
            self._senders += Counter()  # forgets who has none

    def make_way(self) -> None:
        """Too much is half here: of the sender who has most of it under way the largest message goes; nobody else is hurt."""
        under_way: Counter[str] = Counter()
        for one in self.connections:
            under_way[_sender_of(one.caller)] += one.unfinished
        sender = max(under_way, key=under_way.__getitem__)
        max((one for one in self.connections if _sender_of(one.caller) == sender), key=lambda one: one.unfinished).make_way()

    def shake_hands(self, transport: asyncio.Transport) -> None:
        """TLS for a connection that was just made. Who says nothing fills no more than one sender's room."""
        host = caller_of(transport).host
        is_full = self._shaking.total() + len(self.connections) >= self.limits.max_connections
        if is_full or self._shaking[host] >= self.limits.max_per_sender:
            self.tell_refused(caller_of(transport), "too_many", b"")
            transport.abort()
            return
        self._shaking[host] += 1
        self._keep(asyncio.ensure_future(self._shake_hands(transport)))

    async def _shake_hands(self, transport: asyncio.Transport) -> None:
        connection, caller = Connection(self), caller_of(transport)
        begun = Handshaking(transport.abort)
        HANDSHAKING.set(begun)
        assert self.tls is not None
        try:
            secure = await asyncio.get_running_loop().start_tls(
                transport, connection, self.tls, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except (TimeoutError, OSError) as trouble:  # the edge: whoever can't show who he is goes, and it is written down
            self._no_tls(caller, begun.trouble or trouble, begun.begin)
            transport.abort()
        else:
            if secure is not None:
                connection.connection_made(secure)
            elif begun.trouble is not None:  # it was told why, and hung up
                self._no_tls(caller, begun.trouble, begun.begin)
            else:  # asyncio gives nothing when the other went in the very moment that we began
                self.tell_refused(caller, NO_TLS, b"")
        finally:
            self._shaking[caller.host] -= 1
            self._shaking += Counter()  # forgets who has none

    def _no_tls(self, caller: Caller, trouble: BaseException, begin: bytes) -> None:
        reason = getattr(trouble, "reason", None) or type(trouble).__name__
        log.warning("no TLS", extra={"peer": caller.address, "reason": str(reason)})
        self.tell_refused(caller, refusal_of(trouble, begin), b"")

    # Messages

    def hand_in(self, raw: bytes, caller: Caller) -> asyncio.Future[Answer] | asyncio.Future[bytes]:
        """Give one frame to reception; when the future is done, `answer_to` says what goes back, and `room` gets it back."""
        self.room.take(len(raw))
        found = batch.split(raw)
        if found is None:
            return self._ask(raw, caller)
        whole = asyncio.ensure_future(self._hand_in_batch(found, caller))
        self._keep(whole)
        return whole

    def answer_to(self, raw: bytes, said: asyncio.Future[Answer] | asyncio.Future[bytes], caller: Caller) -> bytes:
        """The acknowledgements of a frame that was handed in, framed, once `said` is done. Never raises."""
        answer = self._said(said, caller)
        return answer if isinstance(answer, bytes) else self.framed(raw, answer)

    async def _hand_in_batch(self, found: batch.Batch, caller: Caller) -> bytes:
        """Every message of a batch by itself, in order; one answer for all when the last is in."""
        acks: list[bytes] = []
        for at in range(0, len(found.messages), _AT_ONCE):
            some = found.messages[at : at + _AT_ONCE]
            asked = [self._ask(one, caller) for one in some]
            await asyncio.wait(asked)
            for one, said in zip(some, asked, strict=True):
                answer = self._said(said, caller)
                assert isinstance(answer, Answer)
                acks += self._acks(one, answer)
        whole = batch.answered(found, acks, now=self.now(), control_id=next(self._ids))
        return frame(whole) if whole else b""

    def _ask(self, raw: bytes, caller: Caller) -> asyncio.Future[Answer]:
        try:
            said = self._receive(raw, caller)
            return said if isinstance(said, asyncio.Future) else asyncio.ensure_future(said)
        except Exception as trouble:  # the edge, as in _said
            failed: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            failed.set_exception(trouble)
            return failed

    def _said(self, said: asyncio.Future[Answer] | asyncio.Future[bytes], caller: Caller) -> Answer | bytes:
        """Reception's word. Whatever fails behind us, the sender must hear "not now", and nobody else is hurt."""
        trouble = said.exception() if not said.cancelled() else asyncio.CancelledError()
        if trouble is None:
            self._failing = ""
            return said.result()
        kind, before = type(trouble).__name__, self._failing
        self._failing = kind
        if kind != before:  # senders try again and again
            # The type only: the text of a database error may hold the message.
            log.error("reception failed", extra={"peer": caller.address, "error": kind})
        return _NOT_NOW

    def framed(self, raw: bytes, said: Answer) -> bytes:
        """The acknowledgements of `raw` that its sender asked for, each in a frame, ready for the wire; often one, sometimes none."""
        return b"".join(map(frame, self._acks(raw, said)))

    def _acks(self, raw: bytes, said: Answer) -> list[bytes]:
        return acks_for(raw, said, now=said.at or self.now(), control_id=said.reference or next(self._ids))

    # What was no message

    def tell_refused(self, caller: Caller, reason: str, start: bytes) -> None:
        """Let reception leave a row about something that was no message."""
        log.warning("refused at the door", extra={"peer": caller.address, "reason": reason})
        if self._refused is not None:
            self._keep(asyncio.ensure_future(self._tell(self._refused, caller, reason, start)))

    async def _tell(self, refused: Refused, caller: Caller, reason: str, start: bytes) -> None:
        try:
            await refused(caller, reason, start)
        except Exception as trouble:  # the edge: a row that can't be written must not end the listener
            log.error("a refusal could not be recorded", extra={"peer": caller.address, "error": type(trouble).__name__})

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _sender_of(caller: Caller) -> str:
    return caller.certificate or caller.host
