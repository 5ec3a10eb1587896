"""Destroying one case through the only door there is, with its line in the log; and why a case may not go."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.retention import Shield
from mdo_portal.errors import N_
from mdo_portal.services.access_log import audit
from mdo_portal.services.history import standing

#: what stands in the way -> what a person reads
SHIELD_WORDS: dict[Shield, str] = {
    Shield.HOLD: N_("er staat een bewaarplicht op"),
    Shield.AGENDA: N_("de casus staat op een agenda"),
    Shield.OPEN: N_("de casus is nog niet afgerond"),
    Shield.LETTER: N_("een brief is nog niet overal aangekomen"),
    Shield.QUESTION: N_("een vraag bij Wie is dit? staat nog open"),
}


def shielded(session: Session, *which: ColumnElement[bool]) -> list[tuple[Case, Shield]]:
    """These cases, oldest first, and why each may not go now; Shield.NONE when nothing is in the way."""
    query = select(Case, func.case_shield(Case.id)).where(*which).order_by(Case.received_at, Case.id)
    return [(case, Shield(shield or "")) for case, shield in session.execute(query)]


def destroy(
    session: Session, case_id: uuid.UUID, *, now: datetime, request_id: uuid.UUID | None = None, keys: Sequence[bytes] = ()
) -> dict[str, Any] | None:
    """Destroy the case with all that hangs on it; rows per table, or None when it may not go or is gone already.

    Without a request its term must have passed; with one, that request must have been approved by a second person. The line in the
    log and the tombstone are of the same transaction. `keys`: blind keys of the patient's numbers, to find messages without a case.
    """
    case = session.get(Case, case_id)
    if case is None:
        return None
    session.flush()
    door = func.destroy_asked if request_id else func.destroy_case  # the term is for the worker alone to look at
    counts = session.scalar(select(door(cast(case_id, UUID), cast(request_id, UUID), cast(list(keys), ARRAY(LargeBinary)))))
    if counts is None:
        return None
    why = "request" if request_id else "term"
    audit.record_system(session, "case.destroyed", now=now, case=case, object_type="case", object_id=case_id, detail=why)
    standing.gone(session, case)
    session.expunge(case)
    return dict(counts)
