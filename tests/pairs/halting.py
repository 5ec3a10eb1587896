"""Somebody who acts, and who is stopped before their n-th statement that holds or changes a row (or before the commit)."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.errors import PortalError
from mdo_portal.exchange import Unreadable
from mdo_portal.services.patients.rulings import Conflict
from tests.copies import plain

HOLDS = re.compile(
    r"\bFOR (NO KEY )?UPDATE\b|^\s*(INSERT|UPDATE|DELETE)\b|access\.(hold_still|break_glass|confirm)\b|\bdestroy_(asked|case)\("
)
LONGEST = 60.0
WAITS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"""
_mine = threading.local()


@dataclass
class Actor:
    """One who acts, in a thread of their own. `halt`: before which of their statements they are stopped; 0 = nowhere."""

    act: Callable[[], object]
    halt: int = 0
    said: object = None
    #: what they did to rows, in order
    statements: list[str] = field(default_factory=list)
    #: how often PostgreSQL ended them for another
    ended: int = 0
    stands: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        _mine.actor = self
        try:
            self.said = self.act()
        except Conflict:
            self.said = "a question"
        except Unreadable as unreadable:
            self.said = f"on a list: {unreadable.reason}"
        except PortalError as error:
            self.said = type(error).__name__
        except Exception as error:
            self.said = f"!{type(error).__name__}: {getattr(getattr(error, 'orig', None), 'sqlstate', '')}"
        finally:
            _mine.actor = None
            self.stands.set()

    def at(self, statement: str) -> None:
        """Here they are, and here they stop when they were told to."""
        self.statements.append(statement)
        if len(self.statements) == self.halt:
            self.stands.set()
            if not self.goes_on.wait(LONGEST):
                raise TimeoutError

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def end(self) -> None:
        self.goes_on.set()
        self._thread.join(LONGEST)
        if not self.is_done:
            self.said = "!hangs"


def _before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    actor = getattr(_mine, "actor", None)
    if actor is not None and HOLDS.search(statement):
        actor.at(" ".join(statement.split()))


def _before_commit(_connection: Any) -> None:
    actor = getattr(_mine, "actor", None)
    if actor is not None:
        actor.at("COMMIT")


def _failed(context: Any) -> None:
    actor = getattr(_mine, "actor", None)
    if actor is not None and getattr(context.original_exception, "sqlstate", None) in ("40P01", "40001"):
        actor.ended += 1


@contextmanager
def beforehand() -> Iterator[None]:
    """What must have happened before this one acts: nobody stops them in it."""
    actor, _mine.actor = getattr(_mine, "actor", None), None
    try:
        yield
    finally:
        _mine.actor = actor


@contextmanager
def installed() -> Iterator[None]:
    """As long as this lasts, statements of who acts are counted, and they stop."""
    heard = ("before_cursor_execute", _before), ("commit", _before_commit), ("handle_error", _failed)
    for name, hears in heard:
        event.listen(Engine, name, hears)
    try:
        yield
    finally:
        for name, hears in heard:
            event.remove(Engine, name, hears)


class Watch:
    """Who waits for a lock in this database."""

    def __init__(self, database: Database) -> None:
        self._line = psycopg.connect(plain(as_role(database.url, "postgres")), autocommit=True)

    def sees_one_wait(self) -> bool:
        return self._line.execute(WAITS).fetchone() != (0,)


def both(stops: Actor, comes_by: Actor, watch: Watch) -> int:
    """The one until they stop, the other until they are done or wait, then both to their ends. At which statement the other waited, or 0."""
    stops.begin()
    stops.stands.wait(LONGEST)
    comes_by.begin()
    waits_at, until = 0, time.monotonic() + LONGEST
    while not comes_by.is_done and not waits_at and time.monotonic() < until:
        comes_by.join(0.02)
        if watch.sees_one_wait():
            waits_at = len(comes_by.statements) or 1
    stops.end()
    comes_by.end()
    return waits_at
