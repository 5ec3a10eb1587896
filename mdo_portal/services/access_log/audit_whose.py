"""Of whom a line of the log is. It was written with the patient as they stood then: numbers are taken for one patient, and apart again."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge


def now_one_with(session: Session, patient_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """They, and every number that is the same patient today."""
    pairs = select(Patient.id, Patient.merged_into).where(Patient.merged_into.is_not(None))
    found, new = set[uuid.UUID](), set(patient_ids)
    while new:
        found |= new
        near = pairs.where(or_(Patient.id.in_(new), Patient.merged_into.in_(new)))
        new = {one for pair in session.execute(near) for one in pair if one is not None} - found
    return found


def written_with(session: Session, patient_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """They, and whoever they were ever taken for one with, also when that was undone: under whom their lines may stand."""
    found, new = set[uuid.UUID](), set(patient_ids)
    while new:
        found |= new
        pairs = select(Merge.kept_id, Merge.gone_id).where(or_(Merge.kept_id.in_(new), Merge.gone_id.in_(new)))
        new = {one for pair in session.execute(pairs) for one in pair if one is not None} - found
    return found


def whose() -> ColumnElement[uuid.UUID | None]:
    """Of AuditEntry: whose its case is today; without a case, or when that is gone, with whom it was written."""
    its_case = select(Case.patient_id).where(Case.id == AuditEntry.case_id).scalar_subquery()
    return func.coalesce(its_case, AuditEntry.patient_id)
