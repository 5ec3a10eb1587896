"""Patients of hospitals: their rows, what was told of them, and each change kept with what stood before."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mdo_portal.domain.identifiers import new_id, passes_eleven_test
from mdo_portal.domain.identity_conflict import Decision
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.domain.told import ToldChange
from mdo_portal.exchange import PatientIdentity, PersonName
from mdo_portal.services.common import moments
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.patients import rulings

NUMBERED = select(Patient).where(Patient.hospital_id == bindparam("hospital"), Patient.local_number == bindparam("number"))
"""Open: `hospital`, `number`."""


def root(session: Session, patient: Patient | None) -> Patient | None:
    """The patient under whom everything of this one stands now."""
    while patient is not None and patient.merged_into is not None:
        patient = session.get(Patient, patient.merged_into)
    return patient


def roots(session: Session, patient_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The same of many, by id."""
    found = set(patient_ids)
    merged = select(Patient.id, Patient.merged_into).where(Patient.merged_into.is_not(None))
    while gone := session.execute(merged.where(Patient.id.in_(found))).all():
        found = found.difference(row.id for row in gone).union(row.merged_into for row in gone)
    return found


def read_again(session: Session) -> None:
    """What this transaction read of patients may have changed since: from now on it is asked again."""
    session.flush()
    for row in list(session.identity_map.values()):
        if isinstance(row, Patient):
            session.expire(row)


def by_local_number(session: Session, hospital_id: uuid.UUID, number: str) -> Patient | None:
    """The row with this number, merged or not."""
    if not number:
        return None
    return session.scalars(NUMBERED, {"hospital": hospital_id, "number": number}).one_or_none()


def with_bsn(session: Session, hospital_id: uuid.UUID, bsn: str) -> Patient | None:
    if not passes_eleven_test(bsn):
        return None
    index = sealer(session).blind(bsn, purpose=BSN_PURPOSE)
    query = select(Patient).where(Patient.hospital_id == hospital_id, Patient.bsn_index == index)
    return session.scalars(query.order_by(Patient.merged_into.is_not(None), Patient.id)).first()


def add(
    session: Session, hospital_id: uuid.UUID, identity: PatientIdentity, *, now: datetime, sent_at: datetime | None = None
) -> Patient:
    """A new patient of this hospital, with the particulars as told; a number or BSN that is another patient's is left out."""
    patient = Patient(id=new_id(), hospital_id=hospital_id, family="", told_at=moments.said(sent_at, now))
    _fill(patient, identity)
    if passes_eleven_test(identity.bsn) and with_bsn(session, hospital_id, identity.bsn) is not None:
        patient.bsn_doubtful = True
    elif identity.bsn:
        _keep_bsn(session, patient, identity.bsn)
    if by_local_number(session, hospital_id, identity.local_number) is None:
        patient.local_number, patient.local_authority = identity.local_number, identity.local_authority
    session.add(patient)
    session.flush()
    ruling = rulings.of(session, hospital_id, identity)
    if ruling is not None and ruling.decision is Decision.OTHER and ruling.result_patient_id is None:
        ruling.result_patient_id = patient.id
    return patient


def composed(
    session: Session, hospital_id: uuid.UUID, identity: PatientIdentity, *, now: datetime, sent_at: datetime | None = None
) -> Patient:
    """The same for somebody of whom nothing is known here (`known_among`, `rulings.concern`); not stored yet."""
    patient = Patient(id=new_id(), hospital_id=hospital_id, family="", told_at=moments.said(sent_at, now))
    _fill(patient, identity)
    if identity.bsn:
        _keep_bsn(session, patient, identity.bsn)
    patient.local_number, patient.local_authority = identity.local_number, identity.local_authority
    return patient


