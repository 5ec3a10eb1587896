"""What was destroyed on a patient's request, said outside the database: a backup that is put back knows nothing of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from mdo_portal.database import Database
from mdo_portal.services.keeping import destroyed_since
from mdo_portal.services.keeping.destroyed_since import Destroyed

BACKUPS_LIVE = timedelta(days=35)
"""So long a backup is kept (docs/operating): what was destroyed before that is in none."""


def tell(database: Database, place: Callable[[str], None], *, told: set[uuid.UUID]) -> None:
    """Tell this place what was destroyed since `told`, which grows line by line."""
    with database.transaction() as session:
        found = destroyed_since.executed(session, since=datetime.now(UTC) - BACKUPS_LIVE)
    for one in found:
        if one.request_id not in told:
            for line in lines_of(one):
                place(line)
            told.add(one.request_id)


def lines_of(one: Destroyed) -> list[str]:
    """JSON, a line for each case (syslog cuts long ones): ids of what is no more and of who noted it; nothing of a patient."""
    said = {"destroyed": str(one.request_id), "at": one.at.isoformat(timespec="seconds"), "hospital": str(one.hospital_id)}
    more = {"all": one.is_whole, "asked_by": str(one.asked_by), "letter_on": one.letter_on.isoformat()}
    return [json.dumps(said | {"case": str(case_id)} | more) for case_id in one.case_ids]


def destroyed_in(path: Path) -> tuple[list[Destroyed], int]:
    """What an anchor file, or a syslog file, says was destroyed; and how many lines about that cannot be read."""
    found, unread = list[Destroyed](), 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"destroyed"' in line:
                try:
                    found.append(_read(json.loads(line[line.index("{") :])))
                except (ValueError, KeyError, TypeError, AttributeError):
                    unread += 1
    return found, unread


def _read(said: dict[str, Any]) -> Destroyed:
    return Destroyed(
        uuid.UUID(said["destroyed"]), uuid.UUID(said["hospital"]), (uuid.UUID(said["case"]),), said["all"] is True,
        uuid.UUID(said["asked_by"]), date.fromisoformat(said["letter_on"]), datetime.fromisoformat(said["at"]),
    )  # fmt: skip
