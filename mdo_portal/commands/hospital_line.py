"""`mdo-portal hospital`: the words of the command line; the work is in hospital.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mdo_portal import trial
from mdo_portal.commands import agreements, hospital, hospital_fhir, hospital_launch, hospital_mllp
from mdo_portal.commands.checks import OWNER
from mdo_portal.commands.hospital_fhir import Agreed
from mdo_portal.commands.hospital_mllp import Receiver
from mdo_portal.commands.process import checked_settings, open_database
from mdo_portal.errors import Incomplete
from mdo_portal.services.oversight import launches


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
    database = open_database(checked_settings(), OWNER)
    try:
        told = hospital.add(database, code=code, name=name, profile=profile, sending_application=sending_application)
    except Incomplete as missing:
        raise click.UsageError("; ".join(f"{name}: {why}" for name, why in missing.fields.items())) from None
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
@click.option("--their-keys-url", help="Where those are fetched from, so that it can renew them by itself.")
@click.option("--profile-out", help="Profile that writes what we send.")
@click.option("--pull", is_flag=True, help="They lay data ready and tell us (TA Notified Pull).")
@click.option("--poll", "search", help="Search we ask for what is new, e.g. `ServiceRequest?status=active`; empty: ask no more.")
@click.option(
    "--subscribe/--no-subscribe",
    "subscribes",
    default=None,
    help="Have their server tell by itself (a Subscription of ours there).",
)
@click.option("--topic", help="The topic of theirs by which it does (R4 backport); empty: by the search alone.")
@click.option("--poll-every", "every", type=int, help="Seconds between two looks; 300 when nothing was said.")
def hospital_fhir_command(code: str, **said: Any) -> None:
    """Write down what is agreed with a hospital that speaks FHIR; prints what it must be told (JSON)."""
    read = {name: said[name].read_text() if said[name] else None for name in ("certificate", "trust", "their_keys")}
    agreed = Agreed(**said | read | {"networks": said["networks"] or None})
    with _in_words(code):
        click.echo(json.dumps(hospital_fhir.agree(open_database(checked_settings(), OWNER), code, agreed)))


@command.command("launch")
@click.argument("code")
@click.option("--on/--off", "is_on", default=None, help="Whether the EPD may open the portal.")
@click.option("--iss", help="Their FHIR server as the EPD names it when it opens us, to the letter.")
@click.option("--authorize-url", help="Where a browser is sent; on another server too, and only there.")
@click.option("--token-url", help="Where the code is exchanged.")
@click.option("--client-id", help="Who we are there.")
@click.option(
    "--signs/--public", "signs", default=None, help="We sign with our own key (private_key_jwt), or are a public client."
)
@click.option("--scopes", help="What we ask for; empty: the launch and to read the patient.")
@click.option("--profile", help="Profile of FHIR by which the patient is read.")
def hospital_launch_command(code: str, **said: Any) -> None:
    """Write down how a hospital's EPD opens the portal (SMART App Launch); prints what its vendor must be told (JSON)."""
    settings = checked_settings()
    with _in_words(code):
        told = hospital_launch.agree(
            open_database(settings, OWNER), code, launches.Agreed(**said), public_url=settings.public_url
        )  # fmt: skip
        click.echo(json.dumps(told))


