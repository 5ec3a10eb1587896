"""`mdo-portal hospital`: the words of the command line; the work is in hospital.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from mdo_portal.commands import hospital, hospital_fhir
from mdo_portal.commands.hospital_fhir import Agreed
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


@command.command("fhir")
@click.argument("code")
@click.option("--url", help="Base address of their FHIR server: letters, questions and pulls go below it and nowhere else.")
@click.option("--token-url", help="Where we get a token for our signed assertion (SMART Backend Services).")
@click.option("--client-id", help="Who we are there.")
@click.option("--scopes", help="What we ask for there, e.g. `system/*.read`.")
@click.option(
    "--network", "networks", multiple=True, help="Network (CIDR) of a VPN in which their server stands; may be repeated."
)
@click.option(
    "--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM: our chain and key for them."
)
@click.option(
    "--trust", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM: the roots their server is signed by."
)
@click.option("--their-client-id", help="Who their system is when it asks us for a token.")
@click.option("--their-keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JWKS: its public keys.")
@click.option("--profile-out", help="Profile that writes what we send.")
@click.option("--pull", is_flag=True, help="They lay data ready and tell us (TA Notified Pull).")
def hospital_fhir_command(code: str, **said: Any) -> None:
    """Write down what is agreed with a hospital that speaks FHIR; prints what it must be told (JSON)."""
    read = {name: said[name].read_text() if said[name] else None for name in ("certificate", "trust", "their_keys")}
    agreed = Agreed(**said | read | {"networks": said["networks"] or None})
    try:
        click.echo(json.dumps(hospital_fhir.agree(open_database(checked_settings()), code, agreed)))
    except KeyError:
        raise click.ClickException(f"no hospital {code} with a link") from None
    except hospital_fhir.NotAgreed as error:
        raise click.ClickException(str(error)) from None


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
