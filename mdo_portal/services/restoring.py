"""After the database was put back to an earlier moment: no letter leaves twice unseen, and none is forgotten.

What was under way at that moment may have arrived since; the database does not know. So it is held: a person asks the receiver by
the letter's number, and either confirms it or sends it again, under the same control id.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import OPEN, Delivery, Hold
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services import audit, changes

NUMBERS_SKIPPED = 10_000
"""Document numbers left unused: those given between the backup and the fault stand on letters that the database has forgotten."""


class Held(NamedTuple):
    """How many letters to one hospital wait for a person's word."""

    hospital: str
    letters: int
    oldest_at: datetime


def hold(session: Session, *, at: datetime, now: datetime) -> int:
    """Hold every letter that was under way in the database as it was at `at`. Says how many. Twice is the same as once."""
    held = update(Delivery).where(Delivery.state.in_(OPEN), Delivery.held_at.is_(None))
    found = session.execute(
        held.values(held_at=now, hold_reason=Hold.RESTORED.value, leased_until=None).returning(Delivery.hospital_id)
    ).all()
    for hospital_id in {row[0] for row in found}:
        changes.announce(session, "post", hospital_id)
    told = f"{len(found)} letters, backup of {at.isoformat()}"
    audit.record_portal(session, "post.held", now=now, object_type="post", object_id="", detail=told, kind=audit.CHANGED)
    return len(found)


def skip_numbers(session: Session) -> None:
    """No document number is given a second time. The owner of the sequence only."""
    session.execute(text("SELECT setval('document_numbers', nextval('document_numbers') + :more)"), {"more": NUMBERS_SKIPPED})


def held(session: Session) -> list[Held]:
    """What still waits, per hospital; no patient in it."""
    query = (
        select(Hospital.name, func.count(), func.min(Delivery.created_at))
        .join(Hospital, Hospital.id == Delivery.hospital_id)
        .where(Delivery.held_at.is_not(None), Delivery.state.in_(OPEN))
        .group_by(Hospital.name)
        .order_by(Hospital.name)
    )
    return [Held._make(row) for row in session.execute(query)]
