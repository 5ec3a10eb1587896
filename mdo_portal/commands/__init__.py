"""`mdo-portal`: the commands. Each starts one process and knows its signals; nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mdo_portal import __version__
from mdo_portal.commands import listen, migrate, web, work
from mdo_portal.commands.demo import story
from mdo_portal.commands.demo.exercise import exercise_running
from mdo_portal.commands.postgres import server
from mdo_portal.commands.postgres_folders import PostgresError
from mdo_portal.commands.process import configure_logging, open_database, stop_on_signals
from mdo_portal.errors import Unsafe
from mdo_portal.settings import Settings, from_environment


@click.group()
@click.version_option(__version__)
def main() -> None:
    """The portal for regional multidisciplinary tumour boards."""
    configure_logging()


def _settings() -> Settings:
    """The settings of this machine; when they are unsafe: say why and do not start."""
    try:
        return from_environment()
    except Unsafe as unsafe:
        for finding in unsafe.findings:
            click.echo(f"refused to start: {finding}", err=True)
        sys.exit(78)


@main.command("web")
def web_command() -> None:
    """Serve the pages, the FHIR door and the live sockets."""
    web.run(_settings())


@main.command("listen")
def listen_command() -> None:
    """Listen for hospitals' HL7 v2 messages (MLLP)."""
    settings = _settings()
    listen.run(settings, open_database(settings))


@main.command("work")
def work_command() -> None:
    """Understand what came in, send what must go out."""
    settings = _settings()
    work.run(open_database(settings, pool_size=12), stop_on_signals())


@main.command("demo")
@click.option("--exercise", is_flag=True, help="Play the whole story through public interfaces, print one JSON report, and stop.")
@click.option("--fresh", is_flag=True, help="Throw the demo's data away first.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="Where the demo keeps its data."
)
def demo_command(**options: Any) -> None:
    """Run an invented region on this machine: PostgreSQL, portal, listener, worker and four hospitals."""
    try:
        sys.exit(story.run(**options, play=exercise_running))
    except PostgresError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@main.group("db")
def db_group() -> None:
    """The schema of the database."""


@db_group.command("upgrade")
@click.argument("to", default="head")
def upgrade_command(to: str) -> None:
    """Bring the schema up to date."""
    migrate.upgrade(_settings().database_url, to=to)


@db_group.command("check")
def check_command() -> None:
    """Walk all migrations up, down and up again on an empty database, and compare the result with the tables."""
    with server(None, durable=False) as url:
        migrate.upgrade(url)
        migrate.downgrade(url)
        migrate.upgrade(url)
        found = migrate.differences(url)
    click.echo(json.dumps({"heads": migrate.heads(), "differences": found}))
    sys.exit(1 if found or len(migrate.heads()) != 1 else 0)


@main.command("doctor")
def doctor_command() -> None:
    """Say whether this machine may run the portal: settings, database, schema."""
    settings = _settings()
    found = migrate.differences(settings.database_url)
    click.echo(json.dumps({"settings": "ok", "schema": "ok" if not found else found}))
    sys.exit(1 if found else 0)
