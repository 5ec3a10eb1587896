"""Whether a case is delivered: every letter to the hospital itself has arrived, or need not any more."""

from __future__ import annotations

import uuid

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.decision import NO_ADVICE, REPLACES, Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState


def some_open(session: Session, case_id: uuid.UUID) -> bool:
    """Whether a letter to the hospital itself has not arrived.

    One that was refused or given up need not any more once it is replaced or withdrawn. What is added to a decision replaces
    nothing: both letters must arrive. A message that there was no advice delivers none, and keeps none from being delivered.
    """
    return session.execute(_SOME_OPEN, {"case": case_id}).first() is not None


def _open_of_a_case() -> Select[uuid.UUID]:
    own, newer = aliased(Decision), aliased(Decision)
    replaced = (newer.round_id == own.round_id) & (newer.version > own.version) & newer.form.in_(REPLACES)
    superseded = select(newer.id).join(own, replaced).where(own.id == Delivery.decision_id).exists()
    given_up = and_(Delivery.state.in_((DeliveryState.REFUSED, DeliveryState.DEAD, DeliveryState.CANCELLED)), superseded)
    is_message = select(own.id).where(own.id == Delivery.decision_id, own.form.in_(NO_ADVICE)).exists()
    query = select(Delivery.id).where(
        Delivery.case_id == bindparam("case"),
        Delivery.audience == Audience.REFERRER,
        Delivery.state != DeliveryState.RECEIVED,
        ~given_up,
        ~is_message,
    )
    return query.limit(1)


_SOME_OPEN = _open_of_a_case()
