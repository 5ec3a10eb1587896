"""Merges as a hospital tells them, carried out at once."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import MergedNumbers, PatientMerge, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges
from mdo_portal.services.patients import patients
from mdo_portal.services.patients.rulings import Conflict
from tests import make
from tests.make import NOW


def told(kept: str, *gone: str, **over: Any) -> PatientMerge:
    numbers = tuple(("ZEED", one) for one in gone)
    return PatientMerge((MergedNumbers(make.identity(kept, **over), numbers),), event="A40")


def merge(session: Session, zeed: Hospital, message: PatientMerge) -> Case | None:
    found = merges.apply(session, message, Source(zeed, NOW, Wire.HL7V2, uuid.uuid4()))
    session.flush()
    return found


def picture(session: Session) -> dict[str, Any]:
    """Which cases stand under which number and which rows there are: all that a merge touches and an undo puts back."""
    session.flush()
    session.expire_all()
    numbers = {one.id: one.local_number for one in session.scalars(select(Patient))}
    cases = session.scalars(select(Case))
    return {
        "cases": {str(one.id): (numbers[one.patient_id], one.home_patient_id, one.objected) for one in cases},
        "rows": sorted(numbers.values()),
        "into": {one.local_number: numbers.get(one.merged_into) for one in session.scalars(select(Patient)) if one.merged_into},
    }


def join(session: Session, zeed: Hospital, kept: str, gone: str) -> None:
    """As the hospital says; where that asks for a person, as a person who says that it is the same. The second time it is nothing."""
    try:
        merge(session, zeed, told(kept, gone))
    except Conflict:
        rows = [patients.by_local_number(session, zeed.id, one) for one in (kept, gone)]
        if rows[0] and rows[1]:
            merges.join(session, rows[0], rows[1], now=NOW)
            assert merges.join(session, rows[0], rows[1], now=NOW) is None
    session.flush()
