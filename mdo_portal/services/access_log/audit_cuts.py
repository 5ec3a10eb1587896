"""What the access log's own lines say of beginnings that went by the term of the log: read by `audit_verify`.

A statement is a line of the chain that it is about, so it is sealed like every other and cannot be made later; it names the last
place that went and its seal, which stays and covers the moment of sealing. So it can be checked that what went was old enough, with
nothing of what went.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import SYSTEM, AuditEntry
from mdo_portal.domain.audit_chain import CUT, DATED, NO_HOSPITAL, AuditSeal, said
from mdo_portal.domain.retention import RULES, Kind, edge

SLACK = timedelta(hours=1)
"""Between the clocks of two machines, and between looking and telling."""


class Cut(NamedTuple):
    """One statement: the seal it names, the term, when it was made and when it was sealed (or now, while it waits for that)."""

    seal: bytes
    years: int
    at: datetime
    sealed_at: datetime

    def allows(self, first: Mapping[str, Any]) -> bool:
        """Whether the chain may begin with this seal without its line: it is the one that was named, and it was old enough."""
        old = first["sealed_at"] < edge(Kind.ACCESS_LOG, self.years, now=self.at) and self.years >= RULES[Kind.ACCESS_LOG].least
        made_then = self.at <= self.sealed_at + SLACK
        return first["form"] >= DATED and bytes(first["hash"]) == self.seal and old and made_then


def stated(session: Session, *, now: datetime) -> dict[tuple[uuid.UUID, int], list[Cut]]:
    """Per place of a chain what statements say that everything up to it went. Those that stand in another chain say nothing."""
    columns = (AuditEntry.hospital_id, AuditEntry.object_id, AuditEntry.detail, AuditEntry.at)
    query = (
        select(*columns, AuditSeal.sealed_at, AuditSeal.hospital_id)
        .outerjoin(AuditSeal, AuditSeal.seq == AuditEntry.seq)
        .where(AuditEntry.act == CUT, AuditEntry.relation == SYSTEM)
    )
    found: dict[tuple[uuid.UUID, int], list[Cut]] = {}
    for hospital_id, place, detail, at, sealed_at, chain in session.execute(query):
        about = hospital_id or NO_HOSPITAL
        try:
            one = Cut(*said(detail), at, min(sealed_at or now, now))
            found.setdefault((chain or about, int(place)), []).append(one)
        except ValueError:
            continue
    return found
