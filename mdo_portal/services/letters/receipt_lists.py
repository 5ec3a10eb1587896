"""Letters that went out on paper on one day, for whoever hands them over and has each signed for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.letters.post_rows import PostRow, found, visible_post, visible_to
from mdo_portal.zone import AMSTERDAM

MOST = 500


class OfHospital(NamedTuple):
    """What goes to one hospital, or to its general practitioners."""

    code: str
    name: str
    rows: Sequence[PostRow]


def of_day(session: Session, viewer: Viewer, day: date) -> list[OfHospital]:
    """By hospital, what this viewer sees of the letters that somebody printed and sent that day (Amsterdam), in that order."""
    rows = found(session, _printed(viewer, day).order_by(Hospital.name, Delivery.sent_at, Delivery.id).limit(MOST))
    wanted = dict.fromkeys(one.recipient_id for one in rows)
    codes = {one.id: one.code for one in session.execute(select(Hospital.id, Hospital.code).where(Hospital.id.in_(wanted)))}
    by_hospital = {one: [row for row in rows if row.recipient_id == one] for one in wanted}
    return [OfHospital(codes[one], theirs[0].hospital, theirs) for one, theirs in by_hospital.items()]


def how_many(session: Session, viewer: Viewer, day: date) -> int:
    """How many letters stand on those lists."""
    letters = select(func.count(Delivery.id)).outerjoin(Case, Case.id == Delivery.case_id)
    return session.scalar(letters.where(visible_post(viewer), *_on(day))) or 0


def _printed(viewer: Viewer, day: date) -> Select[tuple[object, ...]]:
    return visible_to(viewer).where(*_on(day))


def _on(day: date) -> tuple[ColumnElement[bool], ...]:
    """What came back signed since stands on it too: a list that is printed again says the same."""
    begins, ends = (datetime.combine(one, time(), AMSTERDAM) for one in (day, day + timedelta(days=1)))
    out = Delivery.state.in_((DeliveryState.SENT, DeliveryState.RECEIVED))
    return Delivery.channel == Channel.PAPER.value, out, Delivery.sent_at >= begins, Delivery.sent_at < ends
