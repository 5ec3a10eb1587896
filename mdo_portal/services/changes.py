"""Telling screens that something changed: ids and a revision, never a patient's data.

PostgreSQL delivers a NOTIFY at commit and drops it at rollback: announcing here is telling *after* the commit.
"""

from __future__ import annotations

import json
import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

CHANNEL = "mdo"


def announce(session: Session, topic: str, object_id: uuid.UUID | str, *, revision: int = 0) -> None:
    """Tell every process, at commit, that `topic:object_id` has this revision now."""
    payload = json.dumps({"topic": topic, "id": str(object_id), "revision": revision})
    session.execute(select(func.pg_notify(CHANNEL, payload)))


def wake(session: Session, work: str) -> None:
    """Wake the workers for `understand` or `deliver`."""
    session.execute(select(func.pg_notify(f"mdo_{work}", "")))
