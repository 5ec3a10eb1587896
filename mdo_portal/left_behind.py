"""What a statement may leave behind on a connection, for whoever is served on it next: cleared when it goes back.

Of a transaction nothing stays but what it committed. Beside it PostgreSQL keeps things of the connection itself: temporary tables, found
before ours of the same name; settings; locks; prepared statements, under names that psycopg takes for its own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

OF_A_SYSTEM = "of a system"
"""In the info of a connection: a hospital's message was kept on it. Those come by the hundred, and clearing costs one question more."""
_CLEAR = (
    "CLOSE ALL; UNLISTEN *; RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; SELECT pg_advisory_unlock_all(); "
    "SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE from_sql)"
)
"""Not DISCARD ALL: what psycopg prepared itself is what makes pages fast."""


def cleared(engine: Engine) -> None:
    """Have every connection of this engine cleared after each use, but those of hospitals' systems."""

    @event.listens_for(engine, "checkin")
    def comes_back(connection: Any, record: ConnectionPoolEntry) -> None:
        was_a_systems = record.info.pop(OF_A_SYSTEM, False)
        if connection is not None and not connection.closed and not was_a_systems:
            _clear(connection)


def _clear(connection: Any) -> None:
    """One that cannot be cleared is closed; the pool makes another."""
    try:
        connection.autocommit = True
        cursor = connection.execute(_CLEAR)
        while cursor.nextset():
            pass
        if cursor.fetchone()[0]:
            connection.close()
        else:
            connection.autocommit = False
    except Exception:  # the edge: whatever is wrong with this connection, nobody else may get it
        connection.close()
