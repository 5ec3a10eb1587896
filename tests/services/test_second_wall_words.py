"""What PostgreSQL lets a web process write: not what others sent or asked, nothing in another's name, and no way round the two persons."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mdo_portal.database import Database
from mdo_portal.services.people import sessions
from tests.people import Region, person_id
from tests.services.keeping_house import LATELY, finished, is_there
from tests.services.wall_house import signed_as, walls

__all__ = ["walls"]


@pytest.mark.parametrize(
    "setting",
    [
        "case_documents SET content_sealed = ''",
        "case_documents SET case_id = case_id",
        "case_facts SET text = 'x'",
        "inbound_messages SET raw_sealed = ''",
        "inbound_messages SET received_at = now()",
        "information_requests SET text = 'x'",
        "deliveries SET letter_sealed = ''",
        "deliveries SET recipient_name = 'x'",
        "case_grants SET ends_at = now() + interval '1 year'",
        "legal_holds SET set_by = set_by",
        "destroy_requests SET requested_by = requested_by",
    ],
)
def test_what_others_sent_or_asked_is_changed_by_no_statement(
    walls: tuple[Database, Database], region: Region, setting: str
) -> None:
    house, web = walls
    key = sessions.hash_key(signed_as(house, region, "Dirk"))
    with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
        session.execute(text(f"UPDATE {setting}"))


def test_a_term_is_changed_by_an_administrator_and_in_the_own_name(walls: tuple[Database, Database], region: Region) -> None:
    """Any statement could make it a month: the worker would have destroyed a year of cases that night."""
    house, web = walls
    shorter = text("UPDATE retention_rules SET amount = 1, changed_by = :who WHERE kind = 'case'")
    with web.transaction(entering=sessions.hash_key(signed_as(house, region, "Dirk"))) as session:
        assert session.execute(shorter, {"who": person_id("Dirk")}).rowcount == 0
    admin = sessions.hash_key(signed_as(house, region, "Ada"))
    with pytest.raises(ProgrammingError, match="row-level security"), web.transaction(entering=admin) as session:
        session.execute(shorter, {"who": person_id("Dirk")})
    with web.transaction(entering=admin) as session:
        assert session.execute(shorter, {"who": person_id("Ada")}).rowcount == 1


FORGED = """
INSERT INTO destroy_requests (id, hospital_id, patient_id, patient_ids, case_id, letter_on, reason, requested_by, requested_at, due_on,
    approved_by, approved_at, refusal, counts, document_count, documents_hash)
SELECT gen_random_uuid(), hospital_id, patient_id, ARRAY[patient_id], id, current_date, '', :asked_by, now(), current_date,
    :approved_by, :approved_at, '', '{}', 0, '' FROM cases WHERE id = :case
"""


def test_one_person_alone_destroys_nothing_by_any_statement(walls: tuple[Database, Database], region: Region) -> None:
    """Who treats could write a request of one colleague that another had approved, and destroy by it; or make the case old."""
    house, web = walls
    with house.transaction() as session:
        case = finished(session, region, at=LATELY)
        case_id, hospital_id = case.id, case.hospital_id
    me, other, officer = (person_id(name) for name in ("Dirk", "Aisha", "Petra"))
    assert region.hospitals["ZEED"] == hospital_id
    key = sessions.hash_key(signed_as(house, region, "Dirk"))

    for asked_by, approved_by in ((other, officer), (me, officer), (other, None)):
        values = {
            "asked_by": asked_by,
            "approved_by": approved_by,
            "approved_at": LATELY if approved_by else None,
            "case": case_id,
        }
        with pytest.raises(ProgrammingError, match="row-level security"), web.transaction(entering=key) as session:
            session.execute(text(FORGED), values)
    with web.transaction(entering=key) as session:
        session.execute(text(FORGED), {"asked_by": me, "approved_by": None, "approved_at": None, "case": case_id})
        judged = session.execute(
            text("UPDATE destroy_requests SET approved_by = :officer, approved_at = now()"), {"officer": officer}
        )
        assert judged.rowcount == 0
        session.execute(text("UPDATE cases SET state_since = '2001-01-01' WHERE id = :case"), {"case": case_id})
        assert session.scalar(text("SELECT destroy_asked(:case, NULL, '{}')"), {"case": case_id}) is None
    with pytest.raises(ProgrammingError, match="permission denied"), web.transaction(entering=key) as session:
        session.execute(text("SELECT destroy_case(:case)"), {"case": case_id})
    with house.transaction() as session:
        assert session.scalar(text("SELECT state_since > '2001-01-02' FROM cases WHERE id = :case"), {"case": case_id})
        assert is_there(session, case_id)
