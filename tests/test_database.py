"""The stock of connections, of which none that PostgreSQL closed is handed out; and that a row that is held is as it is by then."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.database import HELD, Database
from mdo_portal.domain.hospital import Hospital
from tests.people import Region

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


def test_who_holds_a_row_has_it_as_it_is_by_then_also_when_it_was_read_before(database: Database, region: Region) -> None:
    zeed = region.hospitals["ZEED"]
    with database.transaction() as session:
        read_before = session.get_one(Hospital, zeed)
        with database.transaction() as other:
            other.get_one(Hospital, zeed).phone = "0900-1"
        assert session.get_one(Hospital, zeed, with_for_update=HELD).phone == "0900-1"
        assert read_before.phone == "0900-1"


def test_what_was_changed_here_before_it_was_held_stays_so(database: Database, region: Region) -> None:
    zeed = region.hospitals["ZEED"]
    with database.transaction() as session:
        session.get_one(Hospital, zeed).phone = "0900-2"
        assert session.get_one(Hospital, zeed, with_for_update=True).phone == "0900-2"
