"""When a role counts, or counted: given, begun, not over and not ended. One condition for every query."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Date, and_, cast, func, or_, select
from sqlalchemy.orm.attributes import InstrumentedAttribute

from mdo_portal.domain.people import HeldRole, Membership, Person
from mdo_portal.zone import AMSTERDAM, day_of

_LAST = date(9998, 12, 31)
Moment = ColumnElement[datetime] | InstrumentedAttribute[datetime]


def end_of(day: date) -> datetime:
    """The moment at which a Dutch day is over. Of the very last day there is, on which people type that something has no end, too."""
    return datetime.combine(min(day, _LAST) + timedelta(days=1), time(), AMSTERDAM)


def last_day(until: datetime) -> date:
    """The Dutch day of which `until` is the end, or in which it lies."""
    return day_of(until - timedelta(microseconds=1))


def in_force(kind: type[HeldRole], now: datetime) -> ColumnElement[bool]:
    """The rows of `kind` that count now."""
    return in_force_on(kind, day_of(now))


def not_over(kind: type[HeldRole], now: datetime) -> ColumnElement[bool]:
    """The rows of `kind` that count now, or will when their day comes."""
    return and_(kind.ended_at.is_(None), or_(kind.ends_on.is_(None), kind.ends_on >= day_of(now)))


def may_come_in(now: datetime) -> ColumnElement[bool]:
    """The people who are not shut out and work at some hospital now: a role on a board alone lets nobody in."""
    here = select(Membership.id).where(Membership.person_id == Person.id, in_force(Membership, now))
    return and_(Person.disabled_at.is_(None), here.exists())


def in_force_on(kind: type[HeldRole], today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The rows of `kind` that count on that day; a parameter, in a statement that is made once."""
    begun = or_(kind.starts_on.is_(None), kind.starts_on <= today)
    return and_(kind.ended_at.is_(None), begun, or_(kind.ends_on.is_(None), kind.ends_on >= today))


def counted_between(kind: type[HeldRole], first: Moment, last: Moment) -> ColumnElement[bool]:
    """The rows of `kind` that counted at any moment between these two (columns), whatever became of them since."""
    begun_on, over_on = (cast(func.timezone(AMSTERDAM.key, at), Date) for at in (first, last))
    begun = and_(or_(kind.given_at.is_(None), kind.given_at <= last), or_(kind.starts_on.is_(None), kind.starts_on <= over_on))
    still = and_(or_(kind.ended_at.is_(None), kind.ended_at > first), or_(kind.ends_on.is_(None), kind.ends_on >= begun_on))
    return and_(begun, still)
