"""The weekly list: per hospital, which decisions have not arrived, and how many of that week's did (knowledge/field.md (g) 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.letters.post import not_arrived_before
from mdo_portal.services.letters.post_rows import PostRow, visible_post
from mdo_portal.zone import AMSTERDAM

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class HospitalWeek:
    """One hospital on the list."""

    hospital: str
    phone: str
    #: letters signed in the week
    signed: int
    #: of those, the ones that have arrived by now
    arrived: int
    #: what was signed before the end of the week and has not arrived by now, oldest first
    missing: Sequence[PostRow]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def bounds(monday: date) -> tuple[datetime, datetime]:
    """From Monday to Monday, midnight in Amsterdam."""
    return tuple(datetime.combine(one, time(), AMSTERDAM) for one in (monday, monday + WEEK))  # type: ignore[return-value]


def of_week(session: Session, viewer: Viewer, monday: date) -> list[HospitalWeek]:
    """Every hospital with letters of that week, or with older ones that have not arrived; by name."""
    begins, ends = bounds(monday)
    counted = (
        select(Hospital.name, Hospital.phone, func.count(), func.count().filter(Delivery.state == DeliveryState.RECEIVED))
        .join(Delivery, Delivery.hospital_id == Hospital.id)
        .outerjoin(Case, Case.id == Delivery.case_id)
        .where(visible_post(viewer), Delivery.created_at >= begins, Delivery.created_at < ends)
        .where(Delivery.state != DeliveryState.CANCELLED)
        .group_by(Hospital.name, Hospital.phone)
    )
    found = {row[0]: HospitalWeek(row[0], row[1], row[2], row[3], ()) for row in session.execute(counted)}
    for name, letters in groupby(not_arrived_before(session, viewer, ends), key=lambda row: row.hospital):
        missing = list(letters)
        known = found.get(name) or HospitalWeek(name, missing[0].hospital_phone, 0, 0, ())
        found[name] = HospitalWeek(known.hospital, known.phone, known.signed, known.arrived, missing)
    return [found[name] for name in sorted(found)]
