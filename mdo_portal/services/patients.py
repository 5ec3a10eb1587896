"""Finding or adding the patient a hospital talks about. Never merges: a conflict goes to a person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.identifiers import new_id, passes_eleven_test
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.exchange import PatientIdentity, PersonName, Unreadable
from mdo_portal.services.sealed import row_of, sealer


def find(session: Session, hospital_id: uuid.UUID, identity: PatientIdentity) -> Patient | None:
    """This hospital's patient with that local number, else with that BSN.

    Raises Unreadable("identity_conflict") when number and BSN point at different people, or when number, BSN, or
    name and birth date together, differ from what this hospital told before. A BSN that fails the eleven-test finds nobody.
    """
    by_number = _by_number(session, hospital_id, identity.local_number)
    by_bsn = _by_bsn(session, hospital_id, identity.bsn)
    if by_number and by_bsn and by_number.id != by_bsn.id:
        raise Unreadable("identity_conflict", "PID-3")
    found = by_number or by_bsn
    if found is not None and _contradicts(session, found, identity):
        raise Unreadable("identity_conflict", "PID")
    return found


_KNOWN = text(
    "SELECT place FROM unnest(CAST(:places AS int[]), CAST(:hospitals AS uuid[]), CAST(:numbers AS text[]), CAST(:bsns AS bytea[]))"
    " AS asked (place, hospital_id, number, bsn)"
    " WHERE EXISTS (SELECT FROM patients p WHERE p.hospital_id = asked.hospital_id AND p.local_number = nullif(asked.number, ''))"
    " OR EXISTS (SELECT FROM patients p WHERE p.hospital_id = asked.hospital_id AND p.bsn_index = nullif(asked.bsn, ''))"
)


def known_among(session: Session, asked: Sequence[tuple[uuid.UUID, PatientIdentity]]) -> set[int]:
    """The places in `asked` of those for whom `find` would find or refuse somebody, in one statement.

    Whatever `find` looks at must be looked at here too: who is not among them is stored as a new patient.
    """
    keys = sealer(session)
    values = {
        "places": list(range(len(asked))),
        "hospitals": [hospital_id for hospital_id, _ in asked],
        "numbers": [identity.local_number for _, identity in asked],
        "bsns": [keys.blind(one.bsn, purpose=BSN_PURPOSE) if passes_eleven_test(one.bsn) else b"" for _, one in asked],
    }
    return set(session.scalars(_KNOWN, values))


def _by_number(session: Session, hospital_id: uuid.UUID, number: str) -> Patient | None:
    if not number:
        return None
    query = select(Patient).where(Patient.hospital_id == hospital_id, Patient.local_number == number)
    return session.execute(query).scalar_one_or_none()


def _by_bsn(session: Session, hospital_id: uuid.UUID, bsn: str) -> Patient | None:
    if not passes_eleven_test(bsn):
        return None
    index = sealer(session).blind(bsn, purpose=BSN_PURPOSE)
    query = select(Patient).where(Patient.hospital_id == hospital_id, Patient.bsn_index == index).order_by(Patient.id)
    return session.scalars(query).first()


def _contradicts(session: Session, patient: Patient, told: PatientIdentity) -> bool:
    other_bsn = told.bsn and patient.bsn_index and patient.bsn_index != sealer(session).blind(told.bsn, purpose=BSN_PURPOSE)
    other_number = told.local_number and patient.local_number and told.local_number != patient.local_number
    other_birth = told.birth_on and patient.birth_on and told.birth_on != patient.birth_on
    other_name = told.name.family and told.name.family.casefold() != patient.family.casefold()
    return bool(other_bsn or other_number or (other_birth and other_name))


def add(session: Session, hospital_id: uuid.UUID, identity: PatientIdentity, *, now: datetime) -> Patient:
    """A new patient of this hospital, with the particulars as told."""
    patient = composed(session, hospital_id, identity, now=now)
    session.add(patient)
    session.flush()
    return patient


def composed(session: Session, hospital_id: uuid.UUID, identity: PatientIdentity, *, now: datetime) -> Patient:
    """The same, not stored yet."""
    patient = Patient(id=new_id(), hospital_id=hospital_id, family="", told_at=now)
    tell(session, patient, identity, now=now)
    return patient


def tell(session: Session, patient: Patient, identity: PatientIdentity, *, now: datetime) -> None:
    """Take over what the hospital says; what it does not say stays, and an older word only fills what was empty."""
    is_newest = now >= patient.told_at
    for column, value in _told(identity).items():
        if value and (is_newest or not getattr(patient, column)):
            setattr(patient, column, value)
    patient.deceased = patient.deceased or identity.deceased
    patient.told_at = max(now, patient.told_at)
    if identity.bsn and (is_newest or not patient.bsn_index):
        _keep_bsn(session, patient, identity.bsn)


def _told(identity: PatientIdentity) -> dict[str, object]:
    name = identity.name
    return {
        "local_number": identity.local_number,
        "local_authority": identity.local_authority,
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


def _keep_bsn(session: Session, patient: Patient, bsn: str) -> None:
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
