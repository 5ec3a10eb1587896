"""Whose a referral is, is settled before it is read once more: an objection made since, and somebody with another number, stop it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseEvent, CaseState
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import PersonName, Unreadable
from mdo_portal.services.identity import objections
from mdo_portal.services.patients import patients
from tests import make
from tests.make import BSN, NOW
from tests.people import Region
from tests.services.inbox.test_rereading import DAY, HOUR, Desk


def events(desk: Desk) -> int:
    return len(desk.session.scalars(select(CaseEvent.id).where(CaseEvent.case_id == desk.case.id)).all())


def test_nothing_is_read_into_a_case_whose_patient_objects_since(session: Session, region: Region) -> None:
    """Its decision is being written: it is still open, and was not taken off an agenda."""
    desk = Desk(session, region)
    desk.case.state = CaseState.DISCUSSED
    objections.shut(session, desk.case, reason=objections.MERGED, now=NOW + HOUR, person_id=None)
    before = events(desk), desk.present()

    with pytest.raises(Unreadable) as refused:
        desk.again(facts=())

    assert (refused.value.reason, events(desk), desk.present()) == ("objection", *before)


def test_a_bsn_that_is_read_now_and_is_of_a_twin_does_not_change_who_it_is_about(session: Session, region: Region) -> None:
    """The same name, the same day: nothing but the BSN says that these are two, and the case's own patient has none here."""
    twin = make.identity("77", bsn=BSN)
    unnumbered = replace(twin, local_number="", local_authority="", bsn="")
    desk = Desk(session, region, patient=unnumbered)
    patients.add(session, desk.zeed.id, twin, now=NOW)

    with pytest.raises(Unreadable) as refused:
        desk.again(patient=replace(unnumbered, bsn=BSN))

    assert refused.value.reason == "again_other_patient"
    assert session.get_one(Patient, desk.case.patient_id).bsn_tail == ""


def test_what_the_hospital_told_of_the_patient_in_a_supplement_since_stays(session: Session, region: Region) -> None:
    desk = Desk(session, region)
    desk.supplement(patient=make.identity("4711", name=PersonName("de Nieuwe")))

    desk.again(at=NOW + DAY, patient=make.identity("4711", name=PersonName("de Oude")))

    patient = session.get_one(Patient, desk.case.patient_id)
    assert patient.family == "de Nieuwe"
