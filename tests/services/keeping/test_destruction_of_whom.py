"""Of whom and by whom: a request is about the own hospital's patient and a case of that patient, and its lines in the log say so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.destruction import Ground
from mdo_portal.domain.patient import Patient
from mdo_portal.errors import NotFound
from mdo_portal.services.keeping import destroy_requests
from tests.people import Region
from tests.services.destruction import asked, officer
from tests.services.keeping_house import LATELY, NOW, finished


def test_another_hospitals_patient_is_not_there(session: Session, region: Region) -> None:
    patient_id = finished(session, region).patient_id
    elsewhere = replace(region.petra, hospital_id=region.hospitals["DELT"])

    assert destroy_requests.patient_for(session, region.petra, patient_id).id == patient_id
    with pytest.raises(NotFound):
        destroy_requests.patient_for(session, elsewhere, patient_id)


def test_a_case_of_another_patient_is_not_asked_for_in_this_ones_name(session: Session, region: Region) -> None:
    hers, anothers = finished(session, region), finished(session, region)
    patient = session.get_one(Patient, hers.patient_id)

    with pytest.raises(NotFound):
        destroy_requests.ask(session, region.petra, patient, case_id=anothers.id, letter_on=LATELY.date(), reason="", now=NOW)


@pytest.mark.parametrize("judged", ["approved", "refused"])
def test_the_log_says_who_asked_and_who_judged_it_how_of_which_request(session: Session, region: Region, judged: str) -> None:
    judge, request = officer(session, region), asked(session, region, finished(session, region))

    if judged == "approved":
        destroy_requests.approve(session, judge, request.id, now=NOW)
    else:
        destroy_requests.refuse(session, judge, request.id, ground=Ground.LAW, refusal="wet", now=NOW)

    lines = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "destroy_request").order_by(AuditEntry.seq))
    assert [(one.act, one.detail, one.person_name, one.relation, one.object_id, one.patient_id) for one in lines] == [
        ("destroy:request", "asked", "Petra", "own hospital", str(request.id), request.patient_id),
        ("destroy:approve", judged, "Pim", "own hospital", str(request.id), request.patient_id),
    ]


def test_who_judges_holds_the_request_until_it_is_done(session: Session, region: Region) -> None:
    """A colleague who presses the other button at that moment reads that it was judged, and no error."""
    request = asked(session, region, finished(session, region))

    destroy_requests.to_judge(session, officer(session, region), request.id)

    held = session.connection().exec_driver_sql(
        "SELECT count(*) FROM pg_locks WHERE relation = 'destroy_requests'::regclass AND mode = 'RowShareLock' AND pid = pg_backend_pid()"
    )
    assert held.scalar_one() == 1
