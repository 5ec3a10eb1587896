"""Calls that came to nothing: who answers them writes them down, and the page of a link says what was wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from mdo_portal.domain.refused_call import OVER_FHIR, OVER_MLLP, SENTENCES, RefusedCall
from mdo_portal.exchange import Wire
from mdo_portal.services.links.lines import CALLED_LATELY

MOST = 200
"""Of so many is kept that they failed: the newest."""

Call = tuple[str, str]
"""An address without its port, and a reason (domain/refused_call.SENTENCES)."""
_REASONS = {Wire.HL7V2: OVER_MLLP, Wire.FHIR: OVER_FHIR}


def write_down(session: Session, calls: Mapping[Call, int], *, now: datetime) -> None:
    """Note that these calls failed, and how often since the last time. What has no sentence is left out: a port that is only knocked on.

    By a function of PostgreSQL's, which keeps no more than the newest: a web process may not write here otherwise.
    """
    told = [
        {"address": address, "reason": reason, "times": times}
        for (address, reason), times in calls.items()
        if reason in SENTENCES
    ]
    if told:
        session.execute(select(func.access.note_refused_calls(literal(told, JSONB), now, now - CALLED_LATELY, MOST)))


def lately(session: Session, wire: Wire | None, *, now: datetime) -> Sequence[RefusedCall]:
    """What failed lately over such a line, the newest first."""
    reasons = _REASONS.get(wire, ()) if wire else ()
    those = RefusedCall.seen_at > now - CALLED_LATELY, RefusedCall.reason.in_(reasons)
    order = RefusedCall.seen_at.desc(), RefusedCall.address, RefusedCall.reason
    return session.scalars(select(RefusedCall).where(*those).order_by(*order)).all() if reasons else ()
