"""Notices of subscriptions: whose they are, and how much oftener a server is asked that does not tell.

Beside a subscription that tells we go on asking, once an hour: a notice that is lost on the way costs an hour, and no referral. Is
something new of which no notice came, then they do not arrive, whatever the server says, and we ask as often as is agreed again.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import UUID, BigInteger, cast, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.poll import Poll
from mdo_portal.domain.subscription import Subscription
from mdo_portal.exchange import Notice
from mdo_portal.services.links.hospitals import hash_token

BESIDE = timedelta(hours=1)
"""Between two looks while the server tells by itself; what was agreed to be rarer stays so."""


def hears(session: Session, link_id: uuid.UUID, token: str) -> bool:
    """Whether a notice with this secret is one of a subscription that is wanted. PostgreSQL tells (migration 0070)."""
    return bool(session.scalar(select(func.access.hears_notices(cast(link_id, UUID), hash_token(token)))))


def heard(session: Session, link_id: uuid.UUID, token: str, notice: Notice) -> bool:
    """Write down that it came, and ask at once when something happened, or may have: then True.

    The number of events is only compared with the last: another one means that something happened, whatever the notice is for.
    """
    events = cast(notice.events, BigInteger)
    call = func.access.notice_came(cast(link_id, UUID), hash_token(token), notice.wakes, events)
    return bool(session.scalar(select(call)))


def pace(session: Session, poll: Poll, *, before: datetime | None, is_new: bool, now: datetime) -> timedelta:
    """How long until this server is asked again. `before`: the last look but this one; `is_new`: this one found something new."""
    every = timedelta(seconds=poll.every_seconds)
    row = session.get(Subscription, poll.link_id, with_for_update=True) if poll.subscribes else None
    if row is None:
        return every
    if is_new and _was_not_told(row, before):
        row.unheard_at = now
    return max(every, BESIDE) if row.tells(now) else every


def _was_not_told(row: Subscription, before: datetime | None) -> bool:
    """Whether it told all the while since that look, and no notice came since."""
    told_by_then = before is not None and row.status == "active" and row.active_at is not None and row.active_at <= before
    return told_by_then and before is not None and (row.noticed_at is None or row.noticed_at < before)


def hasten(session: Session, link_id: uuid.UUID, *, now: datetime) -> None:
    """It tells no more: ask as often as is agreed from now on. The row of the search is held before that of the subscription."""
    poll = session.get(Poll, link_id, with_for_update=True)
    if poll is not None:
        poll.next_at = min(poll.next_at, now + timedelta(seconds=poll.every_seconds))
