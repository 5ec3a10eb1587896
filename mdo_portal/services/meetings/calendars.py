"""When somebody's boards meet, for the calendar they use anyway: a secret address each, that can be replaced and ended.

The address opens nothing else, and nothing of a patient stands behind it: no names, no numbers, no count of cases.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.calendar import CalendarAddress
from mdo_portal.domain.people import BoardMembership, Person
from mdo_portal.errors import NotFound
from mdo_portal.services.common.terms import in_force, may_come_in

PAST = timedelta(days=31)
"""So long a meeting that was held stays in the calendar."""
MOST = 500
_NOTED = timedelta(hours=1)


class Held(NamedTuple):
    """One meeting, as a calendar shows it."""

    id: uuid.UUID
    board_name: str
    starts_at: datetime
    #: the moment of the weekly series that it stands for; None = an extra one
    series_at: datetime | None
    minutes: int
    registration_closes_at: datetime
    place: str
    is_called_off: bool


def of_person(session: Session, person_id: uuid.UUID) -> CalendarAddress | None:
    return session.get(CalendarAddress, person_id)


def new_key(session: Session, person_id: uuid.UUID, *, now: datetime) -> str:
    """The key of a new address, to be shown once; the one before stops at this commit."""
    key = secrets.token_urlsafe(32)
    values = {"key_hash": _hash(key), "made_at": now, "fetched_at": None}
    made = insert(CalendarAddress).values(person_id=person_id, **values)
    session.execute(made.on_conflict_do_update(index_elements=["person_id"], set_=values))
    session.expire_all()
    return key


def end(session: Session, person_id: uuid.UUID) -> bool:
    """From now on nobody reads it. False when there was none."""
    address = session.get(CalendarAddress, person_id)
    if address is None:
        return False
    session.delete(address)
    return True


def read(session: Session, key: str, *, now: datetime) -> list[Held]:
    """The meetings of all boards on which the owner of this key sits today. Raises NotFound for a key that is nobody's, or ended."""
    query = select(CalendarAddress).join(Person, Person.id == CalendarAddress.person_id)
    address = session.scalars(query.where(CalendarAddress.key_hash == _hash(key), may_come_in(now))).one_or_none()
    if address is None:
        raise NotFound()
    if address.fetched_at is None or now - address.fetched_at > _NOTED:
        address.fetched_at = now
    return _meetings(session, address.person_id, now=now)


def _meetings(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[Held]:
    boards = select(BoardMembership.board_id).where(BoardMembership.person_id == person_id, in_force(BoardMembership, now))
    query = (
        select(
            Meeting.id, Board.name, Meeting.starts_at, Meeting.series_at, Meeting.minutes, Meeting.registration_closes_at,
            Meeting.place, Meeting.state == MeetingState.CALLED_OFF,
        )
        .join(Board, Board.id == Meeting.board_id)
        .where(Meeting.board_id.in_(boards), Meeting.starts_at > now - PAST)
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(MOST)
    )  # fmt: skip
    return [Held._make(row) for row in session.execute(query)]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
