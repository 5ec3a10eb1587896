"""`mdo-portal restored`: after the database was put back to an earlier moment, and before anything else is started on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from mdo_portal.commands.checks import OWNER
from mdo_portal.commands.destroyed import destroyed_in
from mdo_portal.commands.process import checked_settings, open_database
from mdo_portal.database import Database
from mdo_portal.services.keeping import destroyed_since, restoring
from mdo_portal.services.keeping.destroyed_since import Back
from mdo_portal.services.keeping.restoring import Held
from mdo_portal.services.people import sessions
from mdo_portal.settings import NOWHERE
from mdo_portal.zone import AMSTERDAM

MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


@click.command("restored")
@click.option("--at", "at", type=click.DateTime(MOMENTS), help="To which moment (Europe/Amsterdam) the database was put back.")
@click.option("--nothing-lost", is_flag=True, help="It was moved with all that was in it: what is held goes again.")
@click.option("--status", is_flag=True, help="Only say how many letters still wait for somebody's word.")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of anchors, or of syslog: it says what was destroyed since. Without it: MDO_AUDIT_ANCHOR.",
)
def command(at: datetime | None, nothing_lost: bool, status: bool, anchor: Path | None) -> None:
    """Hold every letter that was under way then, skip document numbers, sign everybody out, ask again what was destroyed, and say what
    people must do.

    Run it before web, listen and work are started: a letter that left between the backup and the fault must not leave again unseen.
    A worker that finds its database in another place than before does the same by itself; a disk that was put back it cannot see.
    """
    settings = checked_settings()
    database = open_database(settings, OWNER, "mdo_work")
    if sum((at is not None, nothing_lost, status)) != 1:
        raise click.UsageError(
            "say to which moment the database was put back: --at '2026-03-02 14:30'; or --nothing-lost, or --status"
        )
    if nothing_lost:
        with database.transaction() as session:
            click.echo(f"{restoring.release(session, now=datetime.now(UTC))} letters may go again.")
    if at is not None:
        count = restored(database, at=at.replace(tzinfo=AMSTERDAM), now=datetime.now(UTC))
        click.echo(f"{count} letters are held. People find them under Post, Na herstel: each is confirmed or sent again.")
        click.echo("What was signed after that moment is not here any more, and may have arrived: ask the chairs to sign again.")
        click.echo(
            "Everybody is signed out. Roles, accounts, passwords, objections and withdrawn access are as they were then: whoever was "
            "shut out since is in again."
        )
        place = anchor or (Path(settings.audit_anchor) if settings.audit_anchor != NOWHERE else None)
        for line in destroyed(database, place if place and place.exists() else None, now=datetime.now(UTC)):
            click.echo(line)
    for one in waiting(database):
        click.echo(f"{one.letters:>6}  {one.hospital}  (oldest {one.oldest_at:%Y-%m-%d %H:%M} UTC)")


def restored(database: Database, *, at: datetime, now: datetime) -> int:
    """How many letters are held now; everybody is signed out."""
    with database.transaction() as session:
        sessions.end_everybody(session)
        restoring.skip_numbers(session)
        restoring.stands_here(session, now=now)
        return restoring.hold(session, at=at, now=now)


def destroyed(database: Database, anchor: Path | None, *, now: datetime) -> Iterator[str]:
    """Ask again what the anchors say was destroyed on a patient's request and is back; what to tell whoever put the backup back."""
    if anchor is None:
        yield "What was destroyed on a patient's request after that moment is back, and nothing here says what: no file of anchors."
        yield "Ask the privacy officers of the hospitals, who have the proofs, to note those requests again."
        return
    told, unread = destroyed_in(anchor)
    with database.transaction() as session:
        back = destroyed_since.ask_again(session, told, now=now)
    yield f"{len(back)} requests of patients that were carried out since are back; privacy officers find them under Bewaren."
    yield from _by_hand(back)
    if unread:
        yield f"{unread} lines of that file about it cannot be read: ask the privacy officers too, who have the proofs."


def _by_hand(back: Iterable[Back]) -> Iterator[str]:
    for one in back:
        if not one.is_asked:
            told = ", ".join(map(str, one.case_ids))
            yield f"  to be noted by hand at hospital {one.destroyed.hospital_id}, letter of {one.destroyed.letter_on}: case {told}"


def waiting(database: Database) -> list[Held]:
    with database.transaction() as session:
        return restoring.held(session)
