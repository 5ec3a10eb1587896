"""Why a person must look first when a hospital merges numbers: whose series they are, who they are, and what was taken apart before."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.exchange import MergedNumbers
from mdo_portal.services.patients import families, identification


def number_in_space(one: MergedNumbers, authority: str) -> tuple[str, str]:
    """The patient's number from the same issuer as the number of before, and that issuer."""
    for issuer, number in one.patient.other_numbers:
        if authority and issuer == authority and one.patient.local_authority != authority:
            return number, issuer
    return one.patient.local_number, one.patient.local_authority


def of(
    session: Session, one: MergedNumbers, authority: str, number: str, kept: Patient | None, gone: Patient | None
) -> ConflictKind | None:
    """Why a person must look first; None = the hospital's word is enough."""
    going_on, issuer = number_in_space(one, authority)
    if authority and issuer and authority.casefold() != issuer.casefold():
        return ConflictKind.MERGE_ELSEWHERE
    if one.previous_bsn and one.patient.bsn and one.previous_bsn != one.patient.bsn:
        return ConflictKind.MERGE_UNLIKE
    if any(identification.speaks_against(session, patient, one.patient) for patient in (kept, gone) if patient):
        return ConflictKind.MERGE_UNLIKE
    if kept and gone and kept.bsn_index and gone.bsn_index and kept.bsn_index != gone.bsn_index:
        return ConflictKind.MERGE_UNLIKE
    hospital_id = next(patient.hospital_id for patient in (kept, gone) if patient)
    if _was_undone(session, hospital_id, _known_as(session, kept, going_on), _known_as(session, gone, number)):
        return ConflictKind.MERGE_UNDONE
    if kept and gone and _has_cases(session, kept) and _has_cases(session, gone):
        return ConflictKind.MERGE
    return None


def of_bsn(one: MergedNumbers, kept: Patient | None, gone: Patient) -> ConflictKind:
    """What is asked when a BSN is all that was sent of before: two who stand here, or one whose BSN or number would change."""
    if kept is not None and kept is not gone:
        return ConflictKind.MERGE_UNLIKE if one.patient.bsn else ConflictKind.MERGE
    return ConflictKind.OTHER_BSN if one.patient.bsn else ConflictKind.OTHER_NUMBER


def _has_cases(session: Session, patient: Patient) -> bool:
    return session.execute(select(Case.id).where(Case.patient_id == patient.id).limit(1)).first() is not None


def _known_as(session: Session, patient: Patient | None, told: str) -> set[str]:
    """The number as told and every row and number that is this patient now."""
    rows = families.members(session, patient.id) if patient else []
    query = select(Patient.id, Patient.local_number).where(Patient.id.in_(rows))
    return ({told} | {str(one) for row in session.execute(query) for one in row}) - {""}


def _was_undone(session: Session, hospital_id: uuid.UUID, kept: set[str], gone: set[str]) -> bool:
    """Whether a person took these two apart before: under the numbers that were told then, or that they went by."""
    query = select(
        Merge.kept_id, Merge.kept_number, Merge.told_kept_number, Merge.gone_id, Merge.gone_number, Merge.told_gone_number
    ).where(Merge.hospital_id == hospital_id, Merge.kind == MergeKind.MERGE, Merge.undone_at.is_not(None))
    for row in session.execute(query):
        one, other = {str(name) for name in row[:3]}, {str(name) for name in row[3:]}
        if (one & kept and other & gone) or (one & gone and other & kept):
            return True
    return False
