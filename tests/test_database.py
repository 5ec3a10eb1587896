"""The stock of connections, of which none that PostgreSQL closed is handed out; and that a row that is held is as it is by then."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.database import HELD, SOON_NOTICED, Database, is_away
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


def test_a_database_that_takes_no_writes_is_away(database: Database) -> None:
    """It is a standby, or its disk is: no fault of what was asked, nor of the message under which it came."""
    with database.transaction() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(DBAPIError) as refused:
            session.execute(text("UPDATE hospitals SET name = name"))

    assert is_away(refused.value)


def test_connections_that_were_cut_while_they_rested_are_made_anew(database: Database) -> None:
    before = at_once(database, 3, OWN)
    with database.transaction() as session:
        assert answer(session, CUT % ", ".join(map(str, before))) == 2
        own = answer(session, OWN)
    after = at_once(database, 3, OWN)
    assert set(before) & set(after) == {own}


def test_a_connection_that_rested_unhurt_is_used_again(database: Database) -> None:
    assert at_once(database, 1, OWN) == at_once(database, 1, OWN)


def test_a_machine_that_vanished_without_a_word_is_missed_soon(database: Database) -> None:
    """Threads waited for it as long as their operating system did: a quarter of an hour, or two."""
    with database.transaction() as session:
        line = session.connection().connection.driver_connection
        assert line is not None
        asked = line.info.get_parameters()
    assert asked.items() >= {name: str(value) for name, value in SOON_NOTICED.items() if name != "keepalives"}.items()


def test_no_statement_is_compiled_whatever_the_server_does_and_a_role_that_is_taken_at_the_door_is_kept(
    database: Database,
) -> None:
    """Of a long queue PostgreSQL expects so much work that it compiled the question anew for each batch of messages."""
    own = Database(f"{database.url}&options=-c%20jit%3Don%20-c%20role%3Dmdo_work")
    with closing(own), own.transaction() as session:
        assert tuple(session.execute(text("SELECT current_setting('jit'), current_user")).one()) == ("off", "mdo_work")


def test_what_the_environment_asks_of_every_line_to_postgresql_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq looks there only for who asks nothing at the door: a role that was set so was lost."""
    monkeypatch.setenv("PGOPTIONS", '-c role=mdo_work -c application_name=it\'s\\ "C:\\\\"')
    with closing(Database(database.url)) as own, own.transaction() as session:
        asked = "SELECT current_setting('jit'), current_user, current_setting('application_name')"
        assert tuple(session.execute(text(asked)).one()) == ("off", "mdo_work", 'it\'s "C:\\"')

    with closing(Database(f"{database.url}&options=-c%20role%3Dmdo_app")) as own, own.transaction() as session:
        assert session.execute(text("SELECT current_user")).scalar_one() == "mdo_app", (
            "as with any other: the address goes before"
        )


def by_key(session: Session, hospital_id: uuid.UUID) -> Hospital:
    return session.get_one(Hospital, hospital_id, with_for_update=HELD)


def by_a_question(session: Session, hospital_id: uuid.UUID) -> Hospital:
    return session.scalars(select(Hospital).where(Hospital.id == hospital_id).with_for_update(**HELD)).one()


def by_a_question_for_more(session: Session, hospital_id: uuid.UUID) -> Hospital:
    query = select(Hospital, Hospital.code).where(Hospital.id == hospital_id).with_for_update(**HELD)
    return session.execute(query).one()[0]


def by_a_question_for_one(session: Session, hospital_id: uuid.UUID) -> Hospital:
    found = session.scalar(select(Hospital).where(Hospital.id == hospital_id).with_for_update(read=True))
    assert found is not None
    return found


WAYS = [by_key, by_a_question, by_a_question_for_more, by_a_question_for_one]


@pytest.mark.parametrize("held", WAYS)
def test_who_holds_a_row_has_it_as_it_is_by_then_also_when_it_was_read_before(
    database: Database, region: Region, held: Callable[[Session, uuid.UUID], Hospital]
) -> None:
    zeed = region.hospitals["ZEED"]
    with database.transaction() as session:
        read_before = session.get_one(Hospital, zeed)
        with database.transaction() as other:
            other.get_one(Hospital, zeed).phone = "0900-1"
        assert held(session, zeed).phone == "0900-1"
        assert read_before.phone == "0900-1"


def test_who_only_looks_has_it_as_it_was_read(database: Database, region: Region) -> None:
    zeed = region.hospitals["ZEED"]
    with database.transaction() as session:
        was = session.get_one(Hospital, zeed).phone
        with database.transaction() as other:
            other.get_one(Hospital, zeed).phone = "0900-1"
        assert session.scalars(select(Hospital).where(Hospital.id == zeed)).one().phone == was != "0900-1"


@pytest.mark.parametrize("held", WAYS)
def test_what_was_changed_here_before_it_was_held_stays_so(
    session: Session, region: Region, held: Callable[[Session, uuid.UUID], Hospital]
) -> None:
    zeed = region.hospitals["ZEED"]
    session.get_one(Hospital, zeed).phone = "0900-2"
    assert held(session, zeed).phone == "0900-2"
