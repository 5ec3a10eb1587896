"""Telling screens that something changed: ids and a revision, never a patient's data.

PostgreSQL delivers a NOTIFY at commit and drops it at rollback: announcing here is telling *after* the commit.
"""

from __future__ import annotations

import json
import uuid

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

CHANNEL = "mdo"
_UNTOLD = "untold"
_NOTIFY = text("SELECT pg_notify(:channel, payload) FROM jsonb_array_elements_text(CAST(:payloads AS jsonb)) AS payload")


def announce(session: Session, topic: str, object_id: uuid.UUID | str, *, revision: int = 0) -> None:
    """Tell every process, at commit, that `topic:object_id` has this revision now. Said twice in one transaction is told once."""
    session.info.setdefault(_UNTOLD, {})[topic, str(object_id)] = revision


@event.listens_for(Session, "before_commit")
def _tell(session: Session) -> None:
    """All of it in one statement: PostgreSQL keeps it until the commit itself.

    At the end of the whole, not of a savepoint in it: what is told in one that then fails is forgotten, also what was said before it.
    """
    if session.in_nested_transaction():
        return
    untold = session.info.pop(_UNTOLD, None)
    if untold:
        payloads = [json.dumps({"topic": topic, "id": one, "revision": revision}) for (topic, one), revision in untold.items()]
        session.execute(_NOTIFY, {"channel": CHANNEL, "payloads": json.dumps(payloads)})


def wake(session: Session, work: str) -> None:
    """Wake the workers for `understand`, `deliver`, `route`, …: a channel of commands/work.py."""
    session.execute(select(func.pg_notify(f"mdo_{work}", "")))
