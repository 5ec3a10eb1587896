"""My boards in my own calendar: a secret address that opens days, hours and places, and nothing of a patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import BoardMembership, Membership, Person
from mdo_portal.services.meetings import calendars
from tests import make
from tests.people import Region, person_id
from tests.web.portal import CSRF, app_on, signed_in


class House(NamedTuple):
    app: Flask
    database: Database
    region: Region

    def post(self, path: str, name: str = "Aisha") -> TestResponse:
        return signed_in(self.app, self.database, self.region, name).post(path, data={"csrf_token": CSRF})

    def address(self, name: str = "Aisha") -> str:
        """The path of a new address of this person, as the page shows it."""
        found = re.search(r"/calendar/[\w-]{43}\.ics", self.post("/account/calendar", name).text)
        assert found is not None
        return found[0]

    def read(self, address: str) -> TestResponse:
        """As somebody's calendar does: no cookie, no page of ours."""
        return self.app.test_client().get(address, headers={"Accept-Language": "en-US"})

    def event(self, address: str) -> Event:
        (one,) = Calendar.from_ical(self.read(address).data).events
        return one

    def set(self, **values: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Meeting).values(**values))

    @property
    def meeting(self) -> Meeting:
        with self.database.transaction() as session:
            return session.get_one(Meeting, self.region.meeting)


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with database.transaction() as session:
        ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
        session.execute(
            update(Meeting).values(
                starts_at=ahead, series_at=ahead, registration_closes_at=ahead - timedelta(days=1), place="Zaal 3"
            )
        )
    with app_on(database) as app:
        yield House(app, database, region)


def test_my_calendar_shows_when_and_where_my_boards_meet(house: House) -> None:
    answer = house.read(house.address())
    (event,) = Calendar.from_ical(answer.data).events
    meeting = house.meeting

    assert answer.mimetype == "text/calendar" and "no-store" in answer.headers["Cache-Control"]
    assert event["SUMMARY"] == "MDO Uro-prostaat" and event["LOCATION"] == "Zaal 3"
    assert (event.start, event.end) == (meeting.starts_at, meeting.starts_at + timedelta(minutes=meeting.minutes))
    assert str(event["URL"]).endswith(f"/meetings/{meeting.id}") and "Aanmelden kan tot" in event["DESCRIPTION"]


def test_a_meeting_that_moves_is_the_same_one_on_another_day(house: House) -> None:
    address = house.address()
    before = house.event(address)
    house.set(starts_at=house.meeting.starts_at + timedelta(days=1))
    after = house.event(address)
    assert (
        after["UID"] == before["UID"]
        and after.start == before.start + timedelta(days=1)
        and "Verzet; was" in after["DESCRIPTION"]
    )


def test_a_meeting_that_is_called_off_says_so_in_its_title_too_and_takes_no_time(house: House) -> None:
    house.set(state=MeetingState.CALLED_OFF)
    event = house.event(house.address())
    assert (event["SUMMARY"], event["STATUS"], event["TRANSP"]) == ("Vervalt: MDO Uro-prostaat", "CANCELLED", "TRANSPARENT")


def test_nothing_of_a_patient_stands_in_it(house: House) -> None:
    with house.database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, house.region.hospitals["ZEED"]))
        make.planned(session, case, session.get_one(Meeting, house.region.meeting), viewer=house.region.aisha)
        patient = session.get_one(Patient, case.patient_id)
        session.execute(update(Meeting).values(video_url="https://video.example/geheim"))
    body = house.read(house.address()).text
    assert not [word for word in (patient.family, str(case.id), make.BSN, "geheim") if word in body]


def test_a_new_address_ends_the_one_before_and_ending_it_ends_it(house: House) -> None:
    first, second = house.address(), house.address()
    assert (house.read(first).status_code, house.read(second).status_code) == (404, 200)
    house.post("/account/calendar/end")
    assert house.read(second).status_code == 404
    with house.database.transaction() as session:
        lines = list(
            session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "account.changed").order_by(AuditEntry.seq))
        )
    assert lines == ["calendar address made", "calendar address made", "calendar address ended"]


def test_the_address_is_kept_as_a_hash_and_the_page_says_when_it_was_read(house: House) -> None:
    address = house.address()
    house.read(address)
    with house.database.transaction() as session:
        kept = calendars.of_person(session, person_id("Aisha"))
    assert kept is not None and kept.key_hash not in address and kept.fetched_at is not None
    page = signed_in(house.app, house.database, house.region, "Aisha").get("/account").text
    assert "laatst opgehaald" in page and address not in page


def test_who_left_the_board_sees_its_meetings_no_more_and_who_is_shut_out_nothing(house: House) -> None:
    address = house.address()
    with house.database.transaction() as session:
        session.execute(
            update(BoardMembership).where(BoardMembership.person_id == person_id("Aisha")).values(ended_at=datetime.now(UTC))
        )
    assert not Calendar.from_ical(house.read(address).data).events
    with house.database.transaction() as session:
        session.execute(update(Person).where(Person.id == person_id("Aisha")).values(disabled_at=datetime.now(UTC)))
    assert house.read(address).status_code == 404


def test_who_works_at_no_hospital_any_more_reads_nothing_though_a_role_on_a_board_was_forgotten(house: House) -> None:
    address = house.address()
    with house.database.transaction() as session:
        session.execute(update(Membership).where(Membership.person_id == person_id("Aisha")).values(ended_at=datetime.now(UTC)))
    assert house.read(address).status_code == 404


@pytest.mark.parametrize("key", ["x", "A" * 43, "%00", "..%2F..%2Fetc"])
def test_an_address_that_is_nobodys_is_not_there(house: House, key: str) -> None:
    assert house.read(f"/calendar/{key}.ics").status_code in (400, 404)


def test_the_address_opens_nothing_else(house: House) -> None:
    client = house.app.test_client()
    client.get(house.address())
    assert {client.get(path).status_code for path in ("/meetings", f"/meetings/{house.region.meeting}")} == {302}
