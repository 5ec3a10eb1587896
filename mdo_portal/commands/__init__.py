"""`mdo-portal`: the commands. Each starts one process and knows its signals; nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mdo_portal import __version__
from mdo_portal.commands import hospital, listen, migrate, web, work
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


@main.group("hospital")
def hospital_group() -> None:
    """Hospitals and their links."""


@hospital_group.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--profile", default="", help="What the EPD puts where (integrations/profiles); none = web form and paper.")
@click.option("--sending-application", default="", help="MSH-3 of the hospital's HL7 v2 messages.")
def hospital_add_command(code: str, name: str, profile: str, sending_application: str) -> None:
    """Add a hospital; prints what the hospital must be told (JSON)."""
    database = open_database(_settings())
    told = hospital.add(database, code=code, name=name, profile=profile, sending_application=sending_application)
    click.echo(json.dumps(told))


@hospital_group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hospital", "code", default="", help="Read it as this hospital's link says.")
@click.option("--profile", default="", help="Read it with this profile; needs no database.")
def hospital_check_command(file: Path, code: str, profile: str) -> None:
    """Say how a message is read, field by field (JSON). Keeps nothing."""
    charset = ""
    if not profile:
        profile, charset = hospital.profile_of(open_database(_settings()), code)
    found = hospital.check(file, profile=profile, charset=charset)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    sys.exit(0 if found["readable"] else 1)


@main.command("doctor")
def doctor_command() -> None:
    """Say whether this machine may run the portal: settings, database, schema."""
    settings = _settings()
    found = migrate.differences(settings.database_url)
    click.echo(json.dumps({"settings": "ok", "schema": found or "ok"}))
    sys.exit(1 if found else 0)
