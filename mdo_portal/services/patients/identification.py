"""Who a hospital means: its patient by number or BSN. Never merges by itself: what contradicts goes to a person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.identifiers import passes_eleven_test
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.exchange import PatientIdentity, Unreadable
from mdo_portal.exchange.surnames import are_unlike
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.patients import families, patients, rulings
from mdo_portal.services.patients.patients import by_local_number, root, with_bsn
from mdo_portal.services.patients.rulings import Conflict


def find(session: Session, hospital_id: uuid.UUID, identity: PatientIdentity) -> Patient | None:
    """This hospital's patient with that local number, else with that BSN; of a merged number the patient it belongs to now.

    Raises Conflict when number and BSN point at different people, or when number, BSN, or name and birth date together, differ
    from what this hospital told before, and no person decided yet. A BSN that fails the eleven-test finds nobody.
    """
    by_number = root(session, by_local_number(session, hospital_id, identity.local_number))
    by_bsn = root(session, with_bsn(session, hospital_id, identity.bsn))
    if by_number and by_bsn and by_number.id != by_bsn.id:
        return _decided(session, Conflict(ConflictKind.TWO_PATIENTS, "PID-3", by_number.id, identity, other_id=by_bsn.id))
    found = by_number or by_bsn
    kind = _contradiction(session, found, identity) if found else None
    if found and kind:
        return _decided(session, Conflict(kind, "PID", found.id, identity))
    return found


def of_message(session: Session, hospital_id: uuid.UUID, identity: PatientIdentity) -> Patient | None:
    """As `find`, for what a hospital sends: raises Unreadable("waits_for_identity") while somebody must decide about that patient.

    Whoever is found is so until the transaction ends: what would merge this patient, or undo that, waits.
    """
    found = find(session, hospital_id, identity)
    while found is not None and not _stays(session, found, identity):
        found = find(session, hospital_id, identity)
    return None if found is None else undisputed(session, found)


def undisputed(session: Session, patient: Patient) -> Patient:
    """The patient, however it was found. Raises Unreadable("waits_for_identity") while somebody must decide about that patient."""
    if _is_disputed(session, patient):
        raise Unreadable("waits_for_identity", "PID")
    return patient


def _stays(session: Session, found: Patient, told: PatientIdentity) -> bool:
    """Lock the row under which all of this patient stands. False when it, or the way to it, changed before that: then look again."""
    query = select(Patient.merged_into).where(Patient.id == found.id).with_for_update(**HELD)
    row = session.execute(query).one_or_none()
    if row is not None and row.merged_into is None and _is_named(session, found, told):
        return True
    patients.read_again(session)
    again = find(session, found.hospital_id, told)
    return again is not None and again.id == found.id


def _is_named(session: Session, found: Patient, told: PatientIdentity) -> bool:
    """Whether what was told is on the found row itself: then no merge lies between."""
    if told.local_number:
        return told.local_number == found.local_number
    return found.bsn_index == sealer(session).blind(told.bsn, purpose=BSN_PURPOSE)


def _is_disputed(session: Session, patient: Patient) -> bool:
    is_open = select(IdentityConflict.patient_id, IdentityConflict.other_patient_id).where(
        IdentityConflict.holds_up(patient.hospital_id)
    )
    asked = session.execute(is_open).all()
    family = set(families.members(session, patient.id)) if asked else set()  # it may have been merged since it was asked about
    return any(not family.isdisjoint(pair) for pair in asked)


def _decided(session: Session, conflict: Conflict) -> Patient | None:
    """Whom a person said that this is; None = somebody who is not here. Raises the conflict when nobody said so."""
    patient = session.get_one(Patient, conflict.patient_id)
    ruling = rulings.of(session, patient.hospital_id, conflict.told)
    if ruling is None or ruling.decision is Decision.CORRECTED:
        raise conflict
    result = session.get(Patient, ruling.result_patient_id) if ruling.result_patient_id else None
    if ruling.decision is Decision.SAME:
        return root(session, result) or root(session, session.get(Patient, ruling.patient_id))
    return root(session, result)


def said_under(session: Session, hospital_id: uuid.UUID, told: PatientIdentity, number: str) -> Patient | None:
    """Whom a person said that this is, coming under this number of a referral or question; None when nobody said so."""
    ruling = rulings.of(session, hospital_id, told, previous=number) if number else None
    if ruling is None or ruling.decision is not Decision.SAME:
        return None
    result = session.get(Patient, ruling.result_patient_id) if ruling.result_patient_id else None
    return root(session, result) or root(session, session.get(Patient, ruling.patient_id))


_KNOWN = text(
    "SELECT place FROM unnest(CAST(:places AS int[]), CAST(:hospitals AS uuid[]), CAST(:numbers AS text[]), CAST(:bsns AS bytea[]))"
    " AS asked (place, hospital_id, number, bsn)"
    " WHERE EXISTS (SELECT FROM patients p WHERE p.hospital_id = asked.hospital_id AND p.local_number = nullif(asked.number, ''))"
    " OR EXISTS (SELECT FROM patients p WHERE p.hospital_id = asked.hospital_id AND p.bsn_index = nullif(asked.bsn, ''))"
)


def known_among(session: Session, asked: Sequence[tuple[uuid.UUID, PatientIdentity]]) -> set[int]:
    """The places in `asked` of those for whom `find` would find or refuse somebody, in one statement.

    Whatever `find` looks at must be looked at here too: who is not among them is stored as a new patient. What people decided about
    somebody who is not here, `rulings.concern` knows.
    """
    keys = sealer(session)
    values = {
        "places": list(range(len(asked))),
        "hospitals": [hospital_id for hospital_id, _ in asked],
        "numbers": [identity.local_number for _, identity in asked],
        "bsns": [keys.blind(one.bsn, purpose=BSN_PURPOSE) if passes_eleven_test(one.bsn) else b"" for _, one in asked],
    }
    return set(session.scalars(_KNOWN, values))


def home(session: Session, hospital_id: uuid.UUID, identity: PatientIdentity, patient: Patient) -> uuid.UUID | None:
    """The row under which the hospital numbered this patient, when a merge put it under `patient`; None = that very row."""
    row = by_local_number(session, hospital_id, identity.local_number)
    if not identity.local_number and passes_eleven_test(identity.bsn):
        row = families.named_by(session, patient, sealer(session).blind(identity.bsn, purpose=BSN_PURPOSE))
    ruling = rulings.of(session, hospital_id, identity)
    if ruling is not None and ruling.result_patient_id:
        row = session.get(Patient, ruling.result_patient_id)
    own = root(session, row)
    return row.id if row is not None and own is not None and own.id == patient.id and row.id != patient.id else None


def _contradiction(session: Session, patient: Patient, told: PatientIdentity) -> ConflictKind | None:
    if told.bsn and patient.bsn_index and patient.bsn_index != sealer(session).blind(told.bsn, purpose=BSN_PURPOSE):
        return ConflictKind.OTHER_BSN
    if told.local_number and patient.local_number and told.local_number != patient.local_number:
        row = root(session, by_local_number(session, patient.hospital_id, told.local_number))
        if row is None or row.id != patient.id:
            return ConflictKind.OTHER_NUMBER
    if differs_in_name_and_birth(session, patient, told):
        return ConflictKind.NAME_AND_BIRTH
    return ConflictKind.NAME_ALONE if _has_only_another_name(session, patient, told) else None


def _has_only_another_name(session: Session, patient: Patient, told: PatientIdentity) -> bool:
    """Quite another surname, and only a number, which may be mistyped, says who it is. Who marries keeps a birth date."""
    is_born_then = told.birth_on is not None and told.birth_on == patient.birth_on
    return are_unlike(told.name.family, patient.family) and not is_born_then and not _has_bsn_of(session, patient, told)


def speaks_against(session: Session, patient: Patient, told: PatientIdentity) -> bool:
    """Whether BSN, or name and birth date, say that these are two people; whatever their numbers."""
    other_bsn = told.bsn and patient.bsn_index and patient.bsn_index != sealer(session).blind(told.bsn, purpose=BSN_PURPOSE)
    return bool(other_bsn) or differs_in_name_and_birth(session, patient, told)


def differs_in_name_and_birth(session: Session, patient: Patient, told: PatientIdentity) -> bool:
    """Both at once. A number of another issuer is no number of ours: then likeness must be shown, not only no difference."""
    other_birth = bool(told.birth_on and patient.birth_on and told.birth_on != patient.birth_on)
    other_name = bool(told.name.family and patient.family and told.name.family.casefold() != patient.family.casefold())
    if other_birth and other_name:
        return True
    issuers = {told.local_authority.casefold(), patient.local_authority.casefold()} - {""}
    is_foreign = told.local_number != "" and told.local_number == patient.local_number and len(issuers) == 2
    return is_foreign and not is_alike(patient, told) and (other_birth or other_name or not _has_bsn_of(session, patient, told))


def _has_bsn_of(session: Session, patient: Patient, told: PatientIdentity) -> bool:
    is_real = passes_eleven_test(told.bsn)
    return is_real and patient.bsn_index == sealer(session).blind(told.bsn, purpose=BSN_PURPOSE)


def is_alike(patient: Patient, told: PatientIdentity) -> bool:
    """Surname and birth date are both there and both equal: enough for the same referral told again, never for finding somebody."""
    same_name = bool(told.name.family) and told.name.family.casefold() == patient.family.casefold()
    return same_name and told.birth_on is not None and told.birth_on == patient.birth_on
