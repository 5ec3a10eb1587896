"""What a hospital's patient feed (ADT) does to the cases of a patient: shown with its source, never a new case, nothing removed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge, MergeKind
from mdo_portal.exchange import PatientChange, PatientIdentity, PatientLink
from mdo_portal.services.common.source import Source
from mdo_portal.services.history import standing
from mdo_portal.services.patients import families, identification, patients

#: events that say where the patient is, or take that back: the sentence stands on the timeline under `visit.<what>`
VISITS = {
    "A01": "visit.admitted", "A02": "visit.moved", "A03": "visit.discharged", "A04": "visit.registered", "A05": "visit.expected",
    "A06": "visit.admitted", "A07": "visit.registered", "A11": "visit.admission_cancelled", "A12": "visit.move_cancelled",
    "A13": "visit.discharge_cancelled", "A14": "visit.expected", "A23": "visit.deleted", "A25": "visit.cancelled",
    "A26": "visit.cancelled", "A27": "visit.cancelled", "A29": "visit.person_deleted", "A38": "visit.cancelled",
}  # fmt: skip


def change(session: Session, told: PatientChange, source: Source) -> Case | None:
    """Particulars or whereabouts of a patient changed at the hospital. Makes no patient and no case: None when there is none.

    Raises Unreadable("identity_conflict" or "waits_for_identity") when a person must look first.
    """
    patient = identification.of_message(session, source.hospital.id, told.patient)
    cases = standing.cases_of(session, patient) if patient else []
    if patient is None or not cases:
        return None
    changed = patients.tell(
        session, patient, told.patient, now=source.at, sent_at=told.sent_at, event=told.event, message_id=source.message_id
    )
    for what in _events(patient, told.event, changed):
        standing.happened(session, cases, what, now=source.at, hospital=source.hospital.name)
    return cases[-1]


def _events(patient: Patient, event: str, changed: list[str]) -> list[str]:
    found = [VISITS[event]] if event in VISITS else []
    if "deceased" in changed:
        found.append("patient.died" if patient.deceased else "patient.lives")
    if set(changed) - {"deceased"}:
        found.append("patient.changed")
    return found


def link(session: Session, told: PatientLink, source: Source) -> Case | None:
    """The hospital says that two numbers concern one person, or no longer. Shown on their cases; nothing is merged."""
    hospital = source.hospital
    rows = {one.local_number: patients.by_local_number(session, hospital.id, one.local_number) for one in told.patients}
    known = families.roots_locked(session, [row for row in rows.values() if row is not None])
    if not known:
        return None
    standing_links = _links(session, hospital, told.patients)
    if told.linked and not standing_links:
        # who stands here is named first
        kept_number, gone_number = sorted((one.local_number for one in told.patients), key=lambda number: rows[number] is None)
        made = Merge(
            hospital_id=hospital.id, kind=MergeKind.LINK, kept_id=known[0].id, gone_id=known[1].id if known[1:] else None,
            kept_number=kept_number, gone_number=gone_number, event=told.event, message_id=source.message_id, at=source.at,
        )  # fmt: skip
        session.add(made)
    for one in standing_links if not told.linked else ():
        one.undone_at = source.at
    cases = standing.cases_of(session, *known)
    if told.linked != bool(standing_links):
        what = "patient.linked" if told.linked else "patient.unlinked"
        standing.happened(session, cases, what, now=source.at, hospital=hospital.name)
    return cases[-1] if cases else None


def _links(session: Session, hospital: Hospital, pair: tuple[PatientIdentity, PatientIdentity]) -> list[Merge]:
    numbers = [one.local_number for one in pair]
    query = select(Merge).where(
        Merge.hospital_id == hospital.id, Merge.kind == MergeKind.LINK, Merge.undone_at.is_(None),
        Merge.kept_number.in_(numbers), Merge.gone_number.in_(numbers),
    )  # fmt: skip
    return list(session.scalars(query))
