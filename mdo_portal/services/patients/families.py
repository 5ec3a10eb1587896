"""All numbers of one hospital that are one patient: what holds for one of them holds for the whole family.

Every row keeps what is its own (its number, its objection), so that a merge that is undone gives each back exactly that.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, ToldChange
from mdo_portal.services.patients import patients


def members(session: Session, patient_id: uuid.UUID) -> list[uuid.UUID]:
    """This row and every row that was merged into it, directly or through another."""
    return list(session.scalars(MEMBERS, {"patient": patient_id}))


def _members() -> Select[uuid.UUID]:
    tree = select(Patient.id).where(Patient.id == bindparam("patient")).cte("tree", recursive=True)
    return select(tree.union(select(Patient.id).join(tree, Patient.merged_into == tree.c.id)).c.id)


MEMBERS = _members()
"""Open: `patient`."""


def whole(session: Session, patient: Patient) -> list[uuid.UUID]:
    """Every row that is this patient, whichever of them was asked about."""
    root = patients.root(session, patient)
    assert root is not None
    return members(session, root.id)


def whole_of(session: Session, found: Sequence[Patient]) -> list[uuid.UUID]:
    """The same for several."""
    return [one for patient in found for one in whole(session, patient)]


def above(session: Session, patient: Patient) -> list[Patient]:
    """This row and every row that it came to stand under, up to the one under which all of it stands."""
    found = [patient]
    while found[-1].merged_into is not None:
        found.append(session.get_one(Patient, found[-1].merged_into))
    return found


def copied_of(session: Session, patient: Patient) -> set[uuid.UUID]:
    """This row, and those whose particulars it has: they had them when it was made for a merge."""
    found, last = {patient.id}, {patient.id}
    while last:
        made = select(Merge.gone_id).where(Merge.kept_id.in_(last), Merge.made == "kept")
        last = {one for one in session.scalars(made) if one} - found
        found |= last
    return found


def named_by(session: Session, whole: Patient, bsn_index: bytes) -> Patient | None:
    """Whose BSN this was before the numbers were merged, when that was not who they all stand under; None = that very row."""
    merged = (Merge.gone_id == Patient.id) & Merge.undone_at.is_(None)
    query = select(Patient, Merge).join(Merge, merged).where(Patient.id.in_(members(session, whole.id)))
    for row, merge in session.execute(query.where(Patient.bsn_index == bsn_index).order_by(Merge.at, Patient.id)):
        if whole.bsn_index != bsn_index or got_bsn_since(session, whole, one_since(session, merge)):
            return row
    return None


def one_since(session: Session, merge: Merge) -> datetime:
    """From when on what came was taken for one patient's: what waited for a person to say so is older than the answer."""
    asked = select(func.min(IdentityConflict.received_at)).where(
        IdentityConflict.hospital_id == merge.hospital_id, IdentityConflict.message_id == merge.message_id
    )
    return min(session.scalar(asked) or merge.at, merge.at)


def got_bsn_since(session: Session, patient: Patient, at: datetime) -> bool:
    """Whether it, or a row whose particulars it has, had no BSN before that moment, and was told one later."""
    told = select(ToldChange.id).where(
        ToldChange.patient_id.in_(copied_of(session, patient)),
        ToldChange.what == "bsn",
        ToldChange.before == "",
        ToldChange.at >= at,
    )
    return session.execute(told.limit(1)).first() is not None


def objects(session: Session, patient: Patient) -> bool:
    """Whether the patient objects to sharing, under whichever of the numbers it was recorded."""
    query = select(Patient.id).where(Patient.id.in_(whole(session, patient)), Patient.objects)
    return session.execute(query.limit(1)).first() is not None


def locked(session: Session, patient_id: uuid.UUID) -> list[Patient]:
    """The family of this patient, the row under which all stands first; nobody merges or undoes it until the transaction ends."""
    session.flush()
    root = _locked_root(session, patient_id)
    others = [one for one in members(session, root.id) if one != root.id]
    query = select(Patient).where(Patient.id.in_(others)).order_by(Patient.id)
    rows = session.scalars(query.with_for_update(**HELD).execution_options(populate_existing=True))
    return [root, *rows]


def locked_of(session: Session, case: Case) -> list[Patient]:
    """The family that this case is of, and stays of until the transaction ends: it may have been given to another meanwhile."""
    while True:
        family = locked(session, case.patient_id)
        session.refresh(case, ["patient_id"])
        if any(patient.id == case.patient_id for patient in family):
            return family


def roots_locked(session: Session, found: Sequence[Patient]) -> list[Patient]:
    """Under whom each of these stands, with all who stand there too: held in the order in which everybody holds several families."""
    while True:
        roots = {root.id for one in found if (root := patients.root(session, one))}
        families = [locked(session, one) for one in sorted(roots)]
        stand_under = {row.id: family[0] for family in families for row in family}
        if all(one.id in stand_under for one in found):
            return [stand_under[one.id] for one in found]
        patients.read_again(session)  # one of them was given to another meanwhile


def _locked_root(session: Session, patient_id: uuid.UUID) -> Patient:
    while True:  # another transaction may have merged it while we waited for the lock: then it is the next one up
        root = patients.root(session, session.get_one(Patient, patient_id))
        assert root is not None
        row = session.get_one(Patient, root.id, with_for_update=HELD, populate_existing=True)
        if row.merged_into is None:
            return row
        patient_id = row.merged_into


def stays_of(session: Session, *which: ColumnElement[bool]) -> bool:
    """Before such cases are held: whose they are nobody merges, nor undoes that, until the transaction ends. False when there is none."""
    query = select(Patient.id).join(Case, Case.patient_id == Patient.id).where(*which).order_by(Patient.id)
    return bool(session.execute(query.with_for_update(**HELD, of=Patient)).all())


def cases_of(session: Session, family: list[Patient]) -> list[Case]:
    """Every case of the family, locked, as it is by then."""
    session.flush()
    query = select(Case).where(Case.patient_id.in_([one.id for one in family])).order_by(Case.id)
    return list(session.scalars(query.with_for_update(**HELD).execution_options(populate_existing=True)))
