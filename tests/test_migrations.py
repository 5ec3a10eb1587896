"""Migrations: numbered, one line, up and down and up again with data in the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.orm import Session

from mdo_portal.commands import migrate
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.tables import metadata
from mdo_portal.services import intake, queue
from mdo_portal.settings import Settings
from tests import make
from tests.make import NOW
from tests.people import Region

VERSIONS = sorted((Settings().migrations / "versions").glob("*.py"))


def test_migrations_are_numbered_in_one_line() -> None:
    numbers = [path.name[:4] for path in VERSIONS]

    assert numbers == [f"{number:04d}" for number in range(1, len(VERSIONS) + 1)]
    assert migrate.heads() == numbers[-1:]


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_says_what_it_does_and_how_to_go_back(path: Path) -> None:
    source = path.read_text()

    assert re.match(r'"""[^"]+\."""\n', source), "one sentence at the top"
    assert re.search(r"^def downgrade\(\) -> None:\n(?!    pass)", source, re.MULTILINE)
    assert f'revision = "{path.name[:4]}"' in source.replace("'", '"')


def test_tables_and_migrations_agree(empty_database: Database) -> None:
    assert migrate.differences(empty_database.url) == []


def fill(database: Database, region: Region) -> None:
    """At least one row in as many tables as an afternoon of work fills."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, documents=(make.document(),))
        round_ = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        make.signed(session, make.discussed(session, round_, viewer=region.bram), viewer=region.bram)
        messages = [make.arrival(region.links["ZEED"], control_id=f"M{at}", patient_numbers=(("", "1"),)) for at in range(3)]
        intake.keep(session, messages)


@pytest.mark.parametrize("to", [path.name[:4] for path in VERSIONS[:-1]])
def test_back_and_forth_with_data_loses_no_row(database: Database, region: Region, to: str) -> None:
    fill(database, region)
    before = counts(database)
    database.close()

    migrate.downgrade(database.url, to=to)
    migrate.upgrade(database.url)

    assert migrate.differences(database.url) == []
    assert counts(database) == before
    with database.transaction() as session:
        order = [message.control_id for message in session.scalars(select(InboundMessage).order_by(InboundMessage.seq))]
        (first,), second = queue.claim(session, now=NOW), queue.claim(session, now=NOW)
    assert order == ["M0", "M1", "M2"]
    assert first.raw == b"M0" and not second  # still one patient, still in order


def counts(database: Database) -> dict[str, int]:
    with Session(database.engine) as session:
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in metadata.tables.items()}


def test_down_to_nothing_and_up_again_on_a_filled_database(database: Database, region: Region) -> None:
    fill(database, region)
    database.close()

    migrate.downgrade(database.url)
    engine = create_engine(database.url)
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    with engine.connect() as connection:
        functions = connection.scalar(text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
    engine.dispose()
    migrate.upgrade(database.url)

    assert (left, functions) == (set(), 0)
    assert migrate.differences(database.url) == []


def test_a_migration_that_breaks_halfway_leaves_everything_as_it_was(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: killed or broken, the schema is that of before."""
    database.close()
    migrate.downgrade(database.url, to="0001")
    with database.transaction() as session:
        session.execute(text("CREATE FUNCTION only_grows() RETURNS int LANGUAGE sql AS 'SELECT 1'"))  # in the way of 0002

    with pytest.raises(Exception, match="only_grows"):
        migrate.upgrade(database.url)

    with database.transaction() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
        assert session.scalar(select(func.count()).select_from(text("cases"))) == 1
        assert session.scalars(select(Case.id)).all()
