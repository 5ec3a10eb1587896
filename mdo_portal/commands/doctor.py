"""`mdo-portal doctor`: may this machine run the portal?"""

from __future__ import annotations

import json
import sys

import click

from mdo_portal.commands import migrate
from mdo_portal.commands.process import checked_settings


@click.command("doctor")
def command() -> None:
    """Say whether this machine may run the portal: settings, database, schema."""
    settings = checked_settings()
    found = migrate.differences(settings.database_url)
    click.echo(json.dumps({"settings": "ok", "schema": found or "ok"}))
    sys.exit(1 if found else 0)
