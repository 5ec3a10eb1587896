"""The schema of the database: up, down and whether tables and migrations agree."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, func, select, text

from mdo_portal.domain.sealing import Sealer
from mdo_portal.domain.tables import metadata
from mdo_portal.settings import Settings


def config(connection: Connection | None = None, *, settings: Settings | None = None) -> Config:
    """Alembic's settings, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str((settings or Settings()).migrations))
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def upgrade(url: str, *, sealer: Sealer | None = None, to: str = "head") -> None:
    """Bring the schema up to `to`, in one transaction, as the owner of the tables once there is one.

    `sealer`: lets the sign-in of processes with these keys start sessions.
    """
    engine = _engine(url)
    with engine.begin() as connection:
        _as_owner(connection)
        command.upgrade(config(connection), to)
        if sealer is not None:
            connection.execute(select(func.access.set_gate(sealer.derived("sessions"))))


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
