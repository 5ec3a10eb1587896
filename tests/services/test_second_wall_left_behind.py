"""One connection serves one person after another. What a smuggled statement leaves on it is gone before the next is served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.commands.web import Web
from mdo_portal.database import Database
from mdo_portal.services.people import sessions
from mdo_portal.settings import from_environment
from tests.faults.house import environment
from tests.people import Region
from tests.services.wall_house import signed_as

#: what is left -> (the statement that leaves it, what the next one asks to see it, and what they should see)
LEFT: dict[str, tuple[str, str, object]] = {
    "an access log of the next one's own, which nobody reads": (
        "CREATE TEMP TABLE audit_entries (LIKE public.audit_entries)", "SELECT 'audit_entries'::regclass = 'public.audit_entries'::regclass", True,
    ),
    "a table that keeps what the next one types": (
        "CREATE TEMP TABLE drafts AS SELECT * FROM public.drafts", "SELECT to_regclass('pg_temp.drafts')::text", None,
    ),
    "commits that may be lost": ("SELECT set_config('synchronous_commit', 'local', false)", "SELECT setting = reset_val FROM pg_settings WHERE name = 'synchronous_commit'", True),
    "days of another place": ("SELECT set_config('TimeZone', 'Pacific/Kiritimati', false)", "SELECT current_setting('TimeZone') LIKE 'Pacific%'", False),
    "nothing can be found": ("SELECT set_config('search_path', 'pg_temp', false)", "SHOW search_path", '"$user", public'),
    "nothing may take long": ("SELECT set_config('statement_timeout', '1ms', false)", "SHOW statement_timeout", "0"),
    "a lock": ("SELECT pg_advisory_lock(7)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()", 0),
    "an answer that is open": ("DECLARE left_open CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors", 0),
    "another question under the library's own name": (
        "PREPARE _pg3_0 AS SELECT 'theirs'", "SELECT count(*) FROM pg_prepared_statements WHERE from_sql", 0,
    ),
    "an ear": ("LISTEN mdo_changes", "SELECT count(*) FROM pg_listening_channels()", 0),
}  # fmt: skip


def key(database: Database, region: Region, name: str) -> str:
    return sessions.hash_key(signed_as(database, region, name))


@pytest.fixture
def web(database: Database) -> Iterator[Database]:
    """As a web process has it, with one connection."""
    made = Database(as_role(database.url, "mdo_app"), sealer=database.sealer, pool_size=1, of_people=True)
    yield made
    made.close()


@pytest.mark.parametrize("what", LEFT)
def test_nothing_of_one_person_is_there_for_the_next(database: Database, region: Region, web: Database, what: str) -> None:
    statement, question, wanted = LEFT[what]
    with web.transaction(entering=key(database, region, "Aisha")) as session:
        session.execute(text(statement))

    with web.transaction(entering=key(database, region, "Dirk")) as session:
        assert session.scalar(text(question)) == wanted


def test_the_connection_itself_is_kept(database: Database, region: Region, web: Database) -> None:
    """Making one costs more than all that a page asks."""
    with web.transaction(entering=key(database, region, "Aisha")) as session:
        first = session.scalar(text("SELECT pg_backend_pid()"))
    with web.transaction(entering=key(database, region, "Dirk")) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) == first


def test_what_was_said_at_the_door_holds_again(database: Database, region: Region) -> None:
    """Where a role is taken at the door (`as_role`), whoever lays it down is what signed in: in a demo, the owner of all."""
    at_the_door = f"{database.url}&options=-c%20role%3Dmdo_app%20-c%20statement_timeout%3D70s"
    web = Database(at_the_door, sealer=database.sealer, pool_size=1, of_people=True)
    with web.transaction(entering=key(database, region, "Aisha")) as session:
        session.execute(text("SET ROLE NONE; SET statement_timeout = 0"))

    with web.transaction(entering=key(database, region, "Dirk")) as session:
        assert session.scalar(text("SELECT current_user || ' ' || current_setting('statement_timeout')")) == "mdo_app 70s"
    web.close()


def test_the_process_that_serves_the_pages_keeps_nothing_for_the_next(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `mdo-portal web` opens its database, which is not how the tests of pages do it."""
    monkeypatch.setattr("mdo_portal.commands.web.create_app", lambda settings, *, database: database)
    monkeypatch.setattr("mdo_portal.commands.web.settled", lambda: None)
    monkeypatch.setattr("mdo_portal.commands.process.check_machine", lambda *_: None)  # the server of the tests is not durable
    web = Web(from_environment(environment(database) | {"MDO_DATABASE_URL": as_role(database.url, "mdo_app")})).load()
    with web.transaction(entering=key(database, region, "Aisha")) as session:
        session.execute(text("SELECT pg_advisory_lock(7)"))
        left_on = session.scalar(text("SELECT pg_backend_pid()"))
    with database.transaction() as session:
        assert not session.scalar(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = :pid"), {"pid": left_on}
        )
    web.close()
