"""The stock of connections: what PostgreSQL closed while nobody used it is never handed out."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.database import Database

OWN = "SELECT pg_backend_pid()"
CUT = "SELECT count(pg_terminate_backend(pid, 5000)) FROM unnest(ARRAY[%s]) AS pid WHERE pid <> pg_backend_pid()"


def at_once(database: Database, number: int, statement: str) -> list[int]:
    """So many transactions at the same moment, each with a connection of its own."""
    if not number:
        return []
    with database.transaction() as session:
        return [answer(session, statement), *at_once(database, number - 1, statement)]


def answer(session: Session, statement: str) -> int:
    return int(session.execute(text(statement)).scalar_one())


def test_connections_that_were_cut_while_they_rested_are_made_anew(database: Database) -> None:
    before = at_once(database, 3, OWN)
    with database.transaction() as session:
        assert answer(session, CUT % ", ".join(map(str, before))) == 2
        own = answer(session, OWN)
    after = at_once(database, 3, OWN)
    assert set(before) & set(after) == {own}


def test_a_connection_that_rested_unhurt_is_used_again(database: Database) -> None:
    assert at_once(database, 1, OWN) == at_once(database, 1, OWN)
