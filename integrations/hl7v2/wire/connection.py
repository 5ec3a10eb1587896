"""One sender's connection: frames in, acknowledgements out in the order in which the messages came."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from integrations.hl7v2.wire import stray
from integrations.hl7v2.wire.mllp import FrameTooLarge, MllpDecoder
from integrations.hl7v2.wire.still_trusted import ASKS_ANEW
from integrations.hl7v2.wire.tls import caller_of
from mdo_portal.exchange import Answer, Caller, Verdict

if TYPE_CHECKING:
    from integrations.hl7v2.wire.listener import MllpListener

BARE_END_SECONDS = 0.2
"""How long a frame may end in FS without CR before we take it as whole (see mllp.py)."""

_CERTIFICATE_ENDED = "certificate_ended"
Said = asyncio.Future[Answer] | asyncio.Future[bytes]
"""Reception's word on one frame; bytes are that on a whole batch."""


class Connection(asyncio.Protocol):
    """Messages wait in `_backlog`, then are with reception in `_asked`, whose order is the order of arrival."""

    def __init__(self, listener: MllpListener) -> None:
        self._listener = listener
        self._decoder = MllpDecoder(listener.limits.limit_bytes)
        self._backlog: deque[bytes] = deque()
        self._asked: deque[tuple[bytes, Said]] = deque()
        self._last_words: bytes | None = None  # written after all answers; then the connection closes
        self._stopping = self._full = self._paused = self._has_spoken = False
        self._timer: asyncio.TimerHandle | None = None
        self._early: list[bytes] = []  # what came between the handshake and connection_made
        self._transport: asyncio.Transport | None = None
        self._heard = self._begun = time.monotonic()
        self._let_in_by = listener.tls  # at the beginning of its handshake
        self.unfinished = 0  # bytes of a message whose end is not here yet
        self.caller = Caller()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream transport, as create_server and start_tls give
        self.caller = caller_of(transport)
        if not self._listener.admits(self):
            return self._turn_away()
        if self._let_in_by is not self._listener.tls:  # the files changed while it shook hands
            self.look_again()
        self._watch()
        for data in self._early:
            self.data_received(data)
        self._early.clear()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        # Messages that are with reception stay there: stored without an answer is safe, the sender repeats.
        self._listener.gone(self)
        self._backlog.clear()
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        if self._transport is None:
            self._early.append(data)
            return
        if self._stopping:
            return
        self._heard = time.monotonic()
        if not self._decoder.unfinished:
            self._begun = self._heard
        try:
            self._take(self._decoder.feed(data))
        except FrameTooLarge as trouble:
            self._take(trouble.frames)
            self._end("too_large", trouble.start, Answer(Verdict.NOT_HERE, "", "too_large", "The message is too large"))
        self._account()
        if self._decoder.stray and not self._has_spoken:
            asyncio.get_running_loop().call_later(stray.WAIT_SECONDS, self._tell_stray)
        if self._decoder.ends_bare:
            asyncio.get_running_loop().call_later(BARE_END_SECONDS, self._flush, self._heard)

    def eof_received(self) -> bool:
        # A sender may close his half and still wait for the answers.
        self._take(self._decoder.flush())
        self._tell_stray()
        if not self._stopping:
            self._stopping, self._last_words = True, b""
        self._write()
        return self._transport is not None and self._transport.get_extra_info("ssl_object") is None  # TLS can't be half open

    def pause_writing(self) -> None:
        self._full = True
        self._balance()

    def resume_writing(self) -> None:
        self._full = False
        self.go_on()

    def drain(self) -> list[Said]:
        """Take no more messages; give what is still with reception."""
        self._stopping = True
        self._backlog.clear()
        return [said for _, said in self._asked]

    def close(self) -> None:
        """Close after what was written has gone out."""
        if self._transport is not None:
            self._transport.close()

    def look_again(self) -> None:
        """Whether the client certificate with which the line was opened is one to call with by now."""
        tls = self._transport.get_extra_info("ssl_object") if self._transport is not None else None
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        if shown and (reason := self._listener.refusal(shown)):
            self.leave(reason)

    def leave(self, reason: str) -> None:
        """Whoever calls may not any more: what is here gets its answer, nothing more is taken, and it is told.

        Not when it may be nothing: who has the next certificate by now comes back with it, and else the handshake tells.
        """
        if self._stopping:
            return
        self._stopping, self._last_words = True, b""
        if reason not in (ASKS_ANEW, _CERTIFICATE_ENDED):
            self._listener.tell_refused(self.caller, reason, b"")
        self._write()

    def go_on(self) -> None:
        """Hand in what waits, as far as this connection and the listener as a whole have room for it."""
        limit = self._listener.limits.in_flight
        while self._backlog and len(self._asked) < limit and not self._full:
            if not self._listener.room.has(self, len(self._backlog[0])):
                break
            raw = self._backlog.popleft()
            said = self._listener.hand_in(raw, self.caller)
            self._asked.append((raw, said))
            if len(self._asked) == 1:  # the others are written with it, or wait for it
                said.add_done_callback(self._write)
        self._balance()

    def _take(self, frames: list[bytes]) -> None:
        if frames:
            self._has_spoken, self._begun = True, time.monotonic()
            self._backlog.extend(frames)
            self.go_on()

    def _account(self) -> None:
        """What is half here counts for all connections together: many slow large messages must not fill the memory."""
        self._count(self._decoder.size)
        if self.unfinished and self._listener.unfinished > self._listener.limits.total_bytes:
            self._listener.make_way()

    def _count(self, unfinished: int) -> None:
        self._listener.unfinished += unfinished - self.unfinished
        self.unfinished = unfinished

    def make_way(self) -> None:
        """Let go of what is half here, for others."""
        words = "Too much is under way at once, please send again"
        start, self._decoder = self._decoder.start, MllpDecoder(self._listener.limits.limit_bytes)
        self._count(0)
        self._end("too_much", start, Answer(Verdict.NOT_NOW, "", "too_much", words))

    def _write(self, _: object = None) -> None:
        """Write the answers that are here, as far as those before them are: all that came with one commit go out together."""
        if self._transport is None:
            return
        ready: list[bytes] = []
        size = 0
        while self._asked and self._asked[0][1].done():
            raw, said = self._asked.popleft()
            size += len(raw)
            ready.append(self._listener.answer_to(raw, said, self.caller))
        if ready:
            if self._asked:
                self._asked[0][1].add_done_callback(self._write)
            self._transport.write(b"".join(ready))
            self._listener.room.give_back(size)
            if self._backlog:
                self.go_on()
        if self._last_words is not None and not self._asked and not self._backlog:
            self._transport.write(self._last_words)
            self._last_words = None
            self._transport.close()

    def _balance(self) -> None:
        """Read no further while earlier messages wait: the sender's own queue is the best place for the rest."""
        pause = bool(self._backlog) or self._full
        if pause != self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = pause
            (self._transport.pause_reading if pause else self._transport.resume_reading)()

    def _flush(self, heard: float) -> None:
        if heard == self._heard and not self._stopping:
            self._take(self._decoder.flush())
            self._account()

    def _tell_stray(self) -> None:
        """Hang up on who speaks something else than MLLP, and say so: a line that is silent for ever tells nobody what is wrong."""
        if self._stopping or self._has_spoken:
            return
        reason, start = stray.told_of(self._decoder.stray, is_begun=self._decoder.unfinished)
        if reason:
            self._end(reason, start, Answer(Verdict.NOT_HERE, "", reason, "The message came without the frame of MLLP"))

    def _end(self, reason: str, start: bytes, said: Answer) -> None:
        self._stopping = True
        self._last_words = self._listener.framed(start, said) if start else b""
        self._listener.tell_refused(self.caller, reason, start)
        self._write()

    def _turn_away(self) -> None:
        self._stopping = True
        self._listener.tell_refused(self.caller, "too_many", b"")
        assert self._transport is not None
        self._transport.abort()

    def _watch(self) -> None:
        """Close a connection that says nothing, or that takes for ever over one message. Not while we are the slow one."""
        limits, now = self._listener.limits, time.monotonic()
        assert self._transport is not None
        if self._is_over(limits.frame_seconds):
            self.leave(_CERTIFICATE_ENDED)
        if not self._stopping and not self._asked and not self._backlog:
            if self._decoder.unfinished and now - self._begun > limits.frame_seconds:
                self._end("too_slow", self._decoder.start, Answer(Verdict.NOT_HERE, "", "too_slow", "The message took too long"))
            elif now - self._heard > limits.idle_seconds:
                self._transport.close()
        if not self._transport.is_closing():
            wait = max(0.05, min(limits.idle_seconds, limits.frame_seconds) / 4)
            self._timer = asyncio.get_running_loop().call_later(wait, self._watch)

    def _is_over(self, grace: float) -> bool:
        """Whether the certificate ended with which the line was opened. In the middle of a message that may wait a moment."""
        if self.caller.expires_at is None:
            return False
        since = (self._listener.now() - self.caller.expires_at).total_seconds()
        return since >= (grace if self._decoder.unfinished else 0)


class Handshake(asyncio.Protocol):
    """A connection before its TLS: it counts from its first moment, and has ten seconds to show a certificate."""

    def __init__(self, listener: MllpListener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        self._listener.shake_hands(transport)
