"""Chains of the access log with a past: lines written and sealed years ago, and somebody who takes some away behind the portal's back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import CUT, NO_HOSPITAL, AuditSeal, dated_link, says
from mdo_portal.domain.retention import Kind
from mdo_portal.services.access_log import audit, audit_seals
from mdo_portal.services.access_log.audit_verify import Anchor, Harm, verify
from mdo_portal.services.keeping import purging

NOW = datetime.now(UTC)  # the database counts terms by its own clock
YEAR = timedelta(days=366)
TABLES = ("audit_entries", "audit_seals")


def behind_the_back(session: Session, does: Callable[[], object]) -> None:
    """As somebody who owns the tables and switches their triggers off."""
    for table in TABLES:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    does()
    for table in TABLES:
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def empty(session: Session) -> None:
    """No line and no seal."""
    behind_the_back(session, lambda: [session.execute(text(f"DELETE FROM {one}")) for one in (*TABLES, "audit_waiting")])


def write(session: Session, chain: uuid.UUID, at: datetime) -> None:
    """A line in this chain, written and sealed at that moment."""
    hospital_id = None if chain == NO_HOSPITAL else chain
    audit.record_portal(
        session, "retention.purged", now=at, object_type="retention", object_id="test", detail="", hospital_id=hospital_id
    )
    audit_seals.seal(session, now=at)


def written(session: Session, chain: uuid.UUID, ages: Iterable[timedelta]) -> None:
    """An empty log, and in it one line of each of these ages, the oldest first."""
    empty(session)
    for age in sorted(ages, reverse=True):
        write(session, chain, NOW - age)


def purge(session: Session, *, limit: int = 0) -> int:
    """The retention job, and the sealing of what it says about that."""
    gone = purging.purge(session, Kind.ACCESS_LOG, now=datetime.now(UTC), limit=limit)
    audit_seals.seal(session, now=datetime.now(UTC))
    return gone


def anchors(session: Session, at: datetime | None = None) -> list[Anchor]:
    return [Anchor(head, at or datetime.now(UTC)) for head in audit_seals.heads(session)]


def harms(session: Session, known: Iterable[Anchor] = ()) -> set[Harm]:
    return {one.harm for one in verify(session, known, now=datetime.now(UTC)).findings}


def places(session: Session, chain: uuid.UUID) -> list[int]:
    """The places of this chain that have a line."""
    query = select(AuditSeal.number).join(AuditEntry, AuditEntry.seq == AuditSeal.seq).where(AuditSeal.hospital_id == chain)
    return list(session.scalars(query.order_by(AuditSeal.number)))


def seal_at(session: Session, chain: uuid.UUID, place: int) -> AuditSeal:
    return session.scalars(select(AuditSeal).where(AuditSeal.hospital_id == chain, AuditSeal.number == place)).one()


def take_away(session: Session, chain: uuid.UUID, low: int, high: int, *, seals: tuple[int, int] = (1, 0)) -> None:
    """The lines of these places, and the seals of those (none, unless said)."""

    def does() -> None:
        of_chain = select(AuditSeal.seq).where(AuditSeal.hospital_id == chain, AuditSeal.number.between(low, high))
        session.execute(delete(AuditEntry).where(AuditEntry.seq.in_(of_chain)))
        session.execute(delete(AuditSeal).where(AuditSeal.hospital_id == chain, AuditSeal.number.between(*seals)))

    behind_the_back(session, does)


def state(session: Session, chain: uuid.UUID, place: int, *, seal: bytes = b"", years: int = 5, at: datetime = NOW) -> None:
    """A statement as the retention job writes it, by somebody who is not the retention job; the portal seals it as every line."""
    detail = says(seal or bytes(seal_at(session, chain, place).hash), years=years, lines=place)
    hospital_id = None if chain == NO_HOSPITAL else chain
    audit.record_portal(
        session, CUT, now=at, object_type="audit_chain", object_id=str(place), detail=detail, hospital_id=hospital_id
    )
    audit_seals.seal(session, now=datetime.now(UTC))


def make_older(session: Session, chain: uuid.UUID, place: int) -> None:
    """The seal says that it was made nine years ago, with a hash that fits."""
    seal = seal_at(session, chain, place)
    session.refresh(seal)
    old = NOW - 9 * YEAR
    made = dated_link(bytes(seal.prev_hash), chain, place, old, bytes(seal.words_hash or b""))
    values = {"sealed_at": old, "hash": made}
    behind_the_back(
        session,
        lambda: session.execute(AuditSeal.__table__.update().where(AuditSeal.seq == seal.seq).values(**values)),  # type: ignore[attr-defined]
    )
    session.expire_all()


def lines(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0
