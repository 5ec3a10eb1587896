"""What came behind a referral that nobody could read, or that is still to be fetched: kept until that is decided, then read again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import FEED, InboundMessage, offered_again
from mdo_portal.services.common import changes

WAITS = "waits_for_referral"
UNKNOWN = "unknown_referral"
_NO_REFERRAL = [WAITS, UNKNOWN, "objection"]
"""Reasons of messages that are no referral themselves, or one that a person refused already."""

# An older one that is still to be read counts too: a person offered it again a moment ago, or it stands before this one in its batch. So
# does what was fetched after a notice (services/inbox/pulls.py), which was announced before it came.
_UNREAD = text(
    """
    SELECT count(*) FROM inbound_messages m JOIN inbound_messages u ON u.hospital_id = m.hospital_id AND u.patient_keys && m.patient_keys
    WHERE m.id = :id AND u.id <> m.id AND (u.settled_at IS NULL OR u.state = 'unreadable')
        AND (u.state = 'unreadable' AND u.reason <> ALL (:no_referral) OR u.state = 'kept' AND (u.seq < m.seq OR u.kind = 'Bundle/pull'))
        AND split_part(u.kind, '^', 1) <> ALL (:feed)
    """
)

# Few notices wait at a time, each until its hospital's server has answered.
_UNFETCHED = text(
    """
    SELECT count(*) FROM inbound_messages m JOIN pulls p ON p.hospital_id = m.hospital_id AND p.state = 'waiting'
    JOIN inbound_messages u ON u.id = p.message_id AND u.patient_keys && m.patient_keys
    WHERE m.id = :id AND u.id <> m.id
    """
)

_BEHIND = text(
    """
    SELECT w.id FROM inbound_messages d JOIN inbound_messages w ON w.hospital_id = d.hospital_id AND w.patient_keys && d.patient_keys
    WHERE d.id = ANY (:ids) AND w.id <> d.id AND w.state = 'unreadable' AND w.reason = ANY (:reasons) AND w.raw_sealed <> ''
    FOR UPDATE OF w
    """
)


def must_wait(session: Session, message_id: uuid.UUID) -> bool:
    """Whether this hospital sent something about the same patient that nobody could read and that may be the referral, or told that
    the referral lies ready and it is still to be fetched.
    """
    if session.scalar(_UNFETCHED, {"id": message_id}):
        return True
    values = {"id": message_id, "no_referral": _NO_REFERRAL, "feed": sorted(FEED)}
    return bool(session.scalar(_UNREAD, values))  # counted: hoping to find the first soon, PostgreSQL would read a long queue


def release(session: Session, decided: Sequence[uuid.UUID], *, now: datetime) -> int:
    """These are understood, or put aside: what waited behind them is read again, in its own place in the order. Returns how many."""
    if not decided:
        return 0
    behind = set(session.scalars(_BEHIND, {"ids": list(decided), "reasons": [WAITS, UNKNOWN]}))
    if behind:
        session.execute(update(InboundMessage).where(InboundMessage.id.in_(behind)).values(offered_again(now)))
        changes.wake(session, "understand")
    return len(behind)