@command.command("mllp")
@click.argument("code")
@click.option("--host", help="Where their receiver of letters stands.")
@click.option("--port", type=click.IntRange(1, 65_535))
@click.option("--tls/--plain", "tls", default=None, help="Unencrypted only within a registered network.")
@click.option("--network", "networks", multiple=True, help="Network (CIDR) of a VPN in which it stands; may be repeated.")
@click.option(
    "--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM: our chain and key for them."
)
@click.option("--trust", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM: the roots it is signed by.")
@click.option("--profile-out", help="Profile that writes what we send.")
@click.option(
    "--application-ack/--no-application-ack",
    "application_ack",
    default=None,
    help="Answer MSH-16 later, over this line, once a message was read; else at once on the line that brought it.",
)
def hospital_mllp_command(code: str, **said: Any) -> None:
    """Write down where a hospital's HL7 v2 receiver stands and over which line letters go; prints how it stands (JSON)."""
    read = {name: said[name].read_text() if said[name] else None for name in ("certificate", "trust")}
    receiver = Receiver(**said | read | {"networks": said["networks"] or None})
    with _in_words(code):
        click.echo(json.dumps(hospital_mllp.agree(open_database(checked_settings(), OWNER), code, receiver)))


@command.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hospital", "code", default="", help="Read it as this hospital's link says.")
@click.option("--profile", default="", help="Read it with this profile; alone it needs no database.")
def hospital_check_command(file: Path, code: str, profile: str) -> None:
    """Say how a message is answered and read, field by field, and what is missing (JSON). Keeps nothing.

    Ends with 1 when it would be refused or could not be read.
    """
    found = _checked(file, code, profile)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    sys.exit(0 if found["verdict"] in ("good", "gaps") else 1)


@command.command("bind")
@click.argument("code")
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="Who binds it: a name.")
@click.option(
    "--by-name", is_flag=True, help="Every certificate of the listener's authorities with this name, not only this one."
)
@click.option("--shared", is_flag=True, help="Also when it is another hospital's: one system calls for both.")
def hospital_bind_command(code: str, certificate: Path, by: str, by_name: bool, shared: bool) -> None:
    """Let this hospital call over MLLP with this client certificate. Its link manager does the same on the page of the link."""
    with _in_words(code):
        bound = hospital.bind(
            open_database(checked_settings(), OWNER), code, certificate.read_bytes(), by=by, by_name=by_name, is_shared=shared
        )
    click.echo(json.dumps(bound))


@command.command("unbind")
@click.argument("code")
@click.argument("bound_to")
def hospital_unbind_command(code: str, bound_to: str) -> None:
    """Let nobody in with that fingerprint or name any more."""
    with _in_words(code):
        found = hospital.unbind(open_database(checked_settings(), OWNER), code, bound_to)
    if not found:
        raise click.ClickException("that hospital has no such certificate")


@command.command("accept-plain")
@click.argument("code")
@click.option("--by", required=True, help="Who accepts it: name and function.")
@click.option("--why", required=True, help="Why it cannot be otherwise yet.")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day on which unencrypted messages are taken."
)
def hospital_accept_plain_command(code: str, by: str, why: str, until: datetime) -> None:
    """Write down that this hospital's messages may come unencrypted (shown as *onbeveiligd*), for a year at most."""
    with _in_words(code):
        hospital.accept_plain(open_database(checked_settings(), OWNER), code, by=by, why=why, until=until)


@command.command("refuse-plain")
@click.argument("code")
def hospital_refuse_plain_command(code: str) -> None:
    """Withdraw that this hospital's messages may come unencrypted."""
    with _in_words(code):
        found = hospital.withdraw_plain(open_database(checked_settings(), OWNER), code)
    if not found:
        raise click.ClickException("nobody accepted that for this hospital")


@command.command("line")
@click.argument("code")
def hospital_line_command(code: str) -> None:
    """Say how safe a hospital's line is, and when its certificates end (JSON)."""
    click.echo(json.dumps(hospital.line(open_database(checked_settings()), code), ensure_ascii=False, indent=2))


@contextmanager
def _in_words(code: str) -> Iterator[None]:
    """What the services refuse, as the command line says it."""
    try:
        yield
    except Incomplete as missing:
        raise click.ClickException("; ".join(missing.fields.values())) from None
    except agreements.NotAgreed as error:
        raise click.ClickException(str(error)) from None
    except KeyError:
        raise click.ClickException(f"no hospital {code} with a link") from None


def _checked(file: Path, code: str, profile: str) -> dict[str, Any]:
    try:
        if code:
            database = open_database(checked_settings())
            link, links = hospital.link_of(database, code)
            boards = hospital.boards_of(database, link)
            return hospital.check(file, link=trial.with_profile(link, profile), links=links, boards=boards)
        return hospital.check(file, link=hospital.bare_link(profile), links=[])
    except KeyError as missing:
        raise click.UsageError(
            f"no link or profile that reads messages: {missing.args[0] or 'give --hospital or --profile'}"
        ) from None
