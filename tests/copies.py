"""Copies of a template database, one test at a time: given back, a copy is made as it was, which takes a fifth of a new one.

Putting back: whoever is still connected is cut off, every table is compared with what it was, and what differs is written again. Then
what was written is compared once more. A copy whose tables, rights, policies or functions were changed is thrown away, so is one that could
not be put back: the next test gets a new one. So a test may do anything to its copy, as if nobody had it before or gets it after.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from itertools import compress
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg._preparing import PrepareManager
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, QueuePool, event
from sqlalchemy.exc import SQLAlchemyError

from mdo_portal.commands.postgres_databases import as_role, clone_database, drop_database
from mdo_portal.database import Database
from tests import make

#: by process too: a child that was forked must not talk through its parent's connections
_known: dict[tuple[int, str, int], Database] = {}
GONE_SECONDS = 10.0

TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind = %s AND n.nspname NOT LIKE 'pg\\_%%' ORDER BY 1, 2"""
#: every row of the catalogues that is not PostgreSQL's own, and the transaction that wrote it: any DDL, GRANT or TRUNCATE changes it
CATALOGUE = " UNION ALL ".join(
    f"SELECT coalesce(sum(hashtextextended(concat({key}, ' ', xmin), 0)), 0) FROM {name} WHERE {which} >= 16384"
    for name, key, which in (
        ("pg_class", "oid", "oid"),
        ("pg_attribute", "attrelid, ' ', attnum", "attrelid"),
        ("pg_attrdef", "oid", "oid"),
        ("pg_constraint", "oid", "oid"),
        ("pg_index", "indexrelid", "indexrelid"),
        ("pg_trigger", "oid", "oid"),
        ("pg_policy", "oid", "oid"),
        ("pg_proc", "oid", "oid"),
        ("pg_type", "oid", "oid"),
        ("pg_extension", "oid", "oid"),
        ("pg_namespace", "oid", "16384"),
        ("pg_default_acl", "oid", "oid"),
    )
) + (
    " UNION ALL SELECT coalesce(sum(hashtextextended(concat(setrole, setconfig), 0)), 0) FROM pg_db_role_setting "
    "WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


#: whatever a test said to a connection for its whole life; it rolled back what it had begun
AS_NEW = b"RESET ALL; RESET ROLE; UNLISTEN *; SELECT pg_advisory_unlock_all()"


@dataclass(frozen=True)
class Table:
    name: sql.Identifier
    rows: bytes  #: as COPY writes them

    def put_back(self, admin: psycopg.Connection) -> None:
        admin.execute(sql.SQL("DELETE FROM {}").format(self.name))
        if self.rows:
            with admin.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(self.name)) as into:
                into.write(self.rows)


class Copies:
    """The copies of one template. `server`: the address of the server that it is on; `kind`: how their names begin."""

    def __init__(self, server: str, template: str, kind: str) -> None:
        self._server, self._template, self._kind = server, template, kind
        self._free: list[str] = []
        #: one line to each copy stays open: the look at some hundred tables is planned once on it, not at every test
        self._admins: dict[str, psycopg.Connection] = {}
        self._made = 0
        self._was: _Was | None = None

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
                self._was = _Was(admin)
        return name

    def _put_back(self, name: str, url: str, *, spared: list[int]) -> bool:
        assert self._was is not None
        try:
            admin = self._line_to(name, url)
            _alone(admin, spared)
            return self._was.again(admin)
        except psycopg.Error:
            return False

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


class _Was:
    """What a copy looked like when it was new."""

    def __init__(self, admin: psycopg.Connection) -> None:
        names = [sql.Identifier(*row) for row in admin.execute(TABLES, ("r",))]
        self._sequences = [sql.Identifier(*row) for row in admin.execute(TABLES, ("S",))]
        hashed = "SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) + count(*) FROM {} t"
        stand = "SELECT hashtextextended(concat(last_value, is_called), 0) FROM {}"
        self._looks = [sql.SQL(hashed).format(name) for name in names] + [sql.SQL(stand).format(name) for name in self._sequences]
        self._tables = [Table(name, _rows(admin, name)) for name in names]
        self._stands = [
            admin.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(name)).fetchone() for name in self._sequences
        ]
        self._catalogue, self._contents = self._catalogue_of(admin), self._contents_of(admin, self._looks)

    def _catalogue_of(self, admin: psycopg.Connection) -> list[object]:
        return [row[0] for row in admin.execute(CATALOGUE, prepare=True)]

    def _contents_of(self, admin: psycopg.Connection, looks: list[sql.Composed]) -> list[object]:
        # a plain UNION ALL: PostgreSQL appends its parts in order
        look = sql.SQL(" UNION ALL ").join(looks)
        return [row[0] for row in admin.execute(look, prepare=looks is self._looks)]

    def again(self, admin: psycopg.Connection) -> bool:
        """Whether the copy is as it was, after what differed has been written again."""
        if self._catalogue_of(admin) != self._catalogue:
            return False
        contents = self._contents_of(admin, self._looks)
        differs = [was != now for was, now in zip(self._contents, contents, strict=True)]
        if not any(differs):
            return True
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = replica")  # no triggers, no order of foreign keys
            for table, changed in zip(self._tables, differs, strict=False):
                if changed:
                    table.put_back(admin)
            for name, stand in zip(self._sequences, self._stands, strict=True):
                assert stand is not None
                admin.execute("SELECT setval(%s, %s, %s)", (name.as_string(admin), *stand))
        # nobody else is here and no trigger fired: nothing but what was written again, and numbered again, can have changed
        again = [changed or at >= len(self._tables) for at, changed in enumerate(differs)]
        return self._contents_of(admin, list(compress(self._looks, again))) == list(compress(self._contents, again))


def _rows(admin: psycopg.Connection, name: sql.Identifier) -> bytes:
    with admin.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(name)) as out:
        return b"".join(bytes(part) for part in out)


def _admin(url: str) -> psycopg.Connection:
    """As the superuser of the throw-away server: row security and append-only tables do not hold for it."""
    return psycopg.connect(plain(as_role(url, "postgres")), autocommit=True)


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
