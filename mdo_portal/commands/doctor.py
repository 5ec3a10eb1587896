"""`mdo-portal doctor`: may this machine run the portal?"""

from __future__ import annotations

import json
import sys

import click

from mdo_portal.commands import checks, migrate
from mdo_portal.commands.process import checked_settings
from mdo_portal.database import Database
from mdo_portal.settings import Settings


@click.command("doctor")
def command() -> None:
    """Say whether this machine may run the portal: settings, database, schema. Every finding says what to do."""
    settings = checked_settings()
    found = migrate.differences(settings.database_url)
    unsafe = look(settings)
    click.echo(json.dumps({"settings": "ok", "schema": found or "ok", "unsafe": unsafe or "nothing"}, indent=2))
    sys.exit(1 if found or unsafe else 0)


def look(settings: Settings) -> list[str]:
    """Every finding, the soft ones too."""
    database = Database(settings.database_url, pool_size=1)
    with database.transaction() as session:
        found = checks.findings(settings, session)
    database.close()
    return found
