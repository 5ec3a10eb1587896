"""Who looks at every statement of a run, in any database: asked where the dialect hands the statement to its driver.

SQLAlchemy has an event for it (`before_cursor_execute`). Where anybody listens to one for all engines, each connection asks at every
statement, transaction and row of an answer who listens to any of them: a fortieth of the work in Python of a test on a database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

Look = Callable[[str, Any], None]  #: the words of a statement, and its parameters
_looks: list[Look] = []


def to_every_statement(look: Look) -> None:
    """From now on, in this process. What `look` raises, whoever said the statement gets."""
    if not _looks:
        for name in ("do_execute", "do_executemany", "do_execute_no_params"):
            setattr(PGDialect_psycopg, name, _after_looking(getattr(PGDialect_psycopg, name)))
    _looks.append(look)


def _after_looking(do: Callable[..., None]) -> Callable[..., None]:
    def done(dialect: Any, cursor: Any, statement: str, *parameters: Any) -> None:
        for look in _looks:
            look(statement, parameters[0] if len(parameters) > 1 else ())  # the last is SQLAlchemy's own
        do(dialect, cursor, statement, *parameters)

    return done
