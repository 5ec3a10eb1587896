"""Which subscriptions are wanted at hospitals' servers, who looks after one now, and what came of it.

Rules. One worker at a time looks after one subscription, and a claim that ran out settles nothing. What may have been made is written
down before it is asked for: then it is also taken away again, whatever became of the answer. A server that has none, refuses or fails
is asked what is new as if there were no subscriptions. The row of the search is held before that of its subscription.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.domain.subscription import NOTHING_MADE, REFUSALS, SECRET_PURPOSE, Subscription
from mdo_portal.exchange import Address, NotPulled, StandingSubscription, WantedSubscription
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.inbox import hearing
from mdo_portal.services.links import hospitals

log = structlog.get_logger(__name__)
LIFE = timedelta(days=8)
"""So long it lives there without us, whatever becomes of this portal or of that server's address; half of it is a long weekend."""
LOOK = timedelta(minutes=15)
"""Between two looks at one that is active."""
LEASE = timedelta(minutes=10)
REFUSED_AGAIN = timedelta(hours=6)
"""A server that says no is asked again after so long; another agreement at once."""


@dataclass(frozen=True)
class ClaimedSubscription:
    """One subscription to look after now. `wanted` None: it is to go."""

    link_id: uuid.UUID
    wanted: WantedSubscription | None
    number: str
    writes: bool
    address: Address
    until: datetime  # the end of the lease
    stood_until: datetime | None  # when what may have been made before ends there by itself; None = nothing was


def claim(session: Session, *, now: datetime) -> ClaimedSubscription | None:
    """The next one whose turn it is, written down as begun. Commit before anything is asked."""
    return _wanted(session, now=now) or _leaving(session, now=now)


def _wanted(session: Session, *, now: datetime) -> ClaimedSubscription | None:
    row = Subscription
    is_other = or_(row.search != Poll.query, row.topic != Poll.topic, row.base != Link.url_out)
    is_free = or_(row.leased_until.is_(None), row.leased_until <= now)
    due = or_(row.link_id.is_(None), is_free & or_(row.due_at <= now, is_other))
    query = select(Poll, Link).join(Link, Link.id == Poll.link_id).outerjoin(row, row.link_id == Poll.link_id)
    query = query.where(Poll.subscribes, Link.url_out != "", due)
    found = session.execute(query.order_by(Poll.link_id).limit(1).with_for_update(of=Poll, skip_locked=True)).first()
    if found is None:
        return None
    poll, link = found
    held = session.get(row, link.id, with_for_update=True, populate_existing=True)
    if held is not None and held.leased_until is not None and held.leased_until > now:
        return None  # another worker was quicker by less than this statement took
    return _begun(session, poll, link, held or _new(session, link, now=now), now=now)


def _new(session: Session, link: Link, *, now: datetime) -> Subscription:
    row = Subscription(link_id=link.id, hospital_id=link.hospital_id, due_at=now)
    session.add(row)
    session.flush()
    return row


def _begun(session: Session, poll: Poll, link: Link, row: Subscription, *, now: datetime) -> ClaimedSubscription | None:
    if row.base != link.url_out:  # what is known of one belongs to another server, and so does its secret
        row.base, row.number, row.status, row.ends_at, row.active_at, row.secret_sealed = link.url_out, "", "", None, None, b""
    if (row.search, row.topic) != (poll.query, poll.topic):
        row.search, row.topic, row.written_at = poll.query, poll.topic, None
    row.attempts, row.is_leaving, row.leased_until, row.due_at = row.attempts + 1, False, now + LEASE, now + LEASE
    secret = _secret(session, row)
    writes = row.is_to_be_written(now)
    stood_until = row.ends_at
    ends_at = now + LIFE if writes or row.ends_at is None else row.ends_at
    if writes:  # whatever becomes of the answer
        row.written_at, row.ends_at = None, max(ends_at, row.ends_at or ends_at)
    session.flush()
    address = _address(session, row)
    if address is None:
        return None
    profile = hospitals.link_of(session, link.id).profile_in
    wanted = WantedSubscription(str(link.id), profile, row.search, row.topic, secret, ends_at)
    return ClaimedSubscription(link.id, wanted, row.number, writes, address, now + LEASE, stood_until)


