"""Alembic's entry: runs on the connection or address that `mdo_portal.commands.db` hands over."""

from alembic import context
from sqlalchemy import Connection, create_engine

from mdo_portal.domain.tables import metadata


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(context.config.get_main_option("sqlalchemy.url") or "").begin() as own:
        migrate(own)
