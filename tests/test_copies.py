"""A copy that is given back is as it was, whatever a test did to it; or nobody gets it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from tests import as_it_was, make
from tests.conftest import copy_name
from tests.copies import Copies, opened
from tests.people import Region


@pytest.fixture
def own(postgres: str, template: tuple[str, Region]) -> Iterator[Copies]:
    made = Copies(postgres, template[0], copy_name("copy"))
    yield made
    made.close()


def counts(database: Database) -> list[int]:
    with database.transaction() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Case, Hospital, AuditEntry)]


def test_rows_and_numbers_are_as_they_were(own: Copies, region: Region) -> None:
    with own.one() as first:
        before = counts(first)
        with first.transaction() as session:
            zeed = session.get_one(Hospital, region.hospitals["ZEED"])
            make.case(session, zeed)
            make.audit_line(session, region.bram)
            zeed.name = "anders"
            session.execute(text("DELETE FROM case_facts"))
        assert counts(first) != before
    with own.one() as second:
        assert second.url == first.url and counts(second) == before
        with second.transaction() as session:
            assert session.get_one(Hospital, region.hospitals["ZEED"]).name == "Ziekenhuis ZEED"
            assert session.scalar(text("SELECT count(*) FROM case_facts"))
            make.audit_line(session, region.bram)
            session.flush()
            numbers = session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)).all()
            assert numbers[-1] == before[2] + 1, "the sequence went on where the test before left it"


@pytest.mark.parametrize(
    "act",
    [
        "ALTER TABLE audit_entries RENAME TO audit_away",
        "DROP POLICY reads ON cases",
        "ALTER TABLE cases DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE audit_entries DISABLE TRIGGER USER",
        "CREATE TABLE later (id int)",
        "GRANT DELETE ON cases TO mdo_app",
        "CREATE FUNCTION access.more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE people ALTER name DROP NOT NULL",
        "TRUNCATE drafts",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
    ],
)
def test_who_changes_more_than_rows_keeps_the_copy(own: Copies, act: str) -> None:
    with own.one() as first, first.engine.begin() as connection:
        if "DATABASE" not in act:
            connection.execute(text("SET ROLE mdo_owner"))
        connection.execute(text(act))
    with own.one() as second:
        assert second.url != first.url


def test_who_is_still_there_is_cut_off(own: Copies) -> None:
    with own.one() as first:
        left_behind = opened(as_role(first.url, "mdo_app"), pool_size=1).engine.connect()
        left_behind.execute(text("SELECT 1"))
    with own.one() as second:
        assert second.url == first.url
        with pytest.raises(OperationalError):
            left_behind.execute(text("SELECT 1"))
    left_behind.invalidate()


def test_a_copy_on_which_somebody_goes_on_meanwhile_goes_to_nobody(own: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of a server that the test before stopped takes the line that was kept, and writes under a number of before."""
    contents_of = as_it_was.AsItWas._contents_of
    with own.one() as first:
        with first.transaction() as session:
            session.execute(text("DELETE FROM case_facts"))
            make.case(session, session.scalars(select(Hospital)).first())  # type: ignore[arg-type]

        def looked(was: as_it_was.AsItWas, admin: object, looks: object) -> list[object]:
            found = contents_of(was, admin, looks)  # type: ignore[arg-type]
            straggler.append(first.engine.connect())
            straggler[0].execute(text("SELECT 1"))
            return found

        straggler: list[Connection] = []
        monkeypatch.setattr(as_it_was.AsItWas, "_contents_of", looked)
    monkeypatch.setattr(as_it_was.AsItWas, "_contents_of", contents_of)
    with own.one() as second:
        assert second.url != first.url
    straggler[0].invalidate()


def test_a_copy_that_was_not_put_back_right_goes_to_nobody(own: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_it_was.Table, "put_back", lambda table, admin: None)
    with own.one() as first, first.transaction() as session:
        session.execute(text("DELETE FROM case_facts"))
    with own.one() as second:
        assert second.url != first.url
