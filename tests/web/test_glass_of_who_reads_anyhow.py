"""Breaking the glass is for a patient whom one may not read: who may already is led to the case, and nothing says that somebody looked in."""

from __future__ import annotations

import html
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseEvent
from mdo_portal.domain.grant import CaseGrant
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.services.patients import patients
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

REASON = "Ligt nu bij ons op de spoedeisende hulp."


class Opened(NamedTuple):
    """Where somebody is led, what they read there, and what stays of it: cases with a grant, cases that tell of it, cases of which the log
    says that they were opened, lines as an emergency.
    """

    led_to: str
    page: str
    granted: set[uuid.UUID]
    told: set[uuid.UUID]
    logged: set[uuid.UUID]
    emergencies: int


@pytest.fixture
def case_id(database: Database, region: Region) -> uuid.UUID:
    """A case of ZEED on the agenda of Uro-prostaat."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        patient = make.identity("4711", birth_on=date(1950, 1, 2))
        case = make.case(
            session,
            session.get_one(Hospital, region.hospitals["ZEED"]),
            now=now,
            board_id=region.boards["URO-P"],
            patient=patient,
        )
        make.planned(session, case, meeting, viewer=region.aisha, now=now)
        return case.id


def another_case(database: Database, region: Region, case_id: uuid.UUID) -> uuid.UUID:
    """One of the same patient, for Lage GI."""
    with database.transaction() as session:
        of = session.scalars(select(Patient).where(Patient.local_number == "4711")).one()
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        return make.case(session, zeed, board_id=region.boards["GI"], patient=patients.identity_of(session, of)).id


def broken_by(name: str, database: Database, region: Region) -> Opened:
    fields = {"csrf_token": CSRF, "hospital_id": str(region.hospitals["ZEED"]), "number": "4711", "birth_on": "02-01-1950"}
    with app_on(database) as app:
        who = signed_in(app, database, region, name)
        answer = who.post("/glass", data=fields | {"reason": REASON})
        page = html.unescape(who.get(answer.headers["Location"]).text)
    with database.transaction() as session:
        granted = set(session.scalars(select(CaseGrant.case_id)))
        told = set(session.scalars(select(CaseEvent.case_id).where(CaseEvent.what == "glass.broken")))
        logged = set(
            session.scalars(select(AuditEntry.case_id).where(AuditEntry.act == Act.GLASS_BREAK, AuditEntry.outcome == 0))
        )
        lines = session.scalar(select(func.count()).where(AuditEntry.emergency)) or 0
    return Opened(answer.headers["Location"].rpartition("/")[2], page, granted, told, {one for one in logged if one}, lines)


@pytest.mark.parametrize("name", ["Bram", "Mila", "Dirk"])
def test_who_may_read_the_case_is_led_to_it_and_nobody_is_told_that_an_outsider_looked(
    database: Database, region: Region, case_id: uuid.UUID, name: str
) -> None:
    """The chair of the board stood in the timeline as somebody from outside the board, and the privacy officer had it to judge."""
    found = broken_by(name, database, region)

    assert found.led_to == str(case_id) and "U mag deze casus al lezen." in found.page and "Noodinzage tot" not in found.page
    assert (found.granted, found.told, found.logged, found.emergencies) == (set(), set(), set(), 0)


def test_of_several_cases_only_what_they_could_not_read_is_told_as_an_emergency_and_all_that_was_opened_is_in_the_log(
    database: Database, region: Region, case_id: uuid.UUID
) -> None:
    """Who may read one of them today may have no more than the open glass left of it within the hour."""
    other = another_case(database, region, case_id)

    found = broken_by("Bram", database, region)

    assert found.led_to == str(other) and "Noodinzage tot" in found.page and found.told == {other}
    assert found.logged == found.granted == {case_id, other}


def test_who_has_nothing_to_do_with_the_case_breaks_it_also_twice(database: Database, region: Region, case_id: uuid.UUID) -> None:
    first, again = (broken_by("Carla", database, region) for _ in range(2))

    assert first.led_to == again.led_to == str(case_id) and "Noodinzage tot" in first.page and "Noodinzage tot" in again.page
    assert first.told == {case_id} and again.emergencies > first.emergencies > 0
