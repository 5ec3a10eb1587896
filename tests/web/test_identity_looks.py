"""Who looked at a patient also tells who read a question about who somebody is, and who opened a message as it came."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Role
from mdo_portal.services.access_log import audit_patient
from mdo_portal.services.identity import merges
from tests import make
from tests.make import NOW, hl7_change
from tests.test_reception import hand_in, understand_all
from tests.web.identity_house import House, house
from tests.web.portal import CSRF, signed_in

__all__ = ["house"]

WHY = "nagaan bij wie dit bericht hoort"


def acts_about(house: House, *numbers: str) -> list[str]:
    """What the overview for the patient with one of these numbers tells of people."""
    with house.database.transaction() as session:
        ids = list(session.scalars(select(Patient.id).where(Patient.local_number.in_(numbers))))
        return [row.act for row in audit_patient.who_looked(session, ids) if row.roles != "system"]


def message_ids(house: House) -> list[uuid.UUID]:
    with house.database.transaction() as session:
        return list(session.scalars(select(InboundMessage.id).order_by(InboundMessage.seq)))


def opens(house: House, message_id: uuid.UUID) -> None:
    answer = house.person(Role.ADMINISTRATOR).post(f"/inbox/{message_id}/raw", data={"csrf_token": CSRF, "reason": WHY})
    assert answer.status_code == 200


def test_reading_and_deciding_stand_with_the_patient_who_is_shown(house: House) -> None:
    client = house.person(Role.LINK_MANAGER)

    client.get(f"/identities/{house.conflict_id}")
    house.decide(client, "same")

    assert acts_about(house, "1") == ["identity:read", "identity:decide"]


def test_of_two_patients_side_by_side_it_stands_with_both(house: House) -> None:
    with house.database.transaction() as session:
        conflict = session.get_one(IdentityConflict, house.conflict_id)
        made = make.case(session, session.get_one(Hospital, conflict.hospital_id), patient=make.identity("8"))
        conflict.other_patient_id = made.patient_id

    house.person(Role.SPECIALIST).get(f"/identities/{house.conflict_id}")

    assert acts_about(house, "1") == acts_about(house, "8") == ["identity:read"]


def test_a_message_opened_as_it_came_stands_with_the_patient_of_its_case(house: House) -> None:
    opens(house, message_ids(house)[0])

    assert acts_about(house, "1") == ["inbox:raw"]
    with house.database.transaction() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.act == "inbox:raw")).one()
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        assert (line.case_id, line.hospital_id, line.basis) == (case.id, case.hospital_id, case.basis.value)


def test_one_that_waits_for_a_person_stands_with_the_patient_it_does_not_fit(house: House) -> None:
    opens(house, message_ids(house)[1])

    assert acts_about(house, "1") == ["inbox:raw"]


def test_one_that_waits_behind_it_stands_with_the_patient_of_the_same_number(house: House) -> None:
    hand_in(house.database, house.region, hl7_change("M9", patient="1"), now=NOW)
    understand_all(house.database, now=NOW)

    opens(house, message_ids(house)[2])

    assert acts_about(house, "1") == ["inbox:raw"]


def test_undoing_a_merge_stands_with_the_patient(house: House) -> None:
    with house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        other = make.case(session, session.get_one(Hospital, case.hospital_id), patient=make.identity("8"))
        merge = merges.join(
            session, session.get_one(Patient, case.patient_id), session.get_one(Patient, other.patient_id), now=NOW
        )
        assert merge is not None
        merge_id = merge.id

    house.person(Role.CASE_MANAGER).post(f"/identities/merges/{merge_id}/undo", data={"csrf_token": CSRF})

    assert acts_about(house, "1") == acts_about(house, "8") == ["identity:decide"]


def test_of_a_merged_number_the_overview_tells_all_of_the_person(house: House) -> None:
    """Asked under the number of before, it tells what was done under the number that went on, and the other way round."""
    with house.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
        other = make.case(session, session.get_one(Hospital, case.hospital_id), patient=make.identity("8"))
        mine, its = session.get_one(Patient, case.patient_id), session.get_one(Patient, other.patient_id)
        merges.join(session, its, mine, now=NOW)
    house.person(Role.SPECIALIST).get(f"/cases/{case.id}")

    petra = signed_in(house.app, house.database, house.region, "Petra")
    for number in ("1", "8"):
        page = petra.post("/log/patient", data={"csrf_token": CSRF, "number": number}).text
        assert "Bekeek uw gegevens" in page, number
