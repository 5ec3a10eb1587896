"""With what a browser left us for a while, to come back by a state that only it knows: in its own signed session, for ten minutes, each
good once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

KEPT = timedelta(minutes=10)
AT_ONCE = 3
"""So many windows may be on their way at the same time; the cookie must stay small."""


def keep(kind: str, state: str, said: dict[str, Any], *, started_at: datetime) -> None:
    """`said`: what JSON holds."""
    session[kind] = [*session.get(kind, []), said | {"state": state, "at": started_at.timestamp()}][-AT_ONCE:]


def take(kind: str, state: str, *, now: datetime) -> tuple[dict[str, Any], datetime] | None:
    """What was said under this state and when, while it is young; gone after this."""
    waiting: list[dict[str, Any]] = session.get(kind, [])
    found = next((one for one in waiting if one["state"] == state), None)
    session[kind] = [one for one in waiting if one is not found]
    started_at = datetime.fromtimestamp(found["at"], UTC) if found else now
    return (found, started_at) if found and now - started_at <= KEPT else None
