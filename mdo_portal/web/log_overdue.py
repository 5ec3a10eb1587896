"""How many findings of the access log wait longer than a week: a number in the navigation of a privacy officer."""

from __future__ import annotations

import time
import uuid

from sqlalchemy.orm import Session

from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.access_log import audit_review
from mdo_portal.web.context import now

REMEMBERED_SECONDS = 60.0
"""The rules read eight weeks of the log: not for every page."""
_counts: dict[uuid.UUID, tuple[float, int]] = {}


def count(db: Session, of: Viewer) -> int:
    """As it was at most a minute ago, in this process."""
    at, found = _counts.get(of.hospital_id, (0.0, 0))
    if not at or time.monotonic() - at > REMEMBERED_SECONDS:
        found = audit_review.overdue(db, of.hospital_id, now=now())
        remember(of, found)
    return found


def remember(of: Viewer, found: int) -> None:
    _counts[of.hospital_id] = time.monotonic(), found


def forget(of: Viewer) -> None:
    _counts.pop(of.hospital_id, None)


def forget_all() -> None:
    """Another database (in tests)."""
    _counts.clear()
