"""`mdo-portal db`: the schema of the database, up to date and in agreement with the tables."""

from __future__ import annotations

import json
import sys

import click

from mdo_portal.commands import migrate, wall
from mdo_portal.commands.keys import make_keys
from mdo_portal.commands.postgres import server
from mdo_portal.commands.process import checked_settings

IN_USE = (
    f"nothing was changed: somebody else had a table for longer than {migrate.LOCK_SECONDS:.0f} seconds (a pg_dump, a psql with an open"
    " transaction, a process of the portal that is still busy). Let that end, and say this again"
)


@click.group("db")
def command() -> None:
    """The schema of the database."""


@command.command("upgrade")
@click.argument("to", default="head")
def upgrade_command(to: str) -> None:
    """Bring the schema up to date, and make the keys that seal when they are not there yet."""
    settings = checked_settings()
    try:
        migrate.upgrade(settings.database_url, to=to)
    except migrate.InUse:
        raise click.ClickException(IN_USE) from None
    if to == "head":
        make_keys(settings)


@command.command("check")
def check_command() -> None:
    """Walk all migrations up, down and up again on an empty database, compare with the tables, and look for holes in row security."""
    with server(None, durable=False) as url:
        migrate.upgrade(url)
        migrate.downgrade(url)
        migrate.upgrade(url)
        found, holes = migrate.differences(url), wall.holes_of(url)
    click.echo(json.dumps({"heads": migrate.heads(), "differences": found, "holes in row security": holes}))
    sys.exit(1 if found or holes or len(migrate.heads()) != 1 else 0)