def copy(session: Session, patient: Patient, *, number: str, authority: str) -> Patient:
    """The same particulars under another number of the hospital, as a row of its own."""
    columns = {name: getattr(patient, name) for name in (*PARTICULARS, "bsn_tail", "bsn_doubtful", "deceased", "told_at")}
    made = Patient(id=new_id(), hospital_id=patient.hospital_id, local_number=number, local_authority=authority, **columns)
    bsn = bsn_of(session, patient)
    if bsn:
        _keep_bsn(session, made, bsn)
    session.add(made)
    session.flush()
    return made


SURNAME = ("family", "own_prefix", "own_family", "partner_prefix", "partner_family")
PARTICULARS = (*SURNAME, "initials", "given", "birth_on", "sex")


def tell(
    session: Session,
    patient: Patient,
    identity: PatientIdentity,
    *,
    now: datetime,
    sent_at: datetime | None = None,
    event: str = "",
    message_id: uuid.UUID | None = None,
) -> list[str]:
    """Take over what the hospital says; what it does not say stays, and an older word only fills what was empty.

    How old a word is, its sender says (`sent_at`), but never that it is from the future. Returns what changed; each change is kept
    with what stood before.
    """
    said = moments.said(sent_at, now)
    is_newest = said >= patient.told_at
    before = stands(patient)
    for column, value in _told(identity).items():
        if value and column not in SURNAME and (is_newest or not getattr(patient, column)):
            setattr(patient, column, value)
    if is_newest or not patient.family:
        _take_surname(patient, identity)
    if not patient.local_number and by_local_number(session, patient.hospital_id, identity.local_number) is None:
        patient.local_number, patient.local_authority = identity.local_number, identity.local_authority
    if is_newest:
        patient.deceased = identity.deceased or (patient.deceased and not identity.alive)
    elif identity.deceased and not _was_taken_back(session, patient):
        patient.deceased = True  # a newer word that did not speak of it says nothing against it
    if identity.bsn and (is_newest or not patient.bsn_index):
        _take_bsn(session, patient, identity.bsn)
    patient.told_at = max(said, patient.told_at)
    return keep_changes(session, patient, before, now=now, event=event, message_id=message_id)


def restore(session: Session, patient: Patient, *, before: PatientIdentity, came: PatientIdentity, now: datetime) -> None:
    """Put back what stood before `came` was taken over; what the hospital told anew since stays."""
    stood, taken = _told(before), _told(came)
    is_now = stands(patient)
    for column, value in stood.items():
        was_told = taken[column] or (column in SURNAME and came.name.family)
        if getattr(patient, column) == taken[column] != value and was_told:
            setattr(patient, column, value)
    if came.bsn and came.bsn != before.bsn and bsn_of(session, patient) == came.bsn:
        _keep_bsn(session, patient, before.bsn)
    keep_changes(session, patient, is_now, now=now)


def put_right(session: Session, patient: Patient, *, told: PatientIdentity, right: PatientIdentity, now: datetime) -> None:
    """The BSN that a person corrected, where the wrong one still stands: however much was told since, nobody said it was right."""
    before = stands(patient)
    if told.bsn != right.bsn and bsn_of(session, patient) == told.bsn:
        _take_bsn(session, patient, right.bsn)
        keep_changes(session, patient, before, now=now)


def forget_bsn(session: Session, patient: Patient, *, now: datetime) -> None:
    """It is another's."""
    before = stands(patient)
    _keep_bsn(session, patient, "")
    keep_changes(session, patient, before, now=now)


def _take_surname(patient: Patient, identity: PatientIdentity) -> None:
    """A surname is told as one whole: a part that does not come with it is over. The same surname without parts leaves them."""
    if not identity.name.family:
        return
    told = {column: value for column, value in _told(identity).items() if column in SURNAME}
    is_same = identity.name.family.casefold() == patient.family.casefold()
    patient.family = identity.name.family
    if not is_same or any(value for column, value in told.items() if column != "family"):
        for column, value in told.items():
            setattr(patient, column, value)


