"""Messages about somebody who does not fit, and how a person answers who that is."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.services.patients import deciding
from tests import make
from tests.make import BSN, NOW, OTHER_BSN
from tests.test_reception import rows, understand_all

STRANGER = "Zomaar Iemand"


def referral(number: str, *, patient: str = "1", **over: str) -> bytes:
    return make.hl7_referral(f"M{number}", patient=patient, referral_number=f"VW-{number}", **over)


def born(raw: bytes, day: str) -> bytes:
    return raw.replace(b"|19600101|", f"|{day}|".encode())


def merge(control_id: str, kept: str, gone: str, *, bsn: str = "") -> bytes:
    raw = make.hl7_change(control_id, patient=kept).replace(b"ADT^A08^ADT_A01", b"ADT^A40^ADT_A39")
    more = f"~{bsn}^^^NLMINBIZA^NNNLD".encode() if bsn else b""
    return raw.replace(b"^PI||", b"^PI" + more + b"||", 1) + f"MRG|{gone}^^^ZEED^PI\r".encode()


def states(database: Database) -> list[str]:
    return [row.reason or row.state.value for row in rows(database)]


def opened(database: Database) -> list[IdentityConflict]:
    with database.transaction() as session:
        query = select(IdentityConflict).where(IdentityConflict.closed_at.is_(None)).order_by(IdentityConflict.opened_at)
        return list(session.scalars(query))


def decide(database: Database, decision: Decision, *, number: str = "", bsn: str = "", reason: str = "gebeld") -> uuid.UUID:
    with database.transaction() as session:
        conflict = session.scalars(select(IdentityConflict).where(IdentityConflict.decided_at.is_(None))).first()
        assert conflict is not None
        deciding.decide(session, conflict, decision, reason=reason, person_id=uuid.uuid4(), now=NOW, number=number, bsn=bsn)
        chosen = conflict.id
    understand_all(database)
    return chosen


def take_back(database: Database, conflict_id: uuid.UUID) -> None:
    with database.transaction() as session:
        conflict = session.get_one(IdentityConflict, conflict_id)
        deciding.ask_back(session, conflict, person_id=uuid.uuid4(), now=NOW)
    understand_all(database)


def people(database: Database) -> dict[str, set[str]]:
    """Family name of each patient at ZEED who has cases -> their referral numbers."""
    found: dict[str, set[str]] = {}
    with database.transaction() as session:
        query = select(Patient.family, Case.referral_number).join(Case, Case.patient_id == Patient.id)
        for family, number in session.execute(query.where(Case.referral_number.regexp_match("^VW-[1-9]"))):
            found.setdefault(family, set()).add(number)
    return found


CONFLICTS: dict[ConflictKind, list[bytes]] = {
    ConflictKind.OTHER_BSN: [referral("1", bsn=BSN), referral("2", bsn=OTHER_BSN)],
    ConflictKind.OTHER_NUMBER: [referral("1", bsn=BSN), referral("2", patient="2", bsn=BSN)],
    ConflictKind.NAME_AND_BIRTH: [referral("1"), born(referral("2", family=STRANGER), "19701231")],
    ConflictKind.NAME_ALONE: [referral("1"), born(referral("2", family=STRANGER), "")],
    ConflictKind.TWO_PATIENTS: [referral("1"), referral("1b", patient="2", bsn=BSN), referral("2", bsn=BSN)],
    ConflictKind.REFERRAL_NUMBER: [referral("1"), referral("2", patient="2").replace(b"VW-2", b"VW-1")],
    ConflictKind.MERGE: [referral("1"), referral("1b", patient="2"), merge("M2", "1", "2")],
    ConflictKind.MERGE_UNLIKE: [referral("1", bsn=BSN), merge("M2", "1", "2", bsn=OTHER_BSN)],
}
