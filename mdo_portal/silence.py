"""Lines to a PostgreSQL that says nothing any more: cut, so that who waits on one hears it and may ask again elsewhere.

A machine that vanished is missed by the kernel (database.SOON_NOTICED). Not so one whose disk hangs, and whose place another took
meanwhile, or a proxy before a database that is gone: every packet is confirmed, and no answer ever comes. How long a statement may take
nobody can say (a commit waits for its standby, a night's purge for its rows). So PostgreSQL is asked, over a new line, whether it knows
of the line that waits. One that it does not know, or about which nobody answers, is cut.
"""

from __future__ import annotations

import os
import select as io
import socket
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, NamedTuple

import psycopg
import structlog
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import error_from_result

log = structlog.get_logger(__name__)
SILENT_SECONDS = 30.0
"""So long a line may say nothing before PostgreSQL is asked about it."""
LOOK_SECONDS = 5.0
ASK_SECONDS = 10
# When a line began, as it was noted then: the clock over there may have been put back since, and one that told its age would be unknown.
_KNOWN = b"SELECT pid, extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid IN (%s)"
# As who signed in: a role that is taken at the door may not see its own line.
_BEGUN = b"SET LOCAL ROLE NONE; SELECT extract(epoch FROM backend_start) FROM pg_stat_get_activity(pg_backend_pid())"


class Machine(NamedTuple):
    """At which of the hosts that the address names a line ends."""

    url: str
    host: str
    port: str
    address: str


class Line:
    """One connection: by what PostgreSQL knows it, and since when somebody waits on it."""

    def __init__(self, connection: psycopg.Connection[Any], url: str) -> None:
        pgconn = connection.pgconn
        self.machine = Machine(url, pgconn.host.decode(), pgconn.port.decode(), pgconn.hostaddr.decode())
        self.pid, self.begun = pgconn.backend_pid, b""
        self.asked_at: float | None = None
        self._connection, self._socket = weakref.ref(connection), os.fstat(pgconn.socket).st_ino

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Somebody waits on it."""
        self.asked_at = time.monotonic()
        try:
            yield
        finally:
            self.asked_at = None

    def waits(self, *, now: float) -> bool:
        """Whether somebody has waited on it for too long."""
        asked_at = self.asked_at
        return asked_at is not None and now - asked_at > SILENT_SECONDS

    def cut(self) -> None:
        """Who waits on it hears that it is gone. The socket itself stays theirs to close."""
        connection = self._connection()
        if connection is None or connection.closed:
            return
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
            # Closed in this moment, its number may be that of somebody else's line by now: what we hold is looked at.
            if os.fstat(end.fileno()).st_ino == self._socket:
                end.shutdown(socket.SHUT_RDWR)


class Watch:
    """All lines of this process, and a thread that looks at them."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """In a process that was forked: it has none of these lines, nor of our threads, and somebody may have held the lock."""
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def know(self, connection: psycopg.Connection[Any], url: str) -> Line:
        """Look at this one from now on, for as long as somebody has what is given. It is asked when it began.

        Raises psycopg.Error when it says nothing from the start.
        """
        line = Line(connection, url)
        with self._lock:
            self._lines.add(line)
            if self._thread is None:
                thread = threading.Thread(target=self._keep_looking, name="silence", daemon=True)
                thread.start()  # refused when there are too many: the next line tries again
                self._thread = thread
        try:
            with line.asking():
                ((line.begun,),) = _answered(connection.pgconn, _BEGUN)
        except TimeoutError:
            connection.close()
            raise psycopg.OperationalError("no answer on a new line") from None
        except psycopg.Error:
            connection.close()
            raise
        return line

    def look(self, *, now: float) -> int:
        """Cut what waits for nobody. Says how many lines that were."""
        overdue = defaultdict[Machine, list[Line]](list)
        with self._lock:
            for line in [one for one in self._lines if one.waits(now=now)]:
                overdue[line.machine].append(line)
        silent = [line for machine, lines in overdue.items() for line in _unknown(machine, lines) if line.waits(now=now)]
        for line in silent:
            line.cut()
        return len(silent)

    def _keep_looking(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                cut = self.look(now=time.monotonic())
            except Exception as error:
                # The edge of a thread: without it a line would be waited on for ever.
                log.error("silence.failed", error=type(error).__name__)
                continue
            if cut:
                log.warning("database.silent", lines=cut)


WATCH = Watch()
os.register_at_fork(after_in_child=WATCH.begin_anew)


def _unknown(machine: Machine, lines: list[Line]) -> list[Line]:
    """Those of which PostgreSQL does not know, or all when it says nothing here either."""
    try:
        with closing(_called(machine)) as own:
            asked = b", ".join(b"%d" % pid for pid in (*(line.pid for line in lines), own.pgconn.backend_pid))
            # Without a beginning it is another role's, so none of ours.
            known = {int(pid): begun for pid, begun in _answered(own.pgconn, _KNOWN % asked) if begun}
            if own.pgconn.backend_pid not in known:
                return []  # something in between gives lines numbers of its own: nothing can be known
    except (psycopg.errors.ConnectionTimeout, TimeoutError):
        return lines
    except psycopg.Error:
        return []  # it says no (too many lines, starting), or nobody is there: of a line that ended the kernel tells
    # By its beginning too: on another machine another line may have its number.
    return [line for line in lines if known.get(line.pid) != line.begun]


def _called(machine: Machine) -> psycopg.Connection[Any]:
    """A new line to that one machine: of two that an address names the other knows nothing of it, whatever it says."""
    # As who signed in: a role that is taken at the door may not see those lines.
    one: dict[str, Any] = {"host": machine.host, "port": machine.port, "target_session_attrs": "any", "options": ""}
    if "hostaddr" in conninfo_to_dict(machine.url):
        one["hostaddr"] = machine.address
    return psycopg.connect(machine.url, connect_timeout=ASK_SECONDS, tcp_user_timeout=1000 * ASK_SECONDS, **one)


def _answered(pgconn: Any, asked: bytes) -> list[tuple[bytes, ...]]:
    """The rows of the last of these statements. TimeoutError when no answer comes, psycopg.Error when the answer is no."""
    pgconn.send_query(asked)
    until, look = time.monotonic() + ASK_SECONDS, io.poll()
    look.register(pgconn.socket, io.POLLIN)
    rows: list[tuple[bytes, ...]] = []
    while True:
        while pgconn.is_busy():
            if not look.poll(max(0.0, 1000 * (until - time.monotonic()))):
                raise TimeoutError
            pgconn.consume_input()
        if (told := pgconn.get_result()) is None:  # without hearing that it was all, the next statement is refused
            return rows
        if told.status == pq.ExecStatus.FATAL_ERROR:
            raise error_from_result(told)
        rows = [tuple(told.get_value(row, column) for column in range(told.nfields)) for row in range(told.ntuples)]
