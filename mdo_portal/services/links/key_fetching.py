"""Which hospitals' public keys are looked for, when, and what becomes of them.

What was fetched well replaces what stood there: a key that the hospital took away lets nobody in any more. What was not fetched well
changes nothing: its system goes on coming in by the keys we had, and the page says since when we could not look.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import DateTime, Select, bindparam, or_, select
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.fetched_keys import FetchedKeys
from mdo_portal.domain.link import Changed, Link
from mdo_portal.exchange import Address
from mdo_portal.services.links import hospitals, link_history

EVERY = timedelta(minutes=5)
"""A new key is shown beside the old one before it is used; within this time we know it."""
FAILS_TOO_LONG = timedelta(days=1)


@dataclass(frozen=True)
class ClaimedKeys:
    """One address to look at now."""

    link_id: uuid.UUID
    url: str
    address: Address


def claim(session: Session, *, now: datetime) -> ClaimedKeys | None:
    """The next address whose turn it is, written down as looked at."""
    due = or_(FetchedKeys.link_id.is_(None), FetchedKeys.url != Link.jwks_url_in, FetchedKeys.asked_at <= now - EVERY)
    query = select(Link).outerjoin(FetchedKeys, FetchedKeys.link_id == Link.id).where(Link.jwks_url_in != "", due)
    link = session.scalars(query.order_by(Link.id).limit(1).with_for_update(of=Link, skip_locked=True)).first()
    if link is None:
        return None
    row = session.get(FetchedKeys, link.id)
    if row is None or row.url != link.jwks_url_in:
        fresh = FetchedKeys(
            link_id=link.id, hospital_id=link.hospital_id, url=link.jwks_url_in, fetched_at=None, failing_since=None
        )
        fresh.asked_at, fresh.reason = now, ""
        session.merge(fresh)
    else:
        row.asked_at = now
    session.flush()
    return ClaimedKeys(link.id, link.jwks_url_in, hospitals.address_of(session, link.hospital_id)[1])


def keep(session: Session, claimed: ClaimedKeys, jwks: str, *, now: datetime) -> bool:
    """These are its keys now. Says whether they are others than before; nothing is kept of an address that was given up meanwhile."""
    link = session.get_one(Link, claimed.link_id, with_for_update=True)
    if link.jwks_url_in != claimed.url:
        return False
    row = _note(session, claimed, reason="")
    row.fetched_at, row.failing_since = now, None
    if link.jwks_in == jwks:
        return False
    before, link.jwks_in = link_history.mark(link.jwks_in), jwks
    told = (f"jwks_in: {before}", f"jwks_in: {link_history.mark(jwks)}")
    link_history.remember(session, link.hospital_id, Changed.KEYS, *told, viewer=None, now=now)
    return True


def not_kept(session: Session, claimed: ClaimedKeys, reason: str, *, now: datetime) -> None:
    """Nothing changes but that it is said."""
    row = _note(session, claimed, reason=reason)
    row.failing_since = row.failing_since or now


def failing(session: Session, hospital_id: uuid.UUID | None = None, *, now: datetime) -> Sequence[FetchedKeys]:
    """Whose keys (this hospital's, or any) cannot be fetched for so long that somebody must look: a key that its hospital took away
    would go on letting its system in, and a new one would not.
    """
    return session.scalars(
        _failing(of_one=hospital_id is not None), {"since": now - FAILS_TOO_LONG, "hospital": hospital_id}
    ).all()


@cache
def _failing(*, of_one: bool) -> Select[FetchedKeys]:
    """Put together once, for it is asked with every page of who looks after links. Open: `since` and, `of_one`, `hospital`."""
    since = bindparam("since", type_=DateTime(timezone=True))
    query = select(FetchedKeys).join(Link, Link.id == FetchedKeys.link_id).order_by(FetchedKeys.link_id)
    query = query.where(FetchedKeys.url == Link.jwks_url_in, FetchedKeys.failing_since <= since)
    return query.where(FetchedKeys.hospital_id == bindparam("hospital", type_=UUID(as_uuid=True))) if of_one else query


def of_link(session: Session, link: Link) -> FetchedKeys | None:
    """How the last look at the address that is agreed now went; None = there is none, or it was not looked at yet."""
    row = session.get(FetchedKeys, link.id)
    return row if row is not None and link.jwks_url_in and row.url == link.jwks_url_in else None


def _note(session: Session, claimed: ClaimedKeys, *, reason: str) -> FetchedKeys:
    row = session.get_one(FetchedKeys, claimed.link_id)
    if row.url == claimed.url:
        row.reason = reason
    session.flush()
    return row
