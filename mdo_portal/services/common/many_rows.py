"""Many rows of one table in one value: to the driver and to PostgreSQL each row by itself costs as much as many, an array three times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Column, Insert, Table, bindparam, func, insert, select
from sqlalchemy import Text as Words
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from mdo_portal.database import Base

Row = Mapping[str, Any]


def store(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    """Add them, as they stand. All rows name the same columns, and all that have no default in the database."""
    if rows:
        told = json.dumps(rows, default=_plain, separators=(",", ":"))
        session.connection().execute(_adding(table, tuple(rows[0])), {"rows": told})


def store_composed(session: Session, composed: Sequence[Base]) -> None:
    """Add what was composed and is in no session, all of one table; it does not come into this one. What nobody set says the column."""
    if composed:
        store(session, type(composed[0]), [_row(one) for one in composed])


@contextmanager
def gathered(session: Session, name: str) -> Iterator[list[dict[str, Any]]]:
    """A list that `waiting` finds until this block ends; whoever opened it stores what came into it."""
    rows: list[dict[str, Any]] = []
    session.info[name] = rows
    try:
        yield rows
    finally:
        del session.info[name]


def waiting(session: Session, name: str) -> list[dict[str, Any]] | None:
    """The list of the `gathered` around us; None when nobody gathers."""
    found: list[dict[str, Any]] | None = session.info.get(name)
    return found


def alike(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows by the columns they name."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row), []).append(row)
    return list(found.values())


def _row(one: Base) -> Row:
    told = vars(one)
    for name, value in _defaults(type(one)).items():
        if name not in told:
            set_committed_value(one, name, value() if callable(value) else value)
    return {name: told[name] for name in _columns(type(one))}


@lru_cache(maxsize=64)
def _columns(table: type[Base]) -> tuple[str, ...]:
    return tuple(cast(Table, table.__table__).columns.keys())


@lru_cache(maxsize=64)
def _defaults(table: type[Base]) -> Mapping[str, Any]:
    """By column what stands there when nobody said anything, or how it is made."""
    columns = cast(Table, table.__table__).columns
    return {column.name: _default(column) for column in columns}


def _default(column: Column[Any]) -> Any:
    if column.default is None:
        return None
    said: Any = column.default
    return (lambda: said.arg(None)) if said.is_callable else said.arg  # SQLAlchemy's own form: it takes a context


def _plain(value: object) -> str:
    """What JSON has no form for, as PostgreSQL reads it for the column's own type."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


@lru_cache(maxsize=64)
def _adding(table: type[Base], names: tuple[str, ...]) -> Insert:
    stored = cast(Table, table.__table__)
    rows = func.jsonb_to_recordset(bindparam("rows", type_=Words).cast(JSONB))
    told = rows.table_valued(*(Column(name, stored.c[name].type) for name in names)).render_derived(name="told", with_types=True)
    return insert(stored).from_select(names, select(*told.c))
