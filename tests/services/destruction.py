"""A request to destroy, and looking for what it left anywhere."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import LargeBinary, select, text
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import DestroyRequest
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.domain.tables import metadata
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common.sealed import row_of
from mdo_portal.services.keeping import destroy_requests
from mdo_portal.services.keeping.keys import SEALED
from mdo_portal.services.referrals import drafts
from tests import make
from tests.people import Region
from tests.services.keeping.test_retention import LATELY, NOW

PURPOSES = {
    ("patients", "bsn_sealed"): "patient.bsn",
    ("inbound_messages", "raw_sealed"): "inbound.raw",
    ("case_documents", "content_sealed"): "document.content",
    ("drafts", "fields_sealed"): drafts.PURPOSE,
}


def officer(session: Session, region: Region, name: str = "Pim") -> Viewer:
    """One more privacy officer of ZEED."""
    person = Person(name=name, email=f"{name.lower()}@example.nl")
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, hospital_id=region.hospitals["ZEED"], role=Role.PRIVACY_OFFICER))
    session.flush()
    return replace(region.petra, person_id=person.id, name=name)


def asked(session: Session, region: Region, case: Case, *, only_case: bool = False) -> DestroyRequest:
    patient = session.get_one(Patient, case.patient_id)
    only = case.id if only_case else None
    return destroy_requests.ask(session, region.petra, patient, case_id=only, letter_on=LATELY.date(), reason="brief", now=NOW)


def found_in(session: Session, word: str) -> list[str]:
    """Where this word stands: table.column of every row, sealed values opened."""
    found = []
    keys = make.sealer()
    bound = {(place.table.name, place.column): place.bound_by for place in SEALED}
    for name, table in metadata.tables.items():
        for row in session.execute(select(table)).mappings():
            for column, value in row.items():
                sealed = isinstance(table.c[column].type, LargeBinary) and bool(value)
                purpose = PURPOSES.get((name, column))
                of_row = [row[one] for one in bound.get((name, column), ())]
                words = (
                    keys.open(value, purpose=purpose, row=row_of(name, *of_row) if of_row else "")
                    if sealed and purpose
                    else value
                )
                if word in (words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)):
                    found.append(f"{name}.{column}")
    return found


def ids_of(session: Session, case: Case) -> set[str]:
    """Every id that the case and what hangs on it have."""
    found = {str(case.id), str(case.patient_id)}
    for table, own in {"rounds": "id", "decisions": "id", "deliveries": "id", "case_facts": "id", "case_documents": "id"}.items():
        found |= {
            str(one) for one in session.scalars(text(f"SELECT {own} FROM {table} WHERE case_id = :id").bindparams(id=case.id))
        }
    notes = "SELECT n.id FROM notes n JOIN rounds r ON r.id = n.round_id WHERE r.case_id = :id"
    return found | {str(one) for one in session.scalars(text(notes).bindparams(id=case.id))}


#: who may still name a destroyed id: the log, the proof, and a hold that was lifted
MAY_REMEMBER = {"audit_entries", "tombstones", "destroy_requests", "legal_holds"}


def left_behind(session: Session, ids: set[str]) -> list[str]:
    """Columns in which a destroyed id still stands, foreign key or not."""
    left = []
    for name, table in metadata.tables.items():
        if name not in MAY_REMEMBER:
            for row in session.execute(select(table)).mappings():
                left += [f"{name}.{column}" for column, value in row.items() if str(value) in ids]
    return left
