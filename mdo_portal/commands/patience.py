"""What a slow line may hold of a web process: its thread for a while, and not for ever. The pages of every hospital need those threads.

nginx in front takes in heads and bodies before it passes them on (docs/operating/nginx.conf). This is for whoever reaches the process
without it: four hundred lines that said half a head held every thread, until they let go by themselves. See also web/bodies.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from gunicorn.workers import gthread

FIRST_BYTE_SECONDS = 0.25
"""So long a thread waits for the first byte; after that the line waits without one."""
HEAD_SECONDS = 10.0
"""For the whole head of a request, from its first byte on."""
BODY_SECONDS = 30.0
BODY_BYTES_A_SECOND = 1_000
"""Of a body, after the first half minute: slower than any line that somebody works on."""


class Line(Protocol):
    """A socket, as far as reading goes."""

    def recv(self, size: int, /) -> bytes: ...
    def settimeout(self, seconds: float | None, /) -> None: ...


class Patience:
    """A socket as the reader of one request sees it. A head that is not here in time ends as if the line did; a body is broken off."""

    def __init__(self, line: Line, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._line, self._clock = line, clock
        self._is_head, self._until = True, clock() + HEAD_SECONDS
        self.was_given_up = False

    def body_comes(self) -> None:
        """The head is here. Whoever takes the socket itself from here on (a live line) waits as long as it likes."""
        self._is_head, self._until = False, self._clock() + BODY_SECONDS
        self._line.settimeout(None)

    def recv(self, size: int) -> bytes:
        try:
            came = self._in_time(size)
        except TimeoutError:
            self.was_given_up = True
            if self._is_head:
                return b""
            raise
        if not self._is_head:
            self._until += len(came) / BODY_BYTES_A_SECOND
        return came

    def _in_time(self, size: int) -> bytes:
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        return self._line.recv(size)


class Closed(Exception):
    """This line was closed here, on its own thread. gunicorn closes lines on the one that lets everybody in, and waits there up to two
    seconds for each whose other end stays open: a dozen of them stopped every page for half a minute.
    """


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, that lets go of a line which does not go on."""

    def handle(self, conn: Any) -> Any:
        if not conn.initialized:
            if not conn.wait_for_data(FIRST_BYTE_SECONDS):
                return gthread._DEFER
            conn.init()
        conn.parser.unreader.sock = head = Patience(conn.sock)
        going_on = super().handle(conn)
        if not going_on:
            with suppress(OSError):  # closed already
                conn.close(graceful=not head.was_given_up)
            raise Closed
        return going_on

    def handle_request(self, req: Any, conn: Any) -> Any:
        conn.parser.unreader.sock.body_comes()
        try:
            return super().handle_request(req, conn)
        finally:  # what is left of the body gunicorn reads within bounds of its own
            conn.parser.unreader.sock = conn.sock
