"""A warm pool of reading children. A child that takes too long, uses too much memory or dies is replaced; the message gets a reason.

Children are started by exec, never forked from us: nothing of our memory (keys, connections) and nothing of our environment is theirs.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from mdo_portal.exchange import Explanation, Incoming, MessageHeader, NobodyReads, Reader, Unreadable, Wire

from . import turns
from .frames import Gone, receive, send
from .turns import Turn
from .values import unpacked

MEMORY_BYTES = 768 * 1024 * 1024
"""What a child may have (address space): a message of the largest size, several times over."""
START_SECONDS = 60.0
"""How long a new child may take to load its readers on a busy machine. It counts for no message."""
READERS = "integrations.readers:readers"
_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from integrations.bounded.child import main; "
    "main(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))"
)


class ReaderBroke(Exception):
    """The reader failed on our side, not on the message: try again later. Carries the name of the error, no values."""


WANTED: Mapping[str, tuple[type, ...]] = {"read": get_args(Incoming), "explain": (Explanation,)}
"""What a child may answer each question with: one that was taken over by a message may say anything."""


def _heard(said: Any, blobs: list[bytes], wanted: tuple[type, ...]) -> Any:
    """Raises what the child says of the message, and ValueError, TypeError, LookupError or RecursionError for what it never says."""
    if said[0] == "unreadable":
        raise Unreadable(str(said[1]), str(said[2]))
    if said[0] != "read":
        raise ReaderBroke(str(said[1]))
    found = unpacked(said[1], blobs)
    if not isinstance(found, wanted):
        raise TypeError("no answer to what was asked")
    return found


class Child:
    """One child and the line to it. Used by one thread at a time."""

    def __init__(self, readers: str, memory_bytes: int) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-c", _START, _ROOT, str(theirs.fileno()), readers, str(memory_bytes)],
                pass_fds=[theirs.fileno()], env={"LANG": "C.UTF-8"}, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self._is_ready = False

    def ask(self, what: str, wire: Wire, raw: bytes, profile: str, charset: str, *, seconds: float) -> Any:
        """`what`: "read" or "explain". Raises Unreadable, ReaderBroke, and Gone or TimeoutError when this child is of no use any more.

        NobodyReads when it was of no use before it saw the message.
        """
        self._begin()
        turn, most = Turn(self.process.pid, seconds), seconds * turns.MOST_STARVED
        self._line.settimeout(most)
        send(self._line, [what, wire.value, profile, charset, most], [raw])
        said, blobs = receive(self._line, left=turn.left)
        try:
            return _heard(said, blobs, WANTED[what])
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise Gone() from error

    def _begin(self) -> None:
        """What kills a child before it saw a message (no memory, code that is being replaced) says nothing about that message."""
        if self._is_ready:
            return
        try:
            until = time.monotonic() + START_SECONDS
            receive(self._line, left=lambda: until - time.monotonic())
        except (Gone, TimeoutError):
            raise NobodyReads() from None
        self._is_ready = True

    def end(self) -> None:
        self._line.close()
        self.process.kill()
        self.process.wait()


class Pool:
    """As many children as there are readers at work, and one that is warm already when another dies."""

    def __init__(self, size: int, *, readers: str = READERS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._readers, self._memory = readers, memory_bytes
        self._lock = threading.Lock()
        self._idle: deque[Child] = deque(self._new() for _ in range(size + 1))
        self.replaced = 0  #: how many children did not survive a message

    def _new(self) -> Child:
        return Child(self._readers, self._memory)

    def read(self, wire: Wire, raw: bytes, profile: str, charset: str, *, seconds: float) -> Incoming:
        """What the message means. Raises what a Reader raises, Unreadable reader_slow or reader_died, and NobodyReads."""
        found: Incoming = self._ask("read", wire, raw, profile, charset, seconds=seconds)
        return found

    def explain(self, wire: Wire, raw: bytes, profile: str, charset: str, *, seconds: float) -> Explanation:
        """How the message is read, field by field. Raises Unreadable reader_slow or reader_died, ReaderBroke and NobodyReads."""
        found: Explanation = self._ask("explain", wire, raw, profile, charset, seconds=seconds)
        return found

    def _ask(self, what: str, wire: Wire, raw: bytes, profile: str, charset: str, *, seconds: float) -> Any:
        """Within `seconds`, in one child or two.

        A child that dies is not yet the message's fault (somebody may have killed it): a second one tries it too.
        """
        until = time.monotonic() + seconds
        try:
            return self._once(what, wire, raw, profile, charset, seconds=seconds)
        except Gone:
            left = max(0.1, until - time.monotonic())
        try:
            return self._once(what, wire, raw, profile, charset, seconds=left)
        except Gone:
            raise Unreadable("reader_died") from None

    def _once(self, what: str, wire: Wire, raw: bytes, profile: str, charset: str, *, seconds: float) -> Any:
        child = self._take()
        try:
            found = child.ask(what, wire, raw, profile, charset, seconds=seconds)
        except TimeoutError:
            self._replace(child)
            raise Unreadable("reader_slow") from None
        except Unreadable as unreadable:
            if unreadable.reason == "reader_died":
                self._replace(child)
            else:
                self._give_back(child)
            raise
        except ReaderBroke:
            self._give_back(child)
            raise
        except BaseException:
            self._replace(child)
            raise
        self._give_back(child)
        return found

    def _take(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.popleft()
        try:
            return self._new()
        except OSError:
            raise NobodyReads() from None

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._idle.appendleft(child)  # the warmest first; a spare one waits at the end

    def _replace(self, child: Child) -> None:
        """One that is warm by the time it is wanted; where none can be made now, `_take` makes one then."""
        child.end()
        with suppress(OSError):
            fresh = self._new()
            with self._lock:
                self._idle.append(fresh)
        with self._lock:
            self.replaced += 1

    def close(self) -> None:
        with self._lock:
            children, self._idle = list(self._idle), deque()
        for child in children:
            child.end()


class BoundedReader:
    """exchange.Reader whose `read` happens in a child, within `seconds`."""

    def __init__(self, pool: Pool, wire: Wire, reader: Reader, *, seconds: float) -> None:
        self._pool, self._wire, self._reader, self._seconds = pool, wire, reader, seconds

    def header(self, raw: bytes) -> MessageHeader:
        return self._reader.header(raw)

    def numbers(self, raw: bytes, profile: str) -> tuple[tuple[str, str], ...]:
        return self._reader.numbers(raw, profile)

    def repeats(self, kind: str, profile: str) -> tuple[str, ...]:
        return self._reader.repeats(kind, profile)

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        return self._reader.charset(raw, profile, charset)

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        """Raises Unreadable, also reader_slow and reader_died; ReaderBroke when our side failed, NobodyReads when no child can begin."""
        return self._pool.read(self._wire, raw, profile, charset, seconds=self._seconds)


def bounded(pool: Pool, readers: Mapping[Wire, Reader], *, seconds: float) -> Mapping[Wire, Reader]:
    """The same readers, each within `seconds`."""
    return {wire: BoundedReader(pool, wire, reader, seconds=seconds) for wire, reader in readers.items()}


class BoundedExplainer:
    """exchange.Explainer that reads in a child, within `seconds`: what a person pastes in a page is trusted no more than what comes in."""

    def __init__(self, pool: Pool, wire: Wire, *, seconds: float) -> None:
        self._pool, self._wire, self._seconds = pool, wire, seconds

    def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation:
        """Never raises for what a message holds: what breaks its reader has that as its reason."""
        try:
            return self._pool.explain(self._wire, raw, profile, charset, seconds=self._seconds)
        except Unreadable as unreadable:
            return Explanation(MessageHeader(), reason=unreadable.reason, where=unreadable.where)
        except (ReaderBroke, NobodyReads):
            return Explanation(MessageHeader(), reason="failed")  # ours to mend: nothing is said of the message
