"""Every table at once, for who changes their shape beside processes that are at work.

An upgrade that takes one table after another waits in the middle for a page that has the second and wants the first: PostgreSQL then ends
one of the two, under load each time. So it takes all of them before it changes anything: first those to which everybody comes first. Who
had passed there is done by then, and who stands there has nothing that it waits for. It gives up all that it has as soon as another is not
to be had soon, waits for that one with nothing else in hand, and the next time asks for it before the others.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

SOON = 0.8
"""Seconds in which it takes all the others: less than PostgreSQL waits before it looks who waits for whom (a second), for whoever began to
wait for one of them meanwhile would be ended.
"""
LONGER = 1.0
"""Seconds more than that second in which it waits for one alone: only then PostgreSQL puts its own cleaning of a table (autovacuum) aside,
which may be at a large one for hours.
"""
BETWEEN = 0.2
"""Seconds in which the others go on before it tries again."""
GATES = ("sessions", "inbound_messages")
"""What pages come to first, then listeners and workers. For these it waits as long as it may."""
_OURS = text(
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    " AND pg_has_role(c.relowner, 'USAGE') ORDER BY array_position(CAST(:first AS text[]), c.relname::text), c.relname"
)
_LOOKS_AFTER = text("SELECT setting::float / 1000 FROM pg_settings WHERE name = 'deadlock_timeout'")
_WAITED_FOR = ("55P03", "40P01")


def hold(connection: Connection, *, patience: float) -> bool:
    """Nobody else reads or writes any table of ours until this transaction ends.

    False when somebody has one for more than `patience` seconds, or there was always somebody who had one, for three times as long.
    """
    wanted = list(connection.scalars(_OURS, {"first": list(GATES)}))
    until = time.monotonic() + 3 * patience
    while time.monotonic() < until:
        missed = _missed(connection, wanted, patience)
        if not missed:
            return True
        if missed in GATES:
            return False
        wanted.remove(missed)
        wanted.insert(len(GATES), missed)
        _wait_for(connection, missed)
        time.sleep(BETWEEN)
    return False


def _missed(connection: Connection, wanted: list[str], patience: float) -> str:
    """The first that could not be had, and then none is held; "" when all are."""
    with connection.begin_nested() as tried:
        until = 0.0
        for table in wanted:
            until = until if table in GATES else until or time.monotonic() + SOON
            left = until - time.monotonic() if until else patience
            if not _is_taken(connection, table, seconds=left):
                tried.rollback()
                return table
    return ""


def _wait_for(connection: Connection, table: str) -> None:
    """Until whoever has it is done, for a while, and it is let go of again."""
    looks_after = connection.scalar(_LOOKS_AFTER) or 0
    with connection.begin_nested() as alone:
        _is_taken(connection, table, seconds=looks_after + LONGER)
        alone.rollback()


def _is_taken(connection: Connection, table: str, *, seconds: float) -> bool:
    try:
        connection.execute(text(f"SET LOCAL lock_timeout = {max(1, round(1000 * seconds))}"))
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in _WAITED_FOR:
            raise
        return False
    return True
