"""When a role counts: given, begun, not over and not ended. One condition for every query."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from mdo_portal.domain.people import HeldRole, Membership, Person

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day_of(now: datetime) -> date:
    """The day by which a role begins and ends: that of the network, not of the server."""
    return now.astimezone(AMSTERDAM).date()


def in_force(kind: type[HeldRole], now: datetime) -> ColumnElement[bool]:
    """The rows of `kind` that count now."""
    return in_force_on(kind, day_of(now))


def may_come_in(now: datetime) -> ColumnElement[bool]:
    """The people who are not shut out and work at some hospital now: a role on a board alone lets nobody in."""
    here = select(Membership.id).where(Membership.person_id == Person.id, in_force(Membership, now))
    return and_(Person.disabled_at.is_(None), here.exists())


def in_force_on(kind: type[HeldRole], today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The rows of `kind` that count on that day; a parameter, in a statement that is made once."""
    begun = or_(kind.starts_on.is_(None), kind.starts_on <= today)
    return and_(kind.ended_at.is_(None), begun, or_(kind.ends_on.is_(None), kind.ends_on >= today))
