"""Rows by their number, those that this session has not yet all in one statement."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mdo_portal.database import Base

Kind = TypeVar("Kind", bound=Base)


def rows(session: Session, kind: type[Kind], ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Kind]:
    """Raises NoResultFound when one of them is not there, or not for who asks."""
    new = [one for one in ids if identity_key(kind, one) not in session.identity_map]
    read = session.scalars(select(kind).where(kind.__table__.c.id.in_(new))).all() if new else ()
    kept = {one: session.get_one(kind, one) for one in ids}
    del read  # until here: a session alone lets go of what it read
    return kept
