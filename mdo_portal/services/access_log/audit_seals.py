"""Sealing the access log: every committed line becomes a link in its hospital's chain, in the order in which it is found.

The order of `seq` is not the order of commits: a long transaction shows a small number late. What waits stands in its own table
(a trigger puts it there), so nothing is passed over; the late line becomes a later link.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.audit_chain import FORM, NO_HOSPITAL, AuditSeal, AuditWaiting, dated_link, hash_of, words_of

BATCH = 500
_ONE_SEALER = 0x6D646F5EA1


class Head(NamedTuple):
    """The end of a chain: what an anchor outside remembers."""

    hospital_id: uuid.UUID
    number: int
    hash: bytes


def seal(session: Session, *, now: datetime, most: int = BATCH) -> int:
    """Seal what waits, at most so many lines; how many it were. Of several workers one seals, the others find nothing to do."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_SEALER))):
        return 0
    waiting = list(session.scalars(select(AuditWaiting.seq).order_by(AuditWaiting.seq).limit(most)))
    if not waiting:
        return 0
    columns = AuditEntry.__table__.columns
    lines = session.execute(select(*columns).where(AuditEntry.seq.in_(waiting)).order_by(AuditEntry.seq)).mappings()
    ends = {head.hospital_id: head for head in heads(session)}
    links: list[dict[str, Any]] = []
    for line in lines:
        made = _next(ends, dict(line), now=now)
        ends[made["hospital_id"]] = Head(made["hospital_id"], made["number"], made["hash"])
        links.append(made)
    if links:
        session.execute(insert(AuditSeal), links)
    session.execute(delete(AuditWaiting).where(AuditWaiting.seq.in_(waiting)))
    return len(links)


def _next(ends: dict[uuid.UUID, Head], line: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    hospital_id = line["hospital_id"] or NO_HOSPITAL
    before = ends.get(hospital_id, Head(hospital_id, 0, b""))
    number, words = before.number + 1, hash_of(words_of(line))
    return {
        "hospital_id": hospital_id,
        "number": number,
        "seq": line["seq"],
        "form": FORM,
        "prev_hash": before.hash,
        "hash": dated_link(before.hash, hospital_id, number, now, words),
        "words_hash": words,
        "sealed_at": now,
    }


_HEADS = text(
    "WITH RECURSIVE chain (hospital_id) AS ((SELECT hospital_id FROM audit_seals ORDER BY hospital_id LIMIT 1) UNION ALL"
    " SELECT (SELECT s.hospital_id FROM audit_seals s WHERE s.hospital_id > chain.hospital_id ORDER BY s.hospital_id LIMIT 1)"
    " FROM chain WHERE chain.hospital_id IS NOT NULL)"
    " SELECT chain.hospital_id, last.number, last.hash FROM chain, LATERAL (SELECT s.number, s.hash FROM audit_seals s"
    " WHERE s.hospital_id = chain.hospital_id ORDER BY s.number DESC LIMIT 1) last ORDER BY chain.hospital_id"
)
"""From chain to chain by the index: for the last of each PostgreSQL reads all seals of five years, with every batch and every minute."""


def heads(session: Session) -> list[Head]:
    """The end of every chain."""
    return [Head(row[0], row[1], bytes(row[2])) for row in session.execute(_HEADS)]
