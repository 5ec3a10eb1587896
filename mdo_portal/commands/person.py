"""`mdo-portal person`: the first people of a fresh installation get in by a link that is printed once."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.commands.checks import OWNER
from mdo_portal.commands.process import checked_settings, open_database
from mdo_portal.database import Database
from mdo_portal.domain.audit import SUCCESS
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import HOSPITAL_ROLES, Membership, Person, Role
from mdo_portal.services.access_log import audit_sign_in
from mdo_portal.services.people import passwords, sessions
from mdo_portal.services.rights import credentials


@click.group("person")
def command() -> None:
    """People who may sign in."""


@command.command("invite")
@click.argument("address")
@click.option("--hospital", "code", required=True, help="Code of the hospital the person works for.")
@click.option("--role", required=True, type=click.Choice([role.value for role in HOSPITAL_ROLES]))
@click.option("--name", default="", help="As shown; the address when left out.")
def invite_command(address: str, code: str, role: str, name: str) -> None:
    """Make the person when new, give the role, and print a link (once) to choose a password and a second factor."""
    settings = checked_settings()
    try:
        token = invite(
            open_database(settings, OWNER), address=address, code=code, role=Role(role), name=name, now=datetime.now(UTC)
        )
    except LookupError:
        click.echo(f"no hospital has the code {code}", err=True)
        sys.exit(1)
    click.echo(f"{settings.public_url.rstrip('/')}/invitation/{token}")


def invite(database: Database, *, address: str, code: str, role: Role, name: str, now: datetime) -> str:
    """The token of the link. Raises LookupError when there is no such hospital."""
    account = passwords.account_of(address)
    with database.transaction() as session:
        hospital_id = session.scalar(select(Hospital.id).where(Hospital.code == code))
        if hospital_id is None:
            raise LookupError(code)
        person = passwords.known(session, account) or Person(name=name or account, email=account)
        session.add(person)
        session.flush()
        _give(session, person.id, hospital_id, role, now=now)
        audit_sign_in.record(
            session,
            act="account.changed",
            outcome=SUCCESS,
            method="command",
            person_id=person.id,
            person_name=person.name,
            hospital_id=hospital_id,
            detail=f"invited as {role.value}",
            now=now,
            client_address="",
        )
        return credentials.invite(session, person.id, made_by=None, now=now)


def _give(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID, role: Role, *, now: datetime) -> None:
    same = (Membership.person_id == person_id, Membership.hospital_id == hospital_id, Membership.role == role)
    if session.scalar(select(Membership.id).where(*same, Membership.ended_at.is_(None))) is None:
        session.add(Membership(person_id=person_id, hospital_id=hospital_id, role=role, given_at=now))
    sessions.rights_changed(session, person_id)
