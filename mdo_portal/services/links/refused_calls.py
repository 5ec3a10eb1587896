"""Calls that came to nothing: the listener writes them down, and the page of a link says what was wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.refused_call import SENTENCES, RefusedCall
from mdo_portal.services.links.lines import CALLED_LATELY

MOST = 200
"""Of so many is kept that they failed: the newest."""

Call = tuple[str, str]
"""An address without its port, and a reason (domain/refused_call.SENTENCES)."""


def write_down(session: Session, calls: Mapping[Call, int], *, now: datetime) -> None:
    """Note that these calls failed, and how often since the last time. What has no sentence is left out: a port that is only knocked on."""
    # In one order, so that two listeners never wait for each other.
    told = [
        {"address": address, "reason": reason, "first_at": now, "seen_at": now, "times": times}
        for (address, reason), times in sorted(calls.items())
        if reason in SENTENCES
    ]
    if not told:
        return
    rows = insert(RefusedCall).values(told)
    again = {"seen_at": rows.excluded.seen_at, "times": RefusedCall.times + rows.excluded.times}
    session.execute(rows.on_conflict_do_update(index_elements=["address", "reason"], set_=again))
    newest = select(RefusedCall.address, RefusedCall.reason).order_by(RefusedCall.seen_at.desc()).limit(MOST)
    beyond = tuple_(RefusedCall.address, RefusedCall.reason).not_in(newest)
    session.execute(delete(RefusedCall).where(~_lately(now) | beyond))


def lately(session: Session, *, now: datetime) -> Sequence[RefusedCall]:
    """What failed lately, the newest first."""
    order = RefusedCall.seen_at.desc(), RefusedCall.address, RefusedCall.reason
    return session.scalars(select(RefusedCall).where(_lately(now)).order_by(*order)).all()


def _lately(now: datetime) -> ColumnElement[bool]:
    return RefusedCall.seen_at > now - CALLED_LATELY
