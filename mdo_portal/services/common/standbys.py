"""Whether PostgreSQL waits for its synchronous standby: then nothing that is done is stored in two places, and nobody is answered."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_WAITING = text(
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    " AND clock_timestamp() - state_change > interval '5 seconds')"
)
_CONNECTED = text("SELECT EXISTS (SELECT FROM pg_stat_replication)")


def is_awaited(session: Session) -> bool:
    """Whether somebody of this role has waited with a commit for longer than a standby that works ever takes."""
    return bool(session.scalar(_WAITING))


def is_any(session: Session) -> bool:
    """Whether a standby is connected at all."""
    return bool(session.scalar(_CONNECTED))
