"""What a copy of a template looked like when it was new, and how it is made so again (tests/copies.py).

PostgreSQL keeps with every row which transaction wrote it: rows of a later transaction than the copy itself are somebody's, and where
none of those stand and none is missing, nothing was changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress

import psycopg
from psycopg import sql

TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind = %s AND n.nspname NOT LIKE 'pg\\_%%' ORDER BY 1, 2"""
#: the rows that stand in a table, and those of them that were written since: a row that is changed is written anew. (`age`: in transactions)
STANDS = "SELECT count(*), count(*) FILTER (WHERE age(xmin) <= age(%(since)s::xid)) FROM"
#: the catalogues, PostgreSQL's own rows left out: any DDL, GRANT or TRUNCATE writes a row there
CATALOGUE = " UNION ALL ".join(
    f"{STANDS} {name} WHERE {which} >= 16384"
    for name, which in (
        ("pg_class", "oid"),
        ("pg_attribute", "attrelid"),
        ("pg_attrdef", "oid"),
        ("pg_constraint", "oid"),
        ("pg_index", "indexrelid"),
        ("pg_trigger", "oid"),
        ("pg_policy", "oid"),
        ("pg_proc", "oid"),
        ("pg_type", "oid"),
        ("pg_extension", "oid"),
        ("pg_namespace", "16384"),
        ("pg_default_acl", "oid"),
    )
) + (
    " UNION ALL SELECT coalesce(sum(hashtextextended(concat(setrole, setconfig), 0)), 0), 0 FROM pg_db_role_setting "
    "WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
#: somebody is in the middle of something: a thread of the test before that took a line which was at rest
BUSY = """SELECT count(*) FROM pg_stat_activity WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())
AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()"""
#: the number of the next transaction: every row that stands is older
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"


@dataclass(frozen=True)
class Table:
    name: sql.Identifier
    rows: bytes  #: as COPY writes them

    def put_back(self, admin: psycopg.Connection) -> None:
        admin.execute(sql.SQL("DELETE FROM {}").format(self.name))
        if self.rows:
            with admin.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(self.name)) as into:
                into.write(self.rows)

    def without_new(self, since: str) -> sql.Composed:
        return sql.SQL("DELETE FROM {} WHERE age(xmin) <= age({}::xid)").format(self.name, since)


class NotAsItWas(Exception):
    """What was changed in a copy cannot be put back, or was not."""


class AsItWas:
    """What a copy looked like when it was new."""

    def __init__(self, admin: psycopg.Connection) -> None:
        names = [sql.Identifier(*row) for row in admin.execute(TABLES, ("r",))]
        self._sequences = [sql.Identifier(*row) for row in admin.execute(TABLES, ("S",))]
        hashed = "SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) + count(*) FROM {} t"
        stand = "SELECT hashtextextended(concat(last_value, is_called), 0) FROM {}"
        self._looks = [sql.SQL(hashed).format(name) for name in names] + [sql.SQL(stand).format(name) for name in self._sequences]
        self._contents = self._contents_of(admin, self._looks)
        self._tables = [Table(name, _rows(admin, name)) for name in names]
        numbers = "SELECT last_value, is_called::int FROM {}"
        stands = [sql.SQL(STANDS + " {}").format(name) for name in names] + [
            sql.SQL(numbers).format(it) for it in self._sequences
        ]
        self._look = sql.SQL(" UNION ALL ").join(stands).as_string(admin)
        self.since = _next(admin)
        self._catalogue, self._stands = self._seen(admin, CATALOGUE, self.since), self._seen(admin, self._look, self.since)
        self._numbers = [
            sql.SQL("SELECT setval({}, {}, {})").format(one.as_string(), value, bool(called))
            for one, (value, called) in zip(self._sequences, self._stands[len(names) :], strict=True)
        ]

    def _seen(self, admin: psycopg.Connection, look: str, since: str) -> list[tuple[int, int]]:
        # a plain UNION ALL: PostgreSQL appends its parts in order
        return admin.execute(look, {"since": since}, prepare=True).fetchall()

    def _contents_of(self, admin: psycopg.Connection, looks: list[sql.Composed]) -> list[object]:
        return [row[0] for row in admin.execute(sql.SQL(" UNION ALL ").join(looks))]

    def again(self, admin: psycopg.Connection, since: str) -> str:
        """The copy is as it was; gives since when its rows are somebody's. Raises NotAsItWas when it cannot be."""
        if self._seen(admin, CATALOGUE, since) != self._catalogue:
            raise NotAsItWas
        stands = self._seen(admin, self._look, since)
        if stands == self._stands:
            return since
        changed = [was != now for was, now in zip(self._stands, stands, strict=True)]
        missed = [one for one, was, (all_, new) in zip(self._tables, self._stands, stands, strict=False) if all_ - new < was[0]]
        more = [one.without_new(since) for one in compress(self._tables, changed) if one not in missed]
        with admin.transaction():
            admin.execute(sql.SQL("; ").join(more + list(compress(self._numbers, changed[len(self._tables) :]))))
            for table in missed:
                table.put_back(admin)
        # nobody else is here and no trigger fired: nothing but what was changed can differ
        if self._contents_of(admin, list(compress(self._looks, changed))) != list(compress(self._contents, changed)):
            raise NotAsItWas
        # what they write comes after the look, under a number of before: the next test would use it again
        if admin.execute(BUSY, prepare=True).fetchone() != (0,):
            raise NotAsItWas
        return _next(admin) if missed else since


def _next(admin: psycopg.Connection) -> str:
    row = admin.execute(NEXT).fetchone()
    assert row is not None
    return str(row[0])


def _rows(admin: psycopg.Connection, name: sql.Identifier) -> bytes:
    with admin.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(name)) as out:
        return b"".join(bytes(part) for part in out)
