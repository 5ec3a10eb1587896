"""Who is told by mail of what a page of theirs says: whoever would see it there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.services.common.terms import in_force


class Keeper(NamedTuple):
    """A colleague, and where their mail goes."""

    person_id: uuid.UUID
    email: str


def of_line(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> Sequence[Keeper]:
    """The link managers of this hospital, else the administrators."""
    return _holding(session, Role.LINK_MANAGER, hospital_id, now=now) or administrators(session, now=now)


def administrators(session: Session, *, now: datetime) -> Sequence[Keeper]:
    """They look after the lines of every hospital: those of the one they work for would often be nobody."""
    return _holding(session, Role.ADMINISTRATOR, now=now)


def privacy_officers(session: Session, hospital_id: uuid.UUID, *, now: datetime) -> Sequence[Keeper]:
    """Those of this hospital: they judge what is read of its patients."""
    return _holding(session, Role.PRIVACY_OFFICER, hospital_id, now=now)


def _holding(session: Session, role: Role, hospital_id: uuid.UUID | None = None, *, now: datetime) -> Sequence[Keeper]:
    query = select(Person.id, Person.email).join(Membership, Membership.person_id == Person.id).distinct()
    query = query.where(Membership.role == role, in_force(Membership, now), Person.disabled_at.is_(None))
    if hospital_id is not None:
        query = query.where(Membership.hospital_id == hospital_id)
    return [Keeper(person_id, email) for person_id, email in session.execute(query)]
