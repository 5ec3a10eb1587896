"""Merges taken apart again: every case stands where it stood before, and rows that nothing needs any more go.

Whether a row was made for a merge, and by which of the two, the merge itself says (`made`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import LegalHold
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Appointment, Merge, MergeKind, ToldChange
from mdo_portal.services.identity import apart
from mdo_portal.services.identity.merges import settle, tell
from mdo_portal.services.patients import families, patients


def undo(session: Session, merge: Merge, *, now: datetime, person_id: uuid.UUID | None) -> None:
    """Take the merge apart again: every case stands where it stood before, what came since under its own number."""
    if merge.undone_at is not None:
        return
    merge.undone_at = now
    gone = session.get(Patient, merge.gone_id) if merge.kind is MergeKind.MERGE and merge.gone_id else None
    if gone is None or gone.merged_into != merge.kept_id:
        return
    kept = session.get_one(Patient, merge.kept_id)
    family = families.locked(session, kept.id)
    whole, together = family[0], [one.id for one in family]
    gone.merged_into = None
    # An objection that was made while they were one may be of either: both keep it.
    gone.objects = gone.objects or (kept.objects and not merge.kept_objected)
    went_on = families.above(session, kept)
    _keep_held(session, merge, went_on, gone)
    session.flush()
    _give_back_bsn(session, merge, went_on, gone, now=now)
    apart.give_back(session, merge, went_on, gone, keeps=merge.made != "gone" or _is_used(session, gone), now=now)
    settle(session, together, now=now, person_id=person_id)
    for one, other in ((whole, gone), (gone, whole)):
        apart.unsay(session, merge, one, other, now=now)
    for patient in (whole, gone):
        tell(session, patient, "patient.unmerged", now=now, person_id=person_id)
    _clean_up(session, merge, kept, gone)


def _give_back_bsn(session: Session, merge: Merge, went_on: Sequence[Patient], gone: Patient, *, now: datetime) -> None:
    """One that those who went on were told while they were one stays with whom it was of: it alone must name one person again."""
    its_own = select(Patient.bsn_index).where(Patient.id.in_(families.members(session, gone.id)), Patient.bsn_index != b"")
    own = set(session.scalars(its_own))
    for row in went_on:
        if row.bsn_index in own and families.got_bsn_since(session, row, families.one_since(session, merge)):
            patients.forget_bsn(session, row, now=now)


def _keep_held(session: Session, merge: Merge, went_on: Sequence[Patient], gone: Patient) -> None:
    """What was put on hold while they were one may be of either: both stay on hold."""
    if _hold_on(session, gone) is not None:
        return
    held = [hold for row in went_on if (hold := _hold_on(session, row)) and hold.set_at >= merge.at]
    hold = held[-1] if held else None
    if hold is not None:
        said = {"reason": hold.reason, "set_by": hold.set_by, "set_at": hold.set_at}
        session.add(LegalHold(hospital_id=gone.hospital_id, patient_id=gone.id, **said))


def _clean_up(session: Session, merge: Merge, kept: Patient, gone: Patient) -> None:
    """A row that was made for this merge, and that nothing came to stand under, goes again; the merge stays with the other."""
    row, other = {"kept": (kept, gone), "gone": (gone, kept)}.get(merge.made, (None, kept))
    if row is None or row.merged_into is not None or row.objects or _is_used(session, row):
        return
    if not _hold_goes_along(session, row, other):
        return
    merge.kept_id, merge.gone_id, merge.made = other.id, None, ""
    session.flush()
    session.delete(row)
    session.flush()


def _hold_goes_along(session: Session, row: Patient, other: Patient) -> bool:
    """What holds a row that goes holds the other from then on: of nobody, it stood on the list for ever, and held nothing. False when the
    other is on hold for another reason: then both are kept.
    """
    hold, *theirs = (_hold_on(session, one) for one in (row, *families.above(session, other)))
    if hold is None:
        return True
    if any(one and (one.reason, one.set_by, one.set_at) == (hold.reason, hold.set_by, hold.set_at) for one in theirs):
        session.delete(hold)  # the same one, that it got when they came apart (_keep_held)
        return True
    if theirs[0] is not None:
        return False
    hold.patient_id = other.id
    return True


def _hold_on(session: Session, row: Patient) -> LegalHold | None:
    """The one that stands on this very row."""
    return session.scalars(select(LegalHold).where(LegalHold.patient_id == row.id, LegalHold.lifted_at.is_(None))).one_or_none()


def forget_unused(session: Session, row: Patient) -> bool:
    """Let the row go when nothing stands under it, was told of it or is asked about it. Returns whether it went."""
    if row.merged_into is not None or row.objects or _is_used(session, row) or _is_held(session, row):
        return False
    session.delete(row)
    session.flush()
    return True


def _is_held(session: Session, row: Patient) -> bool:
    holds = select(LegalHold.id).where(LegalHold.patient_id == row.id, LegalHold.lifted_at.is_(None))
    merged = select(Merge.id).where((Merge.kept_id == row.id) | (Merge.gone_id == row.id))
    return any(session.execute(query.limit(1)).first() is not None for query in (holds, merged))


def _is_used(session: Session, row: Patient) -> bool:
    mine = (
        select(Case.id).where((Case.patient_id == row.id) | (Case.home_patient_id == row.id)),
        select(Patient.id).where(Patient.merged_into == row.id),
        select(Appointment.id).where(Appointment.patient_id == row.id),
        select(ToldChange.id).where(ToldChange.patient_id == row.id),
        select(IdentityConflict.id).where(
            (IdentityConflict.patient_id == row.id) | (IdentityConflict.other_patient_id == row.id)
        ),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in mine)
