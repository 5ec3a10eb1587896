"""`mdo-portal keys`: which keys seal, and giving them a successor."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import click
from sqlalchemy.exc import OperationalError

from mdo_portal.commands import checks
from mdo_portal.commands import keys as work
from mdo_portal.commands.process import checked_settings, refuse
from mdo_portal.database import Database
from mdo_portal.errors import Unsafe
from mdo_portal.services.keeping import keys
from mdo_portal.settings import Settings


@click.group("keys")
def command() -> None:
    """The keys that seal what is secret in the database."""


def _opened() -> tuple[Settings, Database]:
    settings = checked_settings()
    try:
        database = work.opened(settings)
    except Unsafe as unsafe:
        refuse(unsafe.findings)
        raise
    with database.transaction() as session:
        refuse(checks.wrong_role(session, checks.OWNER))  # another role sees too little, and would say which keys may go
    return settings, database


@command.command("status")
def status_command() -> None:
    """Say which keys there are, what each of them sealed, and which keys of the ring may go."""
    settings, database = _opened()
    click.echo(json.dumps(work.status(database, settings), indent=2))


@command.command("rotate-kek")
def kek_command() -> None:
    """Wrap the data keys by the newest key of MDO_KEYRING. Touches a few rows; everything goes on running."""
    settings, database = _opened()
    with database.transaction() as session:
        keys.ensure(session, settings.keyring, now=datetime.now(UTC))
        count = keys.rewrap(session, settings.keyring)
    click.echo(f"{count} data keys wrapped again by {settings.keyring[0][0]}")


@command.command("rotate-data")
@click.option("--go-on", is_flag=True, help="make no new key; seal by the newest what is not yet")
@click.option("--batch", default=50, show_default=True, help="values per transaction")
@click.option("--pause", default=0.05, show_default=True, help="seconds between two transactions")
def data_command(go_on: bool, batch: int, pause: float) -> None:
    """Make a new data key and seal everything again by it, while everything runs. Stopped halfway: --go-on."""
    settings, database = _opened()
    total = work.rotate_data(database, settings, new=not go_on, most=batch, pause=pause, say=click.echo)
    click.echo(f"{total} values sealed again; processes seal by the new key within half a minute: then once more with --go-on")


@command.command("rotate-blind")
def blind_command() -> None:
    """Make a new key for the blind indexes and all indexes anew. Stop web, listen and work first."""
    settings, database = _opened()
    try:
        patients, messages = work.rotate_blind(database, settings)
    except Unsafe as unsafe:
        refuse(unsafe.findings)
        raise
    except OperationalError:
        click.echo("the tables are in use: stop web, listen and work first; nothing was changed", err=True)
        sys.exit(1)
    click.echo(f"indexes made anew: {patients} patients, {messages} waiting messages")
