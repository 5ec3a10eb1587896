"""What came from the hospital after a decision is shown, and a person points at it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.errors import NotFound
from mdo_portal.exchange import IncomingAppointment, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import appointments
from mdo_portal.services.follow_up import follow_up_evidence
from mdo_portal.services.follow_up.follow_ups import Answer
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.follow_house import IMAGING, OPERATION, items_of, signed
from tests.services.following import close

# What came since


def appointment(session: Session, region: Region, case: Case, service: str, *, minutes: int) -> None:
    hospital, at = session.get_one(Hospital, region.hospitals["ZEED"]), NOW + timedelta(minutes=minutes)
    patient = make.identity(session.get_one(Patient, case.patient_id).local_number)
    told = IncomingAppointment(patient=patient, number=f"A{minutes}", event="S12", state="booked", service=service, starts_at=at)
    assert appointments.tell(session, told, Source(hospital, at, Wire.HL7V2))


def test_what_came_before_the_decision_is_not_shown_and_what_came_after_closes_nothing_by_itself(
    session: Session, region: Region
) -> None:
    decision = signed(session, region, OPERATION)
    case = session.get_one(Case, decision.case_id)
    appointment(session, region, case, "Intake", minutes=-5)
    appointment(session, region, case, "Opname voor operatie", minutes=5)

    came = follow_up_evidence.since(session, case, decision.signed_at)

    assert [(one.kind, one.text, one.hospital) for one in came] == [("appointment", "Opname voor operatie", "Ziekenhuis ZEED")]
    assert items_of(session, decision)[0].is_open


def test_a_person_points_at_what_came_and_that_stands_with_the_item(session: Session, region: Region) -> None:
    decision = signed(session, region, OPERATION)
    case, (item,) = session.get_one(Case, decision.case_id), items_of(session, decision)
    appointment(session, region, case, "Opname voor operatie", minutes=5)
    (came,) = follow_up_evidence.since(session, case, decision.signed_at)

    close(
        session, region, item, Answer(FollowState.CARRIED_OUT, pointed=follow_up_evidence.pointed(session, item, case, came.key))
    )

    assert (item.evidence_kind, item.evidence_id) == ("appointment", came.id)


def test_nobody_points_at_something_of_another_patient(session: Session, region: Region) -> None:
    decision, other = signed(session, region, OPERATION), signed(session, region, IMAGING)
    appointment(session, region, session.get_one(Case, other.case_id), "PET", minutes=5)
    (came,) = follow_up_evidence.since(session, session.get_one(Case, other.case_id), other.signed_at)

    with pytest.raises(NotFound):
        follow_up_evidence.pointed(session, items_of(session, decision)[0], session.get_one(Case, decision.case_id), came.key)
