"""Of whom a line of the log is. It was written with the patient as they stood then: numbers are taken for one patient, and apart again."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select, union_all
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import Tombstone
from mdo_portal.domain.patient import Patient


def now_one_with(session: Session, patient_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """They, and every number that is the same patient today."""
    pairs = select(Patient.id, Patient.merged_into).where(Patient.merged_into.is_not(None))
    found, new = set[uuid.UUID](), set(patient_ids)
    while new:
        found |= new
        near = pairs.where(or_(Patient.id.in_(new), Patient.merged_into.in_(new)))
        new = {one for pair in session.execute(near) for one in pair if one is not None} - found
    return found


def whose() -> ColumnElement[uuid.UUID | None]:
    """Of AuditEntry: about a case whose that is today, or was when it was destroyed; about none, with whom the line was written."""
    its_case = select(Case.patient_id).where(Case.id == AuditEntry.case_id).correlate(AuditEntry).scalar_subquery()
    its_proof = (
        select(Tombstone.patient_id).where(Tombstone.case_id == AuditEntry.case_id).correlate(AuditEntry).scalar_subquery()
    )
    return func.coalesce(its_case, its_proof, AuditEntry.patient_id)


def of(patient_ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Of AuditEntry: it is about one of these patients, under whatever number it was written."""
    theirs = union_all(
        select(Case.id).where(Case.patient_id.in_(patient_ids)),
        select(Tombstone.case_id).where(Tombstone.patient_id.in_(patient_ids)),
    )
    # The first of the two finds them along an index, the second judges what was found.
    found = or_(AuditEntry.patient_id.in_(patient_ids), AuditEntry.case_id == func.any(func.array(theirs.scalar_subquery())))
    return found & whose().in_(patient_ids)
