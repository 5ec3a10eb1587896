"""Migrations: numbered, one line, up and down and up again with data in the tables."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.orm import Session

from mdo_portal.commands import migrate
from mdo_portal.database import Database
from mdo_portal.domain.absence import Absence
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.inbox import intake, queue
from mdo_portal.settings import Settings
from tests import make
from tests.make import NOW
from tests.people import Region, person_id

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


def test_each_step_back_and_forth_with_data_leaves_rows_and_schema_as_they_were(database: Database, region: Region) -> None:
    fill(database, region)
    began = standing(database)
    database.close()

    stood = {}
    for newer, older in pairwise(reversed(VERSIONS)):
        stood[newer.name] = standing(database)
        migrate.downgrade(database.url, to=older.name[:4])
    for newer in VERSIONS[1:]:
        migrate.upgrade(database.url, to=newer.name[:4])
        assert changed(stood[newer.name], standing(database)) == [], newer.name

    assert migrate.differences(database.url) == []
    assert changed(began, standing(database)) == []
    with database.transaction() as session:
        order = [message.control_id for message in session.scalars(select(InboundMessage).order_by(InboundMessage.seq))]
        (first,), second = queue.claim(session, now=NOW), queue.claim(session, now=NOW)
    assert order == ["M0", "M1", "M2"]
    assert first.raw == b"M0" and not second  # still one patient, still in order


def standing(database: Database) -> dict[str, object]:
    """How many rows each table has, and every column, constraint, index, trigger and policy there is."""
    with Session(database.engine) as session:
        tables = session.scalars(text(f"SELECT c.oid::regclass::text FROM pg_class c WHERE {OURS} AND c.relkind = 'r'")).all()
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
        rows = {f"rows of {name}": number for name, number in session.execute(text(counts))}
        return rows | {kind: session.scalars(text(query)).all() for kind, query in SCHEMA.items()}


def changed(before: dict[str, object], after: dict[str, object]) -> list[tuple[str, str]]:
    """What is there before and not after, or the other way round."""
    were, are = (
        {(kind, str(one)) for kind, value in each.items() for one in (value if isinstance(value, list) else [value])}
        for each in (before, after)
    )
    return sorted(were ^ are)


#: what stands in a schema that is not PostgreSQL's own
OURS = "c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'access'))"
SCHEMA = {
    "columns": f"""SELECT concat_ws(' ', c.oid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid)) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE {OURS} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped ORDER BY 1""",
    "constraints": f"""SELECT concat_ws(' ', c.oid::regclass, conname, replace(pg_get_constraintdef(k.oid), ' NOT VALID', ''))
        FROM pg_class c JOIN pg_constraint k ON conrelid = c.oid WHERE {OURS} ORDER BY 1""",
    "indexes": f"SELECT pg_get_indexdef(c.oid) FROM pg_class c WHERE {OURS} AND relkind = 'i' ORDER BY 1",
    "triggers": f"""SELECT pg_get_triggerdef(t.oid) FROM pg_class c JOIN pg_trigger t ON tgrelid = c.oid
        WHERE {OURS} AND NOT tgisinternal ORDER BY 1""",
    "policies": "SELECT concat_ws(' ', tablename, policyname, permissive, cmd, qual, with_check) FROM pg_policies ORDER BY 1",
}


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


def test_absence_of_weeks_goes_back_as_the_days_of_meetings_that_somebody_cannot_come(database: Database, region: Region) -> None:
    with database.transaction() as session:
        day = session.get_one(Meeting, region.meeting).starts_at.date()
        for name, until, comes in (("Bram", 9, False), ("Mila", 0, False), ("Mila", 3, True)):
            person, first = person_id(name), day - timedelta(days=until)
            days = {"from_on": first, "until_on": day + timedelta(days=until), "comes": comes}
            session.add(Absence(board_id=region.boards["URO-P"], person_id=person, told_by=person, told_at=NOW, **days))
            session.flush()
    database.close()

    migrate.downgrade(database.url, to="0061")
    with Session(database.engine) as session:
        before = session.execute(text("SELECT person_id, day FROM absences")).all()
    database.close()
    migrate.upgrade(database.url)

    assert before == [(person_id("Bram"), day)]
    with database.transaction() as session:
        assert [(one.from_on, one.until_on, one.comes) for one in session.query(Absence)] == [(day, day, False)]


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
