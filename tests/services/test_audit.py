"""The access log: in the transaction of what it describes, with who, what, of whom and why that was allowed."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import Stale
from mdo_portal.services import audit, audit_lines
from tests import make
from tests.make import NOW
from tests.people import Region


def lines(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_a_line_says_who_what_whose_and_why(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))

    audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=case, relation=Relation.BOARD, categories=["case"])

    line = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert line is not None
    assert (line.at, line.act, line.action_code, line.person_name, line.roles) == (NOW, "case:read", "R", "Aisha", "secretary")
    assert (line.hospital_id, line.acting_hospital_id) == (region.hospitals["ZEED"], region.hospitals["DELT"])
    assert (line.patient_id, line.case_id, line.object_type, line.object_id) == (case.patient_id, case.id, "case", str(case.id))
    assert (line.relation, line.basis, line.client_address) == ("board", "referral", "127.0.0.1")


def test_what_is_rolled_back_leaves_no_line(database: Database, region: Region) -> None:
    with database.transaction() as session:
        before = lines(session)

    with suppress(Stale), database.transaction() as session:
        audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW)
        raise Stale()

    with database.transaction() as session:
        assert lines(session) == before


def test_the_session_knows_that_it_was_logged(session: Session, region: Region) -> None:
    audit.record(session, region.aisha, Act.WORKLIST_READ, now=NOW, hits=12)

    assert session.info["audited"] == 1
    session.info["audited"] = 0


def test_the_privacy_officer_sees_what_concerns_the_own_hospital(session: Session, region: Region) -> None:
    zeed, kree = (session.get_one(Hospital, region.hospitals[code]) for code in ("ZEED", "KREE"))
    own = make.case(session, zeed, patient=make.identity("Z-1"))
    audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=own)
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=make.case(session, kree, patient=make.identity("K-1")))
    audit.record(session, region.dirk, Act.WORKLIST_READ, now=NOW, hits=3)

    rows = audit_lines.of_hospital(session, zeed.id)

    assert {row.person_name for row in rows} == {"Aisha", "Dirk", "MDO-portaal"}
    assert "K-1" not in {row.patient_number for row in rows}


def test_another_hospitals_patient_has_no_number_in_ones_own_log(session: Session, region: Region) -> None:
    """DELT's privacy officer reads that Aisha looked at a case of ZEED, not at whose."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("Z-1"))
    audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=case)

    (row,) = [one for one in audit_lines.of_hospital(session, region.hospitals["DELT"]) if one.act == "case:read"]

    assert (row.person_name, row.patient_number) == ("Aisha", None)
