"""Every table at once, for who changes their shape beside processes that are at work.

An upgrade that takes one table after another waits in the middle for a page that has the second and wants the first: PostgreSQL then ends
one of the two, under load each time. So it takes all of them before it changes anything. It gives up what it has as soon as one is not to
be had soon, and the next time waits for that one first, while it holds nothing: nobody who waits can be waiting for it.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

SOON, LATEST = 0.4, 4.0
"""Seconds that it waits for a table while it has others: less than PostgreSQL waits before it looks who waits for whom (a second). Longer
each time, for a statement may take its time and want nothing more.
"""
FIRST = ("sessions", "inbound_messages")
"""What pages, listeners and workers come to first: who has these has nobody new behind them."""
_OURS = text(
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    " AND pg_has_role(c.relowner, 'USAGE') ORDER BY array_position(CAST(:first AS text[]), c.relname::text), c.relname"
)
_WAITED_FOR = ("55P03", "40P01")


def hold(connection: Connection, *, patience: float) -> bool:
    """Nobody else reads or writes any table of ours until this transaction ends.

    False when somebody has one for more than `patience` seconds, or there was always somebody who had one, for three times as long.
    """
    wanted = list(connection.scalars(_OURS, {"first": list(FIRST)}))
    until, soon = time.monotonic() + 3 * patience, SOON
    while time.monotonic() < until:
        missed = _missed(connection, wanted, patience, soon)
        if not missed:
            return True
        if missed == wanted[0]:
            return False
        wanted.remove(missed)
        wanted.insert(0, missed)
        soon = min(LATEST, soon * 1.3)
    return False


def _missed(connection: Connection, wanted: list[str], patience: float, soon: float) -> str:
    """The first that could not be had, and then none is held; "" when all are."""
    with connection.begin_nested() as tried:
        for at, table in enumerate(wanted):
            try:
                if at < 2:  # for the first, and for all that follow
                    connection.execute(text(f"SET LOCAL lock_timeout = {max(1, round(1000 * (soon if at else patience)))}"))
                connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in _WAITED_FOR:
                    raise
                tried.rollback()
                return table
    return ""
