"""What was destroyed on a patient's request, said outside the database: a backup that is put back knows nothing of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mdo_portal.database import Database
from mdo_portal.services import destroyed_since
from mdo_portal.services.destroyed_since import Destroyed

BACKUPS_LIVE = timedelta(days=35)
"""So long a backup is kept (docs/operating): what was destroyed before that is in none."""


def tell(database: Database, place: Callable[[str], None], *, told: set[uuid.UUID]) -> None:
    """Tell this place what was destroyed since `told`, which grows line by line."""
    with database.transaction() as session:
        found = destroyed_since.executed(session, since=datetime.now(UTC) - BACKUPS_LIVE)
    for one in found:
        if one.request_id not in told:
            place(line_of(one))
            told.add(one.request_id)


def line_of(one: Destroyed) -> str:
    """One JSON line: ids of what is no more, and of the colleague who noted it; nothing of a patient."""
    said = {"at": one.at.isoformat(timespec="seconds"), "hospital": str(one.hospital_id), "destroyed": str(one.request_id)}
    more = {"cases": [str(case_id) for case_id in one.case_ids], "all": one.is_whole}
    return json.dumps(said | more | {"asked_by": str(one.asked_by), "letter_on": one.letter_on.isoformat()})


def destroyed_in(path: Path) -> Iterator[Destroyed]:
    """What an anchor file, or a syslog file, says was destroyed. Raises ValueError on a bad line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if '"destroyed"' in line:
                said = json.loads(line[line.index("{") :])
                case_ids = tuple(uuid.UUID(one) for one in said["cases"])
                yield Destroyed(
                    uuid.UUID(said["destroyed"]), uuid.UUID(said["hospital"]), case_ids, bool(said["all"]),
                    uuid.UUID(said["asked_by"]), date.fromisoformat(said["letter_on"]), datetime.fromisoformat(said["at"]),
                )  # fmt: skip
