"""`mdo-portal hospital`: the words of the command line; the work is in hospital.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from mdo_portal.commands import hospital
from mdo_portal.commands.process import checked_settings, open_database


@click.group("hospital")
def command() -> None:
    """Hospitals and their links."""


@command.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--profile", default="", help="What the EPD puts where (integrations/profiles); none = web form and paper.")
@click.option("--sending-application", default="", help="MSH-3 of the hospital's HL7 v2 messages.")
def hospital_add_command(code: str, name: str, profile: str, sending_application: str) -> None:
    """Add a hospital; prints what the hospital must be told (JSON)."""
    database = open_database(checked_settings())
    told = hospital.add(database, code=code, name=name, profile=profile, sending_application=sending_application)
    click.echo(json.dumps(told))


@command.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hospital", "code", default="", help="Read it as this hospital's link says.")
@click.option("--profile", default="", help="Read it with this profile; needs no database.")
def hospital_check_command(file: Path, code: str, profile: str) -> None:
    """Say how a message is read, field by field (JSON). Keeps nothing."""
    charset = ""
    if not profile:
        profile, charset = hospital.profile_of(open_database(checked_settings()), code)
    found = hospital.check(file, profile=profile, charset=charset)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    sys.exit(0 if found["readable"] else 1)
