"""A case that is destroyed because its patient asked, while somebody else acts on that patient: nobody else's row goes, nobody meets an error."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.errors import Stale
from mdo_portal.services.identity import merges, unmerging
from mdo_portal.services.keeping import destroy_requests
from mdo_portal.services.patients import patients
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.services.keeping_house import finished
from tests.test_dispatch_races import Beside
from tests.web.portal import CSRF, app_on, signed_in

ASKS, OTHER = make.identity("1"), make.identity("2")


@pytest.fixture
def case_id(database: Database, region: Region) -> uuid.UUID:
    """Over, of 1, who goes on as 2."""
    with database.transaction() as session:
        case = finished(session, region, patient=ASKS)
        other = patients.add(session, case.hospital_id, OTHER, now=NOW)
        merges.join(session, other, session.get_one(Patient, case.patient_id), now=NOW)
        return case.id


def asked(session: Session, region: Region, case_id: uuid.UUID) -> uuid.UUID:
    of = session.get_one(Patient, session.get_one(Case, case_id).patient_id)
    return destroy_requests.ask(session, region.aisha, of, case_id=case_id, letter_on=date(2026, 3, 1), reason="", now=NOW).id


def there(database: Database) -> set[str]:
    with database.transaction() as session:
        return set(session.scalars(select(Patient.local_number).where(Patient.local_number.in_(("1", "2")))))


def test_numbers_that_are_taken_apart_meanwhile_leave_nobody_destroyed(
    database: Database, region: Region, case_id: uuid.UUID
) -> None:
    """The row of 2 went, who had no case any more, with an objection; that of 1, whose case it was, stayed."""
    with database.transaction() as session:
        request_id = asked(session, region, case_id)
    beside = Beside(database, lambda session: destroy_requests.approve(session, region.petra, request_id, now=NOW))
    with database.transaction() as session:
        unmerging.undo(session, session.scalars(select(Merge)).one(), now=NOW, person_id=None)
        beside.begin()
    beside.end()

    assert ([type(one) for one in beside.failed], there(database)) == ([Stale], {"1", "2"})
    with database.transaction() as session:
        assert session.get(Case, case_id) is not None


def test_who_breaks_the_glass_meanwhile_opens_what_is_left(database: Database, region: Region, case_id: uuid.UUID) -> None:
    """They read that something went wrong."""
    with database.transaction() as session:
        request_id = asked(session, region, case_id)
        of = session.get_one(Patient, session.get_one(Case, case_id).patient_id)
        left = make.case(session, session.get_one(Hospital, of.hospital_id), patient=patients.identity_of(session, of)).id
    answers = []
    fields = {"csrf_token": CSRF, "hospital_id": str(region.hospitals["ZEED"]), "number": "2", "birth_on": "01-01-1960"}
    with app_on(database) as app:
        carla = signed_in(app, database, region, "Carla")
        looks = Beside(
            database,
            lambda _: answers.append(carla.post("/glass", data=fields | {"reason": "De patiënt ligt op de spoedeisende hulp."})),
        )
        with database.transaction() as session:
            destroy_requests.approve(session, region.petra, request_id, now=NOW)
            looks.begin()
        looks.end()

    [answer] = answers
    assert (looks.failed, answer.status_code, answer.location.rpartition("/")[2]) == ([], 303, str(left))
