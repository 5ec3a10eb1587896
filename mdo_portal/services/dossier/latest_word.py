"""Whether a message about a referral is older than what its hospital said since: it came late, or is read once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, cast, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.services.common import moments

ASKED = ("referral.received", "referral.updated")
CANCELLING = "referral.cancelled"
SAID_AT = "said_at"
"""Under this name the timeline event of one of those says when the sender said it, by the sender's clock."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""Two systems of one hospital: within this nobody can tell which of two words was the later, and the order of arrival holds."""


def said(sent_at: datetime | None, now: datetime) -> dict[str, Any]:
    """For the event; nothing where the sender gave no time that can be true."""
    return {SAID_AT: moments.said(sent_at, now).isoformat()} if moments.likely(sent_at) else {}


def is_latest(session: Session, case: Case, *, now: datetime, sent_at: datetime | None) -> bool:
    """Whether what asks is the hospital's last word: nothing arrived later, and nothing that takes back was said later."""
    is_older = told_later(session, case, *ASKED, CANCELLING, now=now)
    return not is_older and not told_later(session, case, CANCELLING, now=now, sent_at=sent_at)


def told_later(session: Session, case: Case, *words: str, now: datetime, sent_at: datetime | None = None) -> bool:
    """Whether one of these words is newer: it arrived later (this one was offered again after a repair), or was said later, where both
    say when.
    """
    is_later = CaseEvent.at > now
    if moments.likely(sent_at):
        said_at = cast(CaseEvent.details.op("->>")(SAID_AT), DateTime(timezone=True))
        is_later = or_(is_later, said_at > moments.said(sent_at, now) + CLOCKS_DIFFER)
    query = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.what.in_(words), is_later)
    return session.execute(query.limit(1)).first() is not None
