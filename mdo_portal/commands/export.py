"""`mdo-portal export`: one case, or everything of a hospital, as an archive for another system."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click

from mdo_portal import __version__, wiring
from mdo_portal.commands.process import checked_settings, open_database
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.exchange import LeavingCase
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import leaving


@click.command("export")
@click.option("--case", "case_id", type=click.UUID, help="One case, by its id.")
@click.option("--hospital", "code", default="", help="Every case of this hospital, by its code.")
@click.option(
    "--to", "path", required=True, type=click.Path(path_type=Path), help="The archive to write; it must not be there yet."
)
def command(case_id: UUID | None, code: str, path: Path) -> None:
    """Write everything of a case or a hospital as FHIR, IHE workflow documents and files. The archive holds patient data, BSN included."""
    if (case_id is None) == (not code):
        raise click.UsageError("say --case ID or --hospital CODE")
    settings = checked_settings()
    database = open_database(settings, "mdo_work")
    wanted = [case_id] if case_id else of_hospital(database, code)
    count = write(database, wanted, path, network=settings.network, now=datetime.now(UTC))
    if not count:
        path.unlink()
        click.echo("no such case, or no case of that hospital; nothing was written", err=True)
        sys.exit(1)
    click.echo(
        f"{path}: {count} case(s). This file holds patient data, BSN included: keep it encrypted, destroy it when it is used."
    )


def of_hospital(database: Database, code: str) -> Sequence[UUID]:
    with database.transaction() as session:
        return leaving.of_hospital(session, code)


def write(database: Database, case_ids: Sequence[UUID], path: Path, *, network: str, now: datetime) -> int:
    """The archive at `path`, for its owner only; how many cases are in it. Raises FileExistsError. A line in the log for each case."""
    written: list[UUID] = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        pieces = wiring.archive(_cases(database, case_ids, written, now), made_at=now, network=network, version=__version__)
        out.writelines(pieces)
    return len(written)


def _cases(database: Database, case_ids: Sequence[UUID], written: list[UUID], now: datetime) -> Iterator[LeavingCase]:
    """One at a time, each with its line in the log before it leaves the database; what went meanwhile is left out."""
    for case_id in case_ids:
        with database.transaction() as session:
            case = session.get(Case, case_id)
            if case is None:
                continue
            audit.record_system(
                session, "case.exported", now=now, case=case, object_type="case", object_id=case.id, detail="archive"
            )
            whole = leaving.whole(session, case, with_bsn=True)
        written.append(case_id)
        yield whole
