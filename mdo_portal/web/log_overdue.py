"""How many findings of the access log ask for attention: a number in the navigation of a privacy officer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from sqlalchemy.orm import Session

from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.access_log import audit_review
from mdo_portal.web.context import now

SHORTEST_SECONDS, LONGEST_SECONDS = 60.0, 900.0
TIMES_WHAT_IT_TOOK = 100
"""The rules read eight weeks of the log, seconds in a large hospital: no more than a hundredth of the time goes to that."""
Counts = dict[uuid.UUID, tuple[float, int]]
_late: Counts = {}
_emergencies: Counts = {}


def count(db: Session, of: Viewer) -> int:
    """What waits longer than a week, as it was up to a quarter of an hour ago in this process; and emergencies, of a minute ago."""

    def late() -> int:
        return audit_review.overdue(audit_review.findings(db, of.hospital_id, now=now()), now=now())

    return _kept(_late, of, late) + _kept(_emergencies, of, lambda: audit_review.open_emergencies(db, of.hospital_id, now=now()))


def _kept(counts: Counts, of: Viewer, ask: Callable[[], int]) -> int:
    began = time.monotonic()
    until, found = counts.get(of.hospital_id, (began, 0))
    if began < until:
        return found
    found = ask()
    _keep(counts, of, found, took=time.monotonic() - began)
    return found


def _keep(counts: Counts, of: Viewer, found: int, *, took: float) -> None:
    stays = min(max(SHORTEST_SECONDS, took * TIMES_WHAT_IT_TOOK), LONGEST_SECONDS)
    counts[of.hospital_id] = time.monotonic() + stays, found


def remember(of: Viewer, late: int, *, took: float) -> None:
    """It was just counted for a page."""
    _keep(_late, of, late, took=took)


def forget(of: Viewer) -> None:
    for counts in (_late, _emergencies):
        counts.pop(of.hospital_id, None)


def forget_all() -> None:
    """Another database (in tests)."""
    for counts in (_late, _emergencies):
        counts.clear()
