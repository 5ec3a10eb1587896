"""Copies of a template database, one test at a time: given back, a copy is made as it was, which takes a fifth of a new one.

Putting back (tests/as_it_was.py): whoever is still connected is cut off, rows that were written since go, and a table that misses some
of its own is written again. Then what was changed is compared, word for word, with what it was. A copy whose tables, rights, policies or
functions were changed is thrown away, so is one that could not be put back: the next test gets a new one. So a test may do anything to
its copy, as if nobody had it before or gets it after.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from urllib.parse import urlsplit

import psycopg
from psycopg._preparing import PrepareManager
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, QueuePool, event
from sqlalchemy.exc import SQLAlchemyError

from mdo_portal.commands.postgres_databases import as_role, clone_database, drop_database
from mdo_portal.database import Database
from tests import make
from tests.as_it_was import AsItWas, NotAsItWas

#: by process too: a child that was forked must not talk through its parent's connections
_known: dict[tuple[int, str, int], Database] = {}
GONE_SECONDS = 10.0

#: whatever a test said to a connection for its whole life; it rolled back what it had begun
AS_NEW = b"RESET ALL; RESET ROLE; UNLISTEN *; SELECT pg_advisory_unlock_all()"


class Copies:
    """The copies of one template. `server`: the address of the server that it is on; `kind`: how their names begin."""

    def __init__(self, server: str, template: str, kind: str) -> None:
        self._server, self._template, self._kind = server, template, kind
        self._free: list[str] = []
        #: one line to each copy stays open: the look at some hundred tables is planned once on it, not at every test
        self._admins: dict[str, psycopg.Connection] = {}
        self._made = 0
        self._was: AsItWas | None = None
        #: since which transaction the rows of a copy are somebody's, where that is later than for a new one
        self._since: dict[str, str] = {}

    @contextmanager
    def one(self) -> Iterator[Database]:
        """A copy for one test, and for nobody else until it is put back."""
        name = self._free.pop() if self._free else self._new()
        database = opened(urlsplit(self._server)._replace(path=f"/{name}").geturl())
        try:
            yield database
        finally:
            if self._put_back(name, database.url, spared=at_rest(database.url)):
                self._free.append(name)
            else:
                close_all(database.url)
                self._drop(name)

    def _new(self) -> str:
        self._made += 1
        name = f"{self._kind}_{self._made}"
        url = clone_database(self._server, name, template=self._template)
        if self._was is None:
            with _admin(url) as admin:
                self._was = AsItWas(admin)
        return name

    def _put_back(self, name: str, url: str, *, spared: list[int]) -> bool:
        assert self._was is not None
        try:
            admin = self._line_to(name, url)
            _alone(admin, spared)
            self._since[name] = self._was.again(admin, self._since.get(name, self._was.since))
        except (psycopg.Error, NotAsItWas):
            return False
        return True

    def _line_to(self, name: str, url: str) -> psycopg.Connection:
        """The line that stands, unless the test cut it: some stop the server."""
        if known := self._admins.get(name):
            try:
                known.execute("SELECT 1")
                return known
            except psycopg.Error:
                known.close()
        self._admins[name] = _admin(url)
        return self._admins[name]

    def _drop(self, name: str) -> None:
        if admin := self._admins.pop(name, None):
            admin.close()
        drop_database(self._server, name)

    def close(self) -> None:
        for name in self._free:
            self._drop(name)


def _admin(url: str) -> psycopg.Connection:
    """As the superuser of the throw-away server: row security and append-only tables do not hold for it.

    No trigger fires and foreign keys have no order, for as long as it lasts: to change that is to plan everything again.
    """
    return psycopg.connect(plain(as_role(url, "postgres")), autocommit=True, options="-c session_replication_role=replica")


def plain(url: str) -> str:
    """The address as psycopg itself reads it."""
    return urlsplit(url)._replace(scheme="postgresql").geturl()


OTHERS = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND backend_type = 'client backend' AND pid <> ALL(%s)"""


def _alone(admin: psycopg.Connection, spared: list[int]) -> None:
    """Cut off everybody else, as DROP DATABASE … WITH (FORCE) does, and wait until they are gone."""
    until, ours = time.monotonic() + GONE_SECONDS, [admin.info.backend_pid, *spared]
    while admin.execute(OTHERS, (ours,)).fetchone() != (0,):
        if time.monotonic() > until:
            raise psycopg.OperationalError("somebody stays connected")
        time.sleep(0.002)


def opened(url: str, *, pool_size: int = 10) -> Database:
    """The database at this address. The engine of an address is kept: with it what SQLAlchemy worked out for each statement."""
    key = (os.getpid(), url, pool_size)
    if key not in _known:
        _known[key] = Database(url, pool_size=pool_size)
        event.listen(_known[key].engine, "connect", _stays_planned)
    made = copy(_known[key])
    made.sealer = make.sealer()
    return made


class _Planned(PrepareManager):
    """Statements stay prepared after a rollback, where psycopg forgets them all: planning the same again was half of PostgreSQL's work.

    It forgets for whoever drops a type and makes it again; PostgreSQL itself sees to tables that change.
    """

    prepare_threshold, prepared_max = 1, 2_000

    def clear(self) -> bool:
        return False


def _stays_planned(connection: psycopg.Connection, record: object) -> None:
    connection._prepared = _Planned()


def as_web(database: Database) -> Database:
    """The same database as a web process has it: as a role that row security holds for. Gone with the database."""
    made = opened(as_role(database.url, "mdo_app"))
    made.sealer = database.sealer
    return made


def at_rest(url: str) -> list[int]:
    """The backends that the next test on this database goes on with, as if they were new: one for each role.

    On them everything is planned; a new one plans it again, which was a third of PostgreSQL's work. Every other connection is closed.
    """
    return [pid for engine in _engines_of(url) if (pid := _one_at_rest(engine))]


def _one_at_rest(engine: Engine) -> int | None:
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    if pool.checkedout() or not pool.checkedin():
        engine.dispose()
        return None
    try:
        connection, *more = [engine.raw_connection() for _ in range(pool.checkedin())]
        for one in more:
            one.invalidate()
        line = connection.driver_connection
        assert isinstance(line, psycopg.Connection)
        fresh = line.pgconn.exec_(AS_NEW).status == ExecStatus.TUPLES_OK
        connection.close()
    except (SQLAlchemyError, psycopg.Error):
        fresh = False
    if not fresh:
        engine.dispose()
    return line.info.backend_pid if fresh else None


def close_all(url: str) -> None:
    """Hang up on this database, as whichever role."""
    for engine in _engines_of(url):
        engine.dispose()


def _engines_of(url: str) -> list[Engine]:
    path = urlsplit(url).path
    return [one.engine for (process, known, _), one in _known.items() if process == os.getpid() and urlsplit(known).path == path]
