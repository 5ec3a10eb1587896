"""Proof that this worker lives, for the others (services/letters/succession.py); and what it does when it cannot prove it any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
import structlog

from mdo_portal.commands.process import Stop
from mdo_portal.database import Database
from mdo_portal.dispatch import Clock
from mdo_portal.services.letters import succession
from mdo_portal.silence import WATCH

log = structlog.get_logger(__name__)
PROOF_SECONDS = 1.0
"""How often the lock is proved, and the others' are looked at."""
CONNECT_SECONDS = 2


class Living:
    """One worker's lock, and its eye on the others."""

    def __init__(self, database: Database, *, clock: Clock, hang_up: Callable[[], int]) -> None:
        """`hang_up` shuts every outgoing line of this process, and says how many there were."""
        self.number = succession.new_number()
        #: how often the lock was taken: whatever was begun under another count may have been taken over
        self.count = 0
        self._database, self._clock, self._hang_up = database, clock, hang_up
        self._proved: float | None = None
        self._missing: dict[int, float] = {}
        self._changed = threading.Condition()
        self._ended = threading.Event()

    @property
    def is_proved(self) -> bool:
        """Whether this worker may have a letter on a wire now."""
        return self._proved is not None and time.monotonic() - self._proved < succession.FRESH

    def until_proved(self, stop: Stop) -> bool:
        """Wait until it may send. False when it was told to stop before that."""
        with self._changed:
            while not self.is_proved:
                if stop.is_set():
                    return False
                self._changed.wait(0.5)
        return True

    def begin(self) -> None:
        """Prove it from now on until `end`, also while the last letters go after a word to stop."""
        for job in (self._prove, self._fence):
            threading.Thread(target=job, name=job.__name__, daemon=True).start()

    def end(self) -> None:
        self._ended.set()

    def look(self) -> int:
        """Look once whether other workers died, and free what they had under way. Says how many letters that were."""
        now, freed = time.monotonic(), 0
        with self._database.transaction() as session:
            gone = succession.missing(session, succession.others(session, self.number, now=self._clock()))
            self._missing = {one: self._missing.get(one, now) for one in gone}
            for one in (worker for worker, since in self._missing.items() if now - since >= succession.GONE):
                letters = succession.take_over(session, one)
                log.warning("worker.gone", worker=one, letters=letters)
                freed += letters
        return freed

    def _prove(self) -> None:
        """Over a connection of its own, and over another one when that breaks.

        Said once until it held again: a database that is away for a night must not fill the log.
        """
        said = -1
        while not self._ended.is_set():
            try:
                self._hold()
            except psycopg.Error as error:
                if self.count != said:
                    log.warning("worker.lock_lost", error=type(error).__name__)
                said = self.count
                self._ended.wait(0.5)

    def _hold(self) -> None:
        seconds = CONNECT_SECONDS
        with psycopg.connect(
            self._database.plain_url, autocommit=True, connect_timeout=seconds, tcp_user_timeout=1000 * seconds
        ) as connection:
            line, asked = WATCH.know(connection, self._database.plain_url), time.monotonic()
            with line.asking():
                connection.execute("SELECT pg_advisory_lock(%s, %s)", (succession.LOCKS, self.number))
            self.count += 1
            while True:
                with self._changed:
                    self._proved = asked
                    self._changed.notify_all()
                if self._ended.wait(PROOF_SECONDS):
                    return
                asked = time.monotonic()
                with line.asking():
                    connection.execute("SELECT 1")

    def _fence(self) -> None:
        """Another worker will soon take this one for dead: what is on the wire ends before that."""
        was_proved = False
        while not self._ended.wait(0.25):
            if was_proved and not self.is_proved:
                log.warning("worker.unproved", lines=self._hang_up())
            was_proved = self.is_proved
