"""`mdo-portal db`: the schema of the database, up to date and in agreement with the tables."""

from __future__ import annotations

import json
import sys

import click

from mdo_portal.commands import migrate, wall
from mdo_portal.commands.postgres import server
from mdo_portal.commands.process import checked_settings
from mdo_portal.domain.sealing import Sealer


@click.group("db")
def command() -> None:
    """The schema of the database."""


@command.command("upgrade")
@click.argument("to", default="head")
def upgrade_command(to: str) -> None:
    """Bring the schema up to date."""
    settings = checked_settings()
    migrate.upgrade(settings.database_url, sealer=Sealer(settings.keyring), to=to)


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
