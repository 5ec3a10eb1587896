"""The schema of the database: up, down and whether tables and migrations agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from mdo_portal.commands import every_table
from mdo_portal.domain.sealing import Sealer
from mdo_portal.domain.tables import metadata
from mdo_portal.settings import Settings

LOCK_SECONDS = 20.0
"""So long an upgrade waits for a table that somebody else has."""


class InUse(Exception):
    """Somebody else had a table that the upgrade changes; the schema is as it was."""


@contextmanager
def _not_in_use() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":
            raise InUse() from error
        raise


def config(connection: Connection | None = None, *, settings: Settings | None = None) -> Config:
    """Alembic's settings, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str((settings or Settings()).migrations))
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def upgrade(url: str, *, sealer: Sealer | None = None, to: str = "head", patience: float = LOCK_SECONDS) -> None:
    """Bring the schema up to `to`, in one transaction, as the owner of the tables once there is one.

    `sealer`: lets the sign-in of processes with these keys start sessions. Raises InUse when somebody holds a table that it changes
    for longer than `patience` seconds: then nothing was changed. Beside another upgrade it waits for that one, and holds nothing meanwhile.
    """
    engine = _engine(url)
    with _not_in_use(), engine.begin() as connection:
        # Two machines that start together: both read the version, and neither could have that table from the other.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("upgrade"))))
        _as_owner(connection)
        # Whoever comes after an upgrade that waits, waits too: behind a backup of half an hour every page stood still.
        if not _is_there(connection, to) and not every_table.hold(connection, patience=patience):
            raise InUse()
        connection.execute(text(f"SET LOCAL lock_timeout = {round(patience * 1000)}"))
        command.upgrade(config(connection), to)
        if sealer is not None:
            connection.execute(select(func.access.set_gate(sealer.derived("sessions"))))


def _is_there(connection: Connection, to: str) -> bool:
    """Whether nothing is to be done: then nobody need stand aside."""
    wanted = ScriptDirectory.from_config(config()).get_revision(to)
    return wanted is not None and MigrationContext.configure(connection).get_current_revision() == wanted.revision


def _engine(url: str) -> Engine:
    """Connections end with their block, also when it breaks."""
    return create_engine(url, poolclass=NullPool)


def _as_owner(connection: Connection) -> None:
    if connection.scalar(text("SELECT to_regnamespace('access')")) is not None:
        connection.execute(text("SET LOCAL ROLE mdo_owner"))


def downgrade(url: str, *, to: str = "base") -> None:
    engine = _engine(url)
    with engine.begin() as connection:
        _as_owner(connection)
        command.downgrade(config(connection), to)


def differences(url: str) -> list[str]:
    """What the tables in the code have and the migrated database has not, or the other way round."""
    engine = _engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    return [str(difference) for difference in found]


def heads() -> list[str]:
    """The newest migrations: exactly one, unless two branches met."""
    return list(ScriptDirectory.from_config(config()).get_heads())
