"""Comparing tables and migrations, and the command that makes an empty database the portal's."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import warnings

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from mdo_portal.commands import migrate, schema
from mdo_portal.commands.postgres_databases import drop_database, template_database
from mdo_portal.database import Database
from mdo_portal.domain.keys import KeyPurpose
from tests import make
from tests.conftest import copy_name


def test_comparing_finds_nothing_and_warns_of_nothing(empty_database: Database) -> None:
    """SQLAlchemy 2.1 stumbles over a check that is NOT VALID while it reads a table (`dialect_options`): there is none left."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert migrate.differences(empty_database.url) == []

    with empty_database.transaction() as session:
        assert session.scalars(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")).all() == []


def test_an_operator_makes_an_empty_database_the_portals_with_one_command(postgres: str) -> None:
    """As a process of its own, with nothing but what its environment says: no test may have prepared anything for it."""
    url = template_database(postgres, copy_name("new"))
    given = {
        "MDO_DATABASE_URL": url,
        "MDO_SECRET_KEY": "s" * 40,
        "MDO_KEYRING": f"2026a:{base64.b64encode(make.KEYS[0][1]).decode()}",
    }
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MDO_")} | given
    command = [sys.executable, "-m", "mdo_portal", "db", "upgrade"]

    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180, check=False)

    assert ended.returncode == 0, ended.stderr
    assert migrate.differences(url) == []
    made = Database(url, pool_size=1)
    with made.engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        sealing_for = connection.scalars(text("SELECT purpose FROM data_keys")).all()
    made.close()
    assert [version] == migrate.heads()
    assert sorted(sealing_for) == sorted(KeyPurpose)
    drop_database(postgres, url.rpartition("/")[2].partition("?")[0])


def test_an_upgrade_does_not_wait_for_a_table_behind_which_every_page_would_wait(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pg_dump` has it, for as long as a backup takes: whoever came after the upgrade waited behind it."""
    migrate.downgrade(empty_database.url, to="0059")
    before = _version(empty_database)
    monkeypatch.setenv("MDO_DATABASE_URL", empty_database.url)
    monkeypatch.setenv("MDO_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("MDO_KEYRING", f"2026a:{base64.b64encode(make.KEYS[0][1]).decode()}")
    monkeypatch.setattr(migrate.upgrade, "__kwdefaults__", migrate.upgrade.__kwdefaults__ | {"patience": 0.2})

    with empty_database.engine.begin() as reads:
        reads.execute(text(_HAS_EVERYTHING))
        refused = CliRunner().invoke(schema.command, ["upgrade"])
    allowed = CliRunner().invoke(schema.command, ["upgrade"])

    assert (refused.exit_code, allowed.exit_code) == (1, 0) and "nothing was changed" in refused.output
    assert _version(empty_database) == migrate.heads()[0] != before


_HAS_EVERYTHING = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE', one);
    END LOOP;
END $$
"""


def _version(of: Database) -> str:
    with of.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
