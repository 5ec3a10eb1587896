"""What a slow line may hold of a web process: its thread for a while, and not for ever. The pages of every hospital need those threads.

nginx in front takes in heads and bodies before it passes them on (docs/operating/nginx.conf). This is for whoever reaches the process
without it: four hundred lines that said half a head held every thread, until they let go by themselves. See also web/bodies.py.
"""

from __future__ import annotations

import threading
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
SILENT_SECONDS = 30.0
"""Between two pieces of a body, however fast it came before."""
WHOLE_BODY_SECONDS = 1_200.0
"""For all of a body: the largest that is taken (32 MB) over a line of 27 kB a second."""
SLOW_AFTER_SECONDS = 5.0
SLOW_AT_ONCE = 16
"""So many threads wait for a body that did not come within five seconds. Fewer than the threads beside the live lines (commands/web.py):
whoever drips stops no page.
"""


class Line(Protocol):
    """A socket, as far as reading goes."""

    def recv(self, size: int, /) -> bytes: ...
    def settimeout(self, seconds: float | None, /) -> None: ...


class Crowd:
    """The bodies of this process that come slowly. When there are too many the slowest make room: who drips, and not who is far away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[object, float] = {}

    def goes_on(self, who: object, pace: float) -> bool:
        """Whether this one, that comes at so many bytes a second, is among those that may. Of equals who came first."""
        with self._lock:
            self._paces[who] = pace
            faster = sum(other > pace for other in self._paces.values())
            equals = [one for one, other in self._paces.items() if other == pace]
            return faster + equals.index(who) < SLOW_AT_ONCE

    def left(self, who: object) -> None:
        with self._lock:
            self._paces.pop(who, None)


CROWD = Crowd()


class Patience:
    """A socket as the reader of one request sees it. A head that is not here in time ends as if the line did; a body is broken off."""

    def __init__(self, line: Line, *, clock: Callable[[], float] = time.monotonic, crowd: Crowd | None = None) -> None:
        self._line, self._clock, self._crowd = line, clock, crowd or CROWD
        self._is_head, self._began, self._bytes = True, clock(), 0
        self.was_given_up = False

    def body_comes(self) -> None:
        """The head is here. Whoever takes the socket itself from here on (a live line) waits as long as it likes."""
        self._is_head, self._began = False, self._clock()
        self._line.settimeout(None)

    def body_ends(self) -> None:
        """Nobody reads this body any more."""
        self._crowd.left(self)

    def recv(self, size: int) -> bytes:
        try:
            came = self._in_time(size)
        except TimeoutError:
            self.was_given_up = True
            self._crowd.left(self)
            if self._is_head:
                return b""
            raise
        self._bytes += len(came)
        return came

    def _in_time(self, size: int) -> bytes:
        left = self._left()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        return self._line.recv(size)

    def _left(self) -> float:
        """So many seconds for the next piece."""
        passed = self._clock() - self._began
        if self._is_head:
            return HEAD_SECONDS - passed
        if passed > SLOW_AFTER_SECONDS and not self._crowd.goes_on(self, self._bytes / passed):
            return 0.0
        earned = BODY_SECONDS + self._bytes / BODY_BYTES_A_SECOND
        return min(SILENT_SECONDS, min(earned, WHOLE_BODY_SECONDS) - passed)


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
        patient: Patience = conn.parser.unreader.sock
        patient.body_comes()
        try:
            return super().handle_request(req, conn)
        finally:  # what is left of the body gunicorn reads within bounds of its own
            patient.body_ends()
            conn.parser.unreader.sock = conn.sock
