"""Numbers of one hospital that are one patient: merged when nothing speaks against it, shown, and undone exactly.

A merge is an edge from the patient of before to the patient that goes on. No row is thrown away: a case keeps under which row the
hospital numbered it (`home_patient_id`) and stands under the root of that row, whatever is merged or undone in whatever order.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import LegalHold
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Appointment, Merge, MergeKind, ToldChange
from mdo_portal.exchange import MergedNumbers, PatientMerge
from mdo_portal.services import apart, families, merge_doubts, objections, patients, rulings, standing, withholding
from mdo_portal.services.rulings import Conflict


def apply(
    session: Session, told: PatientMerge, hospital: Hospital, *, now: datetime, message_id: uuid.UUID | None
) -> Case | None:
    """Merge what the hospital says is one patient. None when no patient of it stands here. Told again it changes nothing.

    Raises Conflict when a person must decide: two patients who both stand here, people who are not alike, numbers of different
    issuers, or a merge that was undone here before.
    """
    newest: Case | None = None
    for one in told.merged:
        if not one.previous:
            kept = _merge_bsn(session, one, hospital, told.event, now=now, message_id=message_id)
            newest = _newest(session, kept) or newest
        for authority, number in one.previous:
            kept = _merge_number(session, one, authority, number, hospital, told.event, now=now, message_id=message_id)
            newest = _newest(session, kept) or newest
    return newest


def _newest(session: Session, kept: Patient | None) -> Case | None:
    cases = standing.cases_of(session, kept) if kept else []
    return cases[-1] if cases else None


def _merge_bsn(
    session: Session, one: MergedNumbers, hospital: Hospital, event: str, *, now: datetime, message_id: uuid.UUID | None
) -> Patient | None:
    """Of before nothing was sent but a BSN. That alone never merges: who stands here under it is a question to a person.

    When only one of the two stands here, *the same person* takes over the particulars that came (carrying_out.py).
    """
    number = patients.by_local_number(session, hospital.id, one.patient.local_number)
    kept = patients.root(session, number or patients.with_bsn(session, hospital.id, one.patient.bsn))
    gone = patients.root(session, patients.with_bsn(session, hospital.id, one.previous_bsn))
    if gone is None or one.previous_bsn == one.patient.bsn or (gone is kept and not one.patient.bsn):
        return kept or gone
    ruling = rulings.of(session, hospital.id, one.patient, previous=one.previous_bsn)
    if ruling is None:
        other = gone.id if kept and kept is not gone else None
        raise Conflict(
            merge_doubts.of_bsn(one, kept, gone),
            "MRG-1",
            (kept or gone).id,
            one.patient,
            other_id=other,
            previous=one.previous_bsn,
        )
    if ruling.decision is Decision.SAME and kept and kept is not gone:
        merge = join(session, kept, gone, now=now, event=event, message_id=message_id, decided_by=ruling.decided_by)
        ruling.merge_id = merge.id if merge else ruling.merge_id
    return kept or gone


def _merge_number(
    session: Session,
    one: MergedNumbers,
    authority: str,
    number: str,
    hospital: Hospital,
    event: str,
    *,
    now: datetime,
    message_id: uuid.UUID | None,
) -> Patient | None:
    """Make `number` a number of this patient. Returns who goes on; None when neither of the two is here.

    Who goes on may be told by the BSN alone. When nobody has that here, the number stays what it is: there is no other for it.
    """
    going_on, issuer = merge_doubts.number_in_space(one, authority)
    by_bsn = None if going_on else patients.with_bsn(session, hospital.id, one.patient.bsn)
    rows = (
        patients.by_local_number(session, hospital.id, going_on) or by_bsn,
        patients.by_local_number(session, hospital.id, number),
    )
    kept, gone = (patients.root(session, row) for row in rows)
    known = kept or gone
    if known is None or number == going_on or (kept and gone and kept.id == gone.id):
        return known
    kind = merge_doubts.of(session, one, authority, number, kept, gone)
    ruling = rulings.of(session, hospital.id, one.patient, previous=number) if kind else None
    if kind and ruling is None:
        other = gone.id if kept and gone else None
        raise Conflict(kind, "MRG-1", known.id, one.patient, other_id=other, previous=number)
    if ruling is not None and ruling.decision is not Decision.SAME:
        return known
    if kept is None and not going_on:
        return known
    made = "" if kept and gone else "gone" if kept else "kept"
    kept = kept or patients.copy(session, known, number=going_on, authority=issuer)
    gone = gone or patients.copy(session, known, number=number, authority=authority)
    decided_by = ruling.decided_by if ruling else None
    merge = join(
        session,
        kept,
        gone,
        now=now,
        event=event,
        message_id=message_id,
        decided_by=decided_by,
        made=made,
        told=(going_on, number),
    )
    if ruling is not None and merge is not None:
        ruling.merge_id = merge.id
    return kept


def join(
    session: Session,
    kept: Patient,
    gone: Patient,
    *,
    now: datetime,
    event: str = "",
    message_id: uuid.UUID | None = None,
    decided_by: uuid.UUID | None = None,
    made: str = "",
    told: tuple[str, str] = ("", ""),
) -> Merge | None:
    """Put everything of `gone` under `kept`. None when it is so already. An objection of either holds for the cases of both.

    `told`: the numbers that the hospital's message named, of who goes on and of before: it may be told again after an undo.
    """
    roots = {one.id: families.locked(session, one.id)[0] for one in sorted((kept, gone), key=lambda one: one.id)}
    first, second = roots[kept.id], roots[gone.id]
    if first.hospital_id != second.hospital_id:
        raise ValueError("numbers of two hospitals are never one patient here")
    if first.id == second.id:
        return None
    merge = Merge(
        id=uuid.uuid4(), hospital_id=first.hospital_id, kind=MergeKind.MERGE, kept_id=first.id, gone_id=second.id,
        kept_number=first.local_number, gone_number=second.local_number, kept_objected=first.objects, made=made, event=event,
        told_kept_number=told[0], told_gone_number=told[1], message_id=message_id, at=now, decided_by=decided_by,
    )  # fmt: skip
    session.add(merge)
    second.merged_into = first.id
    session.flush()
    settle(session, families.members(session, first.id), now=now, person_id=decided_by)
    _tell(session, first, "patient.merged", now=now, person_id=decided_by)
    return merge


def undo(session: Session, merge: Merge, *, now: datetime, person_id: uuid.UUID | None) -> None:
    """Take the merge apart again: every case stands where it stood before, what came since under its own number."""
    if merge.undone_at is not None:
        return
    merge.undone_at = now
    gone = session.get(Patient, merge.gone_id) if merge.kind is MergeKind.MERGE and merge.gone_id else None
    if gone is None or gone.merged_into != merge.kept_id:
        return
    kept = session.get_one(Patient, merge.kept_id)
    whole = patients.root(session, kept)
    assert whole is not None
    together = [one.id for one in families.locked(session, whole.id)]
    gone.merged_into = None
    # An objection that was made while they were one may be of either: both keep it.
    gone.objects = gone.objects or (kept.objects and not merge.kept_objected)
    _keep_held(session, merge, whole, gone)
    session.flush()
    _give_back_bsn(session, merge, {kept, whole}, gone, now=now)
    for row in {kept, whole}:
        apart.give_back(session, merge, row, gone, keeps=merge.made != "gone" or _is_used(session, gone), now=now)
    settle(session, together, now=now, person_id=person_id)
    for one, other in ((whole, gone), (gone, whole)):
        apart.unsay(session, merge, one, other, now=now)
    for patient in (whole, gone):
        _tell(session, patient, "patient.unmerged", now=now, person_id=person_id)
    _clean_up(session, merge, kept, gone)


def _give_back_bsn(session: Session, merge: Merge, went_on: set[Patient], gone: Patient, *, now: datetime) -> None:
    """One that those who went on were told while they were one stays with whom it was of: it alone must name one person again."""
    its_own = select(Patient.bsn_index).where(Patient.id.in_(families.members(session, gone.id)), Patient.bsn_index != b"")
    own = set(session.scalars(its_own))
    for row in went_on:
        if row.bsn_index in own and families.got_bsn_since(session, row, families.one_since(session, merge)):
            patients.forget_bsn(session, row, now=now)


def _keep_held(session: Session, merge: Merge, whole: Patient, gone: Patient) -> None:
    """What was put on hold while they were one may be of either: both stay on hold."""
    standing_holds = select(LegalHold).where(LegalHold.lifted_at.is_(None))
    if session.scalars(standing_holds.where(LegalHold.patient_id == gone.id)).first() is not None:
        return
    since = standing_holds.where(LegalHold.patient_id.in_({merge.kept_id, whole.id}), LegalHold.set_at >= merge.at)
    hold = session.scalars(since.limit(1)).first()
    if hold is not None:
        said = {"reason": hold.reason, "set_by": hold.set_by, "set_at": hold.set_at}
        session.add(LegalHold(hospital_id=gone.hospital_id, patient_id=gone.id, **said))


def _clean_up(session: Session, merge: Merge, kept: Patient, gone: Patient) -> None:
    """A row that was made for this merge, and that nothing came to stand under, goes again; the merge stays with the other."""
    row, other = {"kept": (kept, gone), "gone": (gone, kept)}.get(merge.made, (None, kept))
    if row is None or row.merged_into is not None or row.objects or _is_used(session, row):
        return
    merge.kept_id, merge.gone_id, merge.made = other.id, None, ""
    session.flush()
    session.delete(row)
    session.flush()


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


def settle(session: Session, rows: list[uuid.UUID], *, now: datetime, person_id: uuid.UUID | None) -> None:
    """Every case of these rows stands under the root of the row it came in under; an objection of one number holds for all of it."""
    origin = func.coalesce(Case.home_patient_id, Case.patient_id)
    for case in session.scalars(select(Case).where(origin.in_(rows)).with_for_update(**HELD)):
        home = session.get_one(Patient, case.home_patient_id or case.patient_id)
        root = patients.root(session, home)
        assert root is not None
        case.home_patient_id = home.id if root.id != home.id else None
        case.patient_id = root.id
        withholding.withhold_of_another(session, case, root, now=now)
        objects = families.objects(session, root)
        if objects and not case.objected:
            objections.shut(session, case, reason=objections.MERGED, now=now, person_id=person_id)
        elif case.objected and not objects:
            objections.give_back(session, case, now=now, person_id=person_id)
    session.flush()


def _tell(session: Session, patient: Patient, what: str, *, now: datetime, person_id: uuid.UUID | None) -> None:
    name = session.get_one(Hospital, patient.hospital_id).name
    standing.happened(session, standing.cases_of(session, patient), what, now=now, person_id=person_id, hospital=name)
