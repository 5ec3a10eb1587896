"""What psycopg works out of the words of a statement is kept: a test run says some thousands, psycopg remembers 128 short ones.

It wrote every statement as bytes, split it at its parameters and described each column of its answer, whenever it was said: a sixth of
what a statement cost here. Nothing of it depends on anything but those words, or on what PostgreSQL answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from psycopg import _cursor_base, _queries
from psycopg._cursor_base import BaseCursor

MOST = 8_000  #: statements; the whole suite says fewer


class Columns(Sequence[Any]):
    """The columns of one answer, described when somebody asks: SQLAlchemy mostly asks only whether there are any."""

    def __init__(self, cursor: BaseCursor[Any, Any], described: Callable[[Any], list[Any] | None]) -> None:
        self._cursor, self._answer, self._described = cursor, cursor.pgresult, described

    def _all(self) -> list[Any]:
        assert self._cursor.pgresult is self._answer, "these are the columns of an answer that is gone"
        return self._described(self._cursor) or []

    def __len__(self) -> int:
        return self._answer.nfields if self._answer else 0

    def __getitem__(self, at: Any) -> Any:
        return self._all()[at]

    def __iter__(self) -> Any:
        return iter(self._all())


def install() -> None:
    """In this process, from now on."""
    _queries._query2pg = lru_cache(MOST)(_queries._query2pg_nocache)
    _queries.MAX_CACHED_STATEMENT_LENGTH = 100_000
    _write_once()
    _describe_when_asked()
    _adapt_as_its_line()


def _write_once() -> None:
    as_bytes = lru_cache(MOST)(str.encode)
    written: Callable[[Any, Any], bytes] = _queries.PostgresQuery._ensure_bytes

    def ensured(query: Any, said: Any) -> bytes:
        return as_bytes(said, query._tx.encoding) if type(said) is str else written(query, said)

    _queries.PostgresQuery._ensure_bytes = ensured  # type: ignore[method-assign]


def _describe_when_asked() -> None:
    described: Callable[[Any], list[Any] | None] = BaseCursor.description.fget  # type: ignore[attr-defined]

    def columns(cursor: BaseCursor[Any, Any]) -> Sequence[Any] | None:
        answer = cursor.pgresult
        return Columns(cursor, described) if answer and answer.nfields else described(cursor)

    BaseCursor.description = property(columns)  # type: ignore[assignment]


def _adapt_as_its_line() -> None:
    """A cursor knows the types that its line knows, and copies nothing: nobody here teaches one of its own."""
    as_known = SimpleNamespace(**vars(_cursor_base.adapt))
    as_known.AdaptersMap = lambda of_its_line: of_its_line
    _cursor_base.adapt = as_known
