"""Which mailboxes take no mail. Who is only told by mail would else never know, and neither would anybody else."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person
from mdo_portal.domain.standstill import RefusedMailbox


def refused(session: Session, person_id: uuid.UUID, email: str, *, now: datetime) -> None:
    """The mail server takes mail, and none for this address."""
    values = {"email": email, "refused_at": now}
    row = insert(RefusedMailbox).values(person_id=person_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))


def took(session: Session, person_id: uuid.UUID) -> None:
    """A mail was taken."""
    session.execute(delete(RefusedMailbox).where(RefusedMailbox.person_id == person_id))


def refusing(session: Session, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Of whom the address they have now took no mail, and when that was last tried; of others nothing of the kind is known."""
    query = select(RefusedMailbox.person_id, RefusedMailbox.refused_at).join(Person, Person.id == RefusedMailbox.person_id)
    query = query.where(RefusedMailbox.person_id.in_(person_ids), RefusedMailbox.email == Person.email)
    return {row[0]: row[1] for row in session.execute(query)}


def how_many(session: Session) -> int:
    """Of colleagues who may still sign in."""
    query = select(func.count()).select_from(RefusedMailbox).join(Person, Person.id == RefusedMailbox.person_id)
    return session.scalar(query.where(RefusedMailbox.email == Person.email, Person.disabled_at.is_(None))) or 0
