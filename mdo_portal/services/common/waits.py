"""Waits that reach further than any we give: written while a clock was ahead (a machine that began in summer time, say). They end now.

Every queue waits for a moment, not for a while: a message, letter, question or server that had its turn while a clock was a day ahead
would have its next one a day late, and nobody would be told. Leases of letters stay: who holds them is known by a lock
(services/letters/succession.py), and two clocks that differ must never put one letter on two wires.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from mdo_portal.services.common import changes

LONGEST = timedelta(hours=2)
"""Twice the longest wait of any queue (deliveries.CONFIRMED_WITHIN); a server that is asked now and then says itself how often."""
LONGEST_READ = timedelta(minutes=5)
"""Of a message that is to be read: far longer than it is lent (queue.LEASE) or put off. What came after it of its patient waits too."""
LONGEST_OWED = timedelta(hours=26)
"""Longer than an acknowledgement is held back in a database that was put back (application_acks.hold)."""

_SHORTEN = {
    "understand": "UPDATE inbound_messages SET next_attempt_at = NULL WHERE state = 'kept' AND next_attempt_at > :far_read",
    "deliver": "UPDATE deliveries SET next_attempt_at = :now WHERE state IN ('waiting', 'sent') AND next_attempt_at > :far",
    "deliver to": "UPDATE destinations SET next_attempt_at = NULL WHERE next_attempt_at > :far",
    "pull": "UPDATE pulls SET next_attempt_at = :now WHERE state = 'waiting' AND next_attempt_at > :far",
    "poll": "UPDATE polls SET next_at = :now WHERE next_at > :far + every_seconds * interval '1 second'",
    "ask": "UPDATE outgoing_questions SET next_attempt_at = :now WHERE state = 'waiting' AND next_attempt_at > :far",
    "acknowledge": (
        "UPDATE inbound_messages SET application_ack_due = NULL"
        " WHERE application_ack IN ('AL', 'ER', 'SU') AND application_ack_due > :far_owed"
    ),
    "acknowledge to": "UPDATE links SET application_ack_after = NULL WHERE application_ack_after > :far",
}
"""Per queue; each along the index of what waits in it."""


def shorten(session: Session, *, now: datetime) -> int:
    """End what waits too long, and wake who takes it. Says how many waits that were."""
    values = {"now": now, "far": now + LONGEST, "far_read": now + LONGEST_READ, "far_owed": now + LONGEST_OWED}
    ended = 0
    for name, statement in _SHORTEN.items():
        result = session.execute(text(statement), values)
        assert isinstance(result, CursorResult)
        ended += result.rowcount
        if result.rowcount:
            changes.wake(session, name.partition(" ")[0])
    return ended
