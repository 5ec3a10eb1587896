"""Numbers of one hospital that are one patient: merged when nothing speaks against it, shown, and undone exactly.

A merge is an edge from the patient of before to the patient that goes on. No row is thrown away: a case keeps under which row the
hospital numbered it (`home_patient_id`) and stands under the root of that row, whatever is merged or undone in whatever order.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.exchange import MergedNumbers, PatientMerge
from mdo_portal.services.common.source import Source
from mdo_portal.services.history import standing
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import withholding
from mdo_portal.services.patients import families, merge_doubts, patients, rulings
from mdo_portal.services.patients.rulings import Conflict


@dataclass(frozen=True, slots=True)
class Telling:
    """The message that a merge is told by: what every merge of it keeps."""

    source: Source
    event: str


def apply(session: Session, told: PatientMerge, source: Source) -> Case | None:
    """Merge what the hospital says is one patient. None when no patient of it stands here. Told again it changes nothing.

    Raises Conflict when a person must decide: two patients who both stand here, people who are not alike, numbers of different
    issuers, or a merge that was undone here before.
    """
    telling = Telling(source, told.event)
    newest: Case | None = None
    for one in told.merged:
        if not one.previous:
            newest = _newest(session, _merge_bsn(session, one, telling)) or newest
        for authority, number in one.previous:
            newest = _newest(session, _merge_number(session, one, authority, number, telling)) or newest
    return newest


def _newest(session: Session, kept: Patient | None) -> Case | None:
    cases = standing.cases_of(session, kept) if kept else []
    return cases[-1] if cases else None


def _merge_bsn(session: Session, one: MergedNumbers, telling: Telling) -> Patient | None:
    """Of before nothing was sent but a BSN. That alone never merges: who stands here under it is a question to a person.

    When only one of the two stands here, *the same person* takes over the particulars that came (carrying_out.py).
    """
    hospital_id = telling.source.hospital.id
    number = patients.by_local_number(session, hospital_id, one.patient.local_number)
    kept = patients.root(session, number or patients.with_bsn(session, hospital_id, one.patient.bsn))
    gone = patients.root(session, patients.with_bsn(session, hospital_id, one.previous_bsn))
    if gone is None or one.previous_bsn == one.patient.bsn or (gone is kept and not one.patient.bsn):
        return kept or gone
    ruling = rulings.of(session, hospital_id, one.patient, previous=one.previous_bsn)
    if ruling is None:
        doubt = merge_doubts.of_bsn(one, kept, gone)
        other = gone.id if kept and kept is not gone else None
        raise Conflict(doubt, "MRG-1", (kept or gone).id, one.patient, other_id=other, previous=one.previous_bsn)
    if ruling.decision is Decision.SAME and kept and kept is not gone:
        _join_as_told(session, kept, gone, telling, ruling)
    return kept or gone


def _merge_number(session: Session, one: MergedNumbers, authority: str, number: str, telling: Telling) -> Patient | None:
    """Make `number` a number of this patient. Returns who goes on; None when neither of the two is here.

    Who goes on may be told by the BSN alone. When nobody has that here, the number stays what it is: there is no other for it.
    """
    going_on, issuer = merge_doubts.number_in_space(one, authority)
    kept, gone = _both(session, one, going_on, number, telling.source.hospital.id)
    known = kept or gone
    if known is None or number == going_on or (kept and gone and kept.id == gone.id):
        return known
    kind = merge_doubts.of(session, one, authority, number, kept, gone)
    ruling = rulings.of(session, telling.source.hospital.id, one.patient, previous=number) if kind else None
    if kind and ruling is None:
        other = gone.id if kept and gone else None
        raise Conflict(kind, "MRG-1", known.id, one.patient, other_id=other, previous=number)
    if (ruling and ruling.decision is not Decision.SAME) or not (kept or going_on):
        return known
    made = "" if kept and gone else "gone" if kept else "kept"
    kept = kept or patients.copy(session, known, number=going_on, authority=issuer)
    gone = gone or patients.copy(session, known, number=number, authority=authority)
    _join_as_told(session, kept, gone, telling, ruling, made=made, told=(going_on, number))
    return kept


def _both(
    session: Session, one: MergedNumbers, going_on: str, number: str, hospital_id: uuid.UUID
) -> tuple[Patient | None, Patient | None]:
    """Who goes on (by the BSN when no number of theirs was told) and who was, each as they stand here by now."""
    goes_on = patients.by_local_number(session, hospital_id, going_on)
    if goes_on is None and not going_on:
        goes_on = patients.with_bsn(session, hospital_id, one.patient.bsn)
    was = patients.by_local_number(session, hospital_id, number)
    return patients.root(session, goes_on), patients.root(session, was)


def _join_as_told(
    session: Session,
    kept: Patient,
    gone: Patient,
    telling: Telling,
    ruling: IdentityConflict | None,
    *,
    made: str = "",
    told: tuple[str, str] = ("", ""),
) -> None:
    """Join as this message tells, or as a person decided about it: then the decision names the merge, so that it can be undone."""
    merge = join(
        session, kept, gone, now=telling.source.at, event=telling.event, message_id=telling.source.message_id,
        decided_by=ruling.decided_by if ruling else None, made=made, told=told,
    )  # fmt: skip
    if ruling is not None and merge is not None:
        ruling.merge_id = merge.id


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
    first, second = families.roots_locked(session, (kept, gone))
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
    tell(session, first, "patient.merged", now=now, person_id=decided_by)
    return merge


def settle(session: Session, rows: list[uuid.UUID], *, now: datetime, person_id: uuid.UUID | None) -> None:
    """Every case of these rows stands under the root of the row it came in under; an objection of one number holds for all of it."""
    origin = func.coalesce(Case.home_patient_id, Case.patient_id)
    withholding.hold_letters(session, origin.in_(rows))
    cases = session.scalars(select(Case).where(origin.in_(rows)).order_by(Case.id).with_for_update(**HELD)).all()
    standing.hold_agendas_of(session, cases)
    for case in cases:
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


def tell(session: Session, patient: Patient, what: str, *, now: datetime, person_id: uuid.UUID | None) -> None:
    """Write what happened to who this patient is (`patient.merged`, `patient.unmerged`) on each of their cases."""
    name = session.get_one(Hospital, patient.hospital_id).name
    standing.happened(session, standing.cases_of(session, patient), what, now=now, person_id=person_id, hospital=name)