def stands(patient: Patient) -> dict[str, str]:
    """The particulars as text; of the BSN only its tail."""
    values = {name: _text(getattr(patient, name)) for name in (*PARTICULARS, "local_number")}
    return values | {"bsn": patient.bsn_tail, "deceased": "1" if patient.deceased else ""}


def keep_changes(
    session: Session,
    patient: Patient,
    before: Mapping[str, str],
    *,
    now: datetime,
    event: str = "",
    message_id: uuid.UUID | None = None,
) -> list[str]:
    """Each particular that is otherwise than before, with what stood there. Gives which."""
    changed = {name: value for name, value in stands(patient).items() if value != before[name]}
    for name, value in changed.items():
        origin = {"hospital_id": patient.hospital_id, "event": event, "at": now, "message_id": message_id}
        session.add(ToldChange(patient_id=patient.id, what=name, before=before[name], after=value, **origin))
    return list(changed)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _fill(patient: Patient, identity: PatientIdentity) -> None:
    for column, value in _told(identity).items():
        setattr(patient, column, value)
    patient.deceased = identity.deceased


def _was_taken_back(session: Session, patient: Patient) -> bool:
    """Whether the hospital told once that this death was a mistake."""
    query = select(ToldChange.id).where(
        ToldChange.patient_id == patient.id, ToldChange.what == "deceased", ToldChange.after == ""
    )
    return session.execute(query.limit(1)).first() is not None


def _told(identity: PatientIdentity) -> dict[str, object]:
    name = identity.name
    return {
        "family": name.family,
        "own_prefix": name.own_prefix,
        "own_family": name.own_family,
        "partner_prefix": name.partner_prefix,
        "partner_family": name.partner_family,
        "initials": name.initials,
        "given": name.given,
        "birth_on": identity.birth_on,
        "sex": identity.sex,
    }


def _take_bsn(session: Session, patient: Patient, bsn: str) -> None:
    """One that is another patient's is left out, as for a new patient: who is named by it alone must stay one person."""
    if patient.bsn_index == sealer(session).blind(bsn, purpose=BSN_PURPOSE):
        return
    owner, whole = root(session, with_bsn(session, patient.hospital_id, bsn)), root(session, patient)
    if owner is None or owner is whole:
        _keep_bsn(session, patient, bsn)
    elif not patient.bsn_index:
        patient.bsn_doubtful = True


def _keep_bsn(session: Session, patient: Patient, bsn: str) -> None:
    if not bsn:
        patient.bsn_sealed, patient.bsn_index, patient.bsn_tail, patient.bsn_doubtful = b"", b"", "", False
        return
    keys = sealer(session)
    patient.bsn_sealed = keys.seal(bsn.encode(), purpose=BSN_PURPOSE, row=row_of("patients", patient.id))
    patient.bsn_index = keys.blind(bsn, purpose=BSN_PURPOSE)
    patient.bsn_tail = bsn[-2:]
    patient.bsn_doubtful = not passes_eleven_test(bsn)


def bsn_of(session: Session, patient: Patient) -> str:
    """The BSN in the clear: for a letter to the patient's own hospital, never for a screen."""
    if not patient.bsn_sealed:
        return ""
    return sealer(session).open(patient.bsn_sealed, purpose=BSN_PURPOSE, row=row_of("patients", patient.id)).decode()


def identity_of(session: Session, patient: Patient) -> PatientIdentity:
    """The patient as a border value, BSN included: only for what goes to the patient's own hospital."""
    name = PersonName(
        family=patient.family,
        own_prefix=patient.own_prefix,
        own_family=patient.own_family,
        partner_prefix=patient.partner_prefix,
        partner_family=patient.partner_family,
        initials=patient.initials,
        given=patient.given,
    )
    return PatientIdentity(
        local_number=patient.local_number,
        local_authority=patient.local_authority,
        bsn=bsn_of(session, patient),
        name=name,
        birth_on=patient.birth_on,
        sex=patient.sex,
        deceased=patient.deceased,
    )
