"""After the database was put back to an earlier moment: no letter leaves twice unseen, and none is forgotten.

What was under way at that moment may have arrived since; the database does not know. So it is held: a person asks the receiver by
the letter's number, and either confirms it or sends it again, under the same control id.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Interval, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.delivery import OPEN, Delivery, Hold
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.recipient import Destination
from mdo_portal.domain.whereabouts import Place, Whereabouts
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import changes
from mdo_portal.services.inbox import application_acks
from mdo_portal.services.letters.under_way import OVER

_HERE = text(
    "SELECT (SELECT system_identifier FROM pg_control_system())::text, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), oid::text"
    " FROM pg_database WHERE datname = current_database()"
)
SEEN_AGAIN = timedelta(hours=1)
NUMBERS_SKIPPED = 10_000
"""Document numbers left unused: those given between the backup and the fault stand on letters that the database has forgotten."""


class Held(NamedTuple):
    """How many letters to one hospital wait for a person's word."""

    hospital: str
    letters: int
    oldest_at: datetime


def hold(session: Session, *, at: datetime, now: datetime) -> int:
    """Hold every letter that was under way in the database as it was at `at`. Says how many. Twice is the same as once."""
    application_acks.hold(session, now=now)
    held = update(Delivery).where(Delivery.state.in_(OPEN), Delivery.held_at.is_(None))
    over = Delivery.leased_until - literal(OVER, Interval())
    found = session.execute(
        held.values(held_at=now, hold_reason=Hold.RESTORED.value, leased_until=over).returning(Delivery.hospital_id)
    ).all()
    for hospital_id in {row[0] for row in found}:
        changes.announce(session, "post", hospital_id)
    told = f"{len(found)} letters, backup of {at.isoformat()}"
    audit.record_portal(session, "post.held", now=now, object_type="post", object_id="", detail=told, kind=audit.CHANGED)
    return len(found)


def skip_numbers(session: Session) -> None:
    """No document number is given a second time."""
    session.execute(text("SELECT count(nextval('document_numbers')) FROM generate_series(1, :more)"), {"more": NUMBERS_SKIPPED})


def place(session: Session) -> Place:
    """Where this database stands."""
    return Place._make(session.execute(_HERE).one())


def notice(session: Session, *, now: datetime, is_replaced: bool = False) -> int | None:
    """Hold what was under way when this database stands elsewhere than when a worker last looked: it was put back, copied or moved.

    `is_replaced`: it says itself that it stands where it stood, and another one took its place since. None when it stands where it stood,
    or was never looked for; else how many letters are held now. Said once: from then on it stands here. A disk that was put back under
    the same cluster looks the same from inside, and is not noticed.
    """
    here = place(session)
    kept = session.get(Whereabouts, 1, with_for_update=True)
    if kept is None:
        stands_here(session, now=now)
        return None
    if kept.place == here and not is_replaced:
        if now - kept.seen_at > SEEN_AGAIN:
            kept.seen_at = now
        return None
    count = hold(session, at=kept.seen_at, now=now)
    skip_numbers(session)
    stands_here(session, now=now)
    return count


def stands_here(session: Session, *, now: datetime) -> None:
    """From now on this is where the database stands: what had to be done about it was done."""
    here = place(session)._asdict() | {"seen_at": now}
    session.execute(insert(Whereabouts).values(id=1, **here).on_conflict_do_update(index_elements=["id"], set_=here))


def release(session: Session, *, now: datetime) -> int:
    """Nothing was lost: the database was moved on purpose, with all that was in it. Says how many held letters may go again."""
    stands_here(session, now=now)
    application_acks.release(session)
    held_by_this = (Delivery.held_at.is_not(None), Delivery.hold_reason == Hold.RESTORED.value, Delivery.state.in_(OPEN))
    freed = update(Delivery).where(*held_by_this).values(held_at=None, hold_reason="").returning(Delivery.hospital_id)
    found = session.execute(freed).all()
    # What was on a wire when the first database went has no end here: nobody waits for it, or rests because of it.
    session.execute(update(Destination).values(leased_until=None, leased_by=None, next_attempt_at=None))
    for hospital_id in {row[0] for row in found}:
        changes.announce(session, "post", hospital_id)
    audit.record_portal(
        session, "post.released", now=now, object_type="post", object_id="", detail=f"{len(found)} letters", kind=audit.CHANGED
    )
    changes.wake(session, "deliver")
    return len(found)


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
