"""Where a case stands on the agenda it is planned into, and which case comes before and after it: to read them one after another."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.round import Round


class Stop(NamedTuple):
    """One case of those that are still to be discussed in one meeting."""

    position: int
    of: int
    before: uuid.UUID | None
    after: uuid.UUID | None


def stop(session: Session, meeting_id: uuid.UUID, case_id: uuid.UUID) -> Stop | None:
    """None when this case waits for no discussion there. Patients who object are passed by, as on the agenda."""
    query = (
        select(Round.case_id)
        .join(Case, Case.id == Round.case_id)
        .where(Round.meeting_id == meeting_id, Round.outcome.is_(None), ~Case.objected)
        .order_by(Round.position, Round.id)
    )
    waiting: list[uuid.UUID | None] = list(session.scalars(query))
    if case_id not in waiting:
        return None
    at = waiting.index(case_id)
    return Stop(at + 1, len(waiting), ([None, *waiting])[at], ([*waiting, None])[at + 1])