def _secret(session: Session, row: Subscription) -> str:
    """What its notices show; a new one when there is none, or when it cannot be opened any more."""
    bound = row_of("subscriptions", row.link_id)
    try:
        if row.secret_sealed:
            return sealer(session).open(row.secret_sealed, purpose=SECRET_PURPOSE, row=bound).decode()
    except CANNOT_OPEN as error:
        log.error("subscription.sealed", link_id=str(row.link_id), error=type(error).__name__)
    secret = secrets.token_urlsafe(32)
    row.secret_sealed = sealer(session).seal(secret.encode(), purpose=SECRET_PURPOSE, row=bound)
    row.secret_hash, row.written_at, row.events, row.noticed_at = hospitals.hash_token(secret), None, None, None
    return secret


def _address(session: Session, row: Subscription) -> Address | None:
    try:
        return hospitals.address_of(session, row.hospital_id)[1]
    except CANNOT_OPEN as error:
        log.error("subscription.sealed", link_id=str(row.link_id), error=type(error).__name__)
        return None  # it waits for another lease; the others are looked after


def _leaving(session: Session, *, now: datetime) -> ClaimedSubscription | None:
    row = Subscription
    is_free = or_(row.leased_until.is_(None), row.leased_until <= now)
    due = is_free & or_(row.is_leaving.is_(False), row.due_at <= now)
    query = (
        select(row)
        .outerjoin(Poll, Poll.link_id == row.link_id)
        .where(or_(Poll.link_id.is_(None), Poll.subscribes.is_(False)), due)
    )
    held = session.scalars(query.order_by(row.link_id).limit(1).with_for_update(of=row, skip_locked=True)).first()
    if held is None:
        return None
    link = session.get_one(Link, held.link_id)
    if held.ends_at is None or held.ends_at <= now or held.base != link.url_out:
        session.delete(held)  # nothing is there, it ended by itself, or it stands where we may no longer go and ends there
        return None
    if not held.is_leaving:
        held.is_leaving, held.attempts = True, 0
    held.attempts, held.leased_until, held.due_at = held.attempts + 1, now + LEASE, now + LEASE
    session.flush()
    address = _address(session, held)
    return ClaimedSubscription(held.link_id, None, held.number, False, address, now + LEASE, held.ends_at) if address else None


def stands(session: Session, claimed: ClaimedSubscription, found: StandingSubscription, *, now: datetime) -> None:
    """There is one; how it is, its server said."""
    row = _ours(session, claimed)
    if row is None or claimed.wanted is None:
        return
    is_new_there = row.number != found.number
    row.active_at = None if found.status != "active" else now if row.status != "active" or is_new_there else row.active_at or now
    row.number, row.status, row.status_at, row.reason = found.number, found.status, now, ""
    row.written_at = now if found.written else row.written_at
    row.ends_at = found.ends_at or (claimed.wanted.ends_at if found.written else row.ends_at)
    if is_new_there:
        row.events, row.unheard_at = None, None
    if found.status == "active":
        row.attempts, row.due_at = 0, now + LOOK
    else:
        row.due_at = now + pause(row.attempts)
    if not row.tells(now):
        hearing.hasten(session, claimed.link_id, now=now)


def failed(session: Session, claimed: ClaimedSubscription, trouble: NotPulled, *, now: datetime) -> None:
    """Later again. Until then its server is asked what is new as if there were none."""
    row = _ours(session, claimed)
    if row is None:
        return
    row.reason = trouble.code
    row.due_at = now + (REFUSED_AGAIN if trouble.code in REFUSALS else pause(row.attempts, asked=trouble.wait_seconds))
    if trouble.code in NOTHING_MADE:
        row.ends_at = claimed.stood_until
    hearing.hasten(session, claimed.link_id, now=now)


def gone(session: Session, claimed: ClaimedSubscription) -> None:
    """None of ours is there any more."""
    row = _ours(session, claimed)
    if row is not None:
        session.delete(row)


def _ours(session: Session, claimed: ClaimedSubscription) -> Subscription | None:
    """Held; None when somebody else took over meanwhile."""
    session.get(Poll, claimed.link_id, with_for_update=True)
    row = session.get(Subscription, claimed.link_id, with_for_update=True)
    if row is None or row.leased_until != claimed.until:
        return None
    row.leased_until = None
    return row


def of_link(session: Session, link_id: uuid.UUID) -> Subscription | None:
    """How the one of this link stands; None = there is none."""
    return session.get(Subscription, link_id)
