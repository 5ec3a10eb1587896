"""The access log: in the transaction of what it describes, with who, what, of whom and why that was allowed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import Stale
from mdo_portal.services.access_log import audit, audit_lines
from mdo_portal.services.access_log.audit import AuditIncomplete
from mdo_portal.services.access_log.audit_lines import Wanted
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

    rows = audit_lines.page(session, zeed.id, Wanted())

    assert {row.person_name for row in rows} == {"Aisha", "Dirk", "MDO-portaal"}
    assert "K-1" not in {row.patient_number for row in rows}


def test_another_hospitals_patient_has_no_number_in_ones_own_log(session: Session, region: Region) -> None:
    """DELT's privacy officer reads that Aisha looked at a case of ZEED, not at whose."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("Z-1"))
    audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=case)

    (row,) = [one for one in audit_lines.page(session, region.hospitals["DELT"], Wanted()) if one.act == "case:read"]

    assert (row.person_name, row.patient_number) == ("Aisha", None)


# What is missing (NEN 7513, security.md G7)

#: column -> values that say nothing
GAPS: dict[str, list[object]] = {
    "act": [""],
    "action_code": ["", "X", "read"],
    "event_code": [""],
    "outcome": [1, -1, 99],
    "person_name": [""],
    "person_id": [None],
    "acting_hospital_id": [None],
    "responsible_person_id": [None],
    "roles": [""],
    "purpose": [""],
    "relation": [""],
    "policy": [""],
    "network_type": [0, 9],
    "client_address": [""],
    "object_type": [""],
    "object_class": [0, 5],
    "object_role": [0, 25],
    "object_id_type": [""],
    "object_id": [""],
    "life_cycle": [0, 16],
    "sensitivity": ["", "S"],
    "patient_id": [None],
    "hospital_id": [None],
    "basis": [""],
    "emergency": [True],
    "hits": [-1],
    "source_site": [""],
    "source_id": [""],
    "source_type": [0],
    "trace_id": [""],
    "at": [None],
    "event_id": [None],
}


def a_line(session: Session, region: Region) -> dict[str, object]:
    """A whole line about a case, as it was stored, ready to be stored again."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    audit.record(session, region.aisha, Act.CASE_READ, now=NOW, case=case, relation=Relation.BOARD)
    columns = AuditEntry.__table__.columns
    row = session.execute(select(*columns).order_by(AuditEntry.seq.desc()).limit(1)).mappings().one()
    return {str(name): value for name, value in row.items() if name != "seq"}


def test_the_table_itself_refuses_every_gap(session: Session, region: Region) -> None:
    """Whoever goes around `record` meets the table's own checks."""
    whole = a_line(session, region)
    session.execute(insert(AuditEntry).values(**whole))
    stored = []
    for column, values in GAPS.items():
        for value in values:
            try:
                with session.begin_nested():
                    session.execute(insert(AuditEntry).values(**(whole | {column: value})))
                stored.append((column, value))
            except IntegrityError:
                continue

    assert stored == []
    free = {"alternate_id", "sign_in_method", "is_requestor", "reason", "case_id", "categories", "detail", "seq"}
    assert set(AuditEntry.__table__.columns.keys()) - free == set(GAPS), "a column that may be empty says so here"


@pytest.mark.parametrize("gap", [{"name": ""}, {"hospital_id": None}, {"person_id": None}])
def test_a_line_with_a_gap_is_refused_before_it_is_written(session: Session, region: Region, gap: dict[str, object]) -> None:
    nobody = replace(region.aisha, **gap)  # type: ignore[arg-type]
    before = lines(session)

    with pytest.raises(AuditIncomplete):
        audit.record(session, nobody, Act.WORKLIST_READ, now=NOW)
    assert lines(session) == before


def test_breaking_the_glass_is_an_emergency_and_needs_its_reason(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    with pytest.raises(AuditIncomplete):
        audit.record(session, region.carla, Act.GLASS_BREAK, now=NOW, case=case)

    audit.record(session, region.carla, Act.GLASS_BREAK, now=NOW, case=case, reason="SEH")

    line = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert line is not None and (line.emergency, line.reason, line.sensitivity) == (True, "SEH", "V")


def test_the_policy_rule_and_the_source_stand_in_the_line(session: Session, region: Region) -> None:
    line = a_line(session, region)

    assert (line["policy"], line["event_code"], line["object_id_type"]) == ("case:read/board", "110110", "uuid")
    assert (line["source_site"], line["source_type"], line["network_type"]) == ("DELT", 3, 2)


def test_a_person_without_any_role_is_logged_as_that(session: Session, region: Region) -> None:
    nobody = Viewer(region.aisha.person_id, "Aisha", region.aisha.hospital_id)
    audit.refused(session, nobody, Act.CASE_READ, now=NOW)

    line = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert line is not None and (line.roles, line.outcome, line.relation) == ("none", 4, "none")


def test_a_privacy_officer_chooses_among_who_may_look_or_tried(session: Session, region: Region) -> None:
    """The list held everybody of every board of the region, by name."""

    def offered() -> set[str]:
        return {name for _, name in audit_lines.people_of(session, region.hospitals["ZEED"])}

    assert offered() == {"Dirk", "Lars", "Petra", "Aisha", "Bram", "Bilal", "Mila"}

    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    audit.record(session, region.carla, Act.CASE_READ, now=NOW, case=case, outcome=4)

    assert "Carla" in offered()
