"""Appointments join a patient who has a case: booked, moved, cancelled, under whichever of their numbers, and never an older word."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.told import Appointment
from mdo_portal.exchange import IncomingAppointment, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import appointments
from mdo_portal.services.patients.rulings import Conflict
from tests import make
from tests.make import NOW

LATER = NOW + timedelta(hours=1)
WHO = make.identity("1")


@pytest.fixture
def case(session: Session, zeed: Hospital) -> Case:
    return make.case(session, zeed, patient=WHO)


def events_of(session: Session, case: Case) -> list[str]:
    return list(session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))[1:]


def booked(state: str = "booked", *, hour: int = 10, **over: Any) -> IncomingAppointment:
    values = {"patient": WHO, "number": "F9", "state": state, "event": "S12", "starts_at": datetime(2026, 3, 4, hour, tzinfo=UTC)}
    return IncomingAppointment(**(values | over))


def plan(session: Session, zeed: Hospital, told: IncomingAppointment, *, at: datetime = NOW) -> Case | None:
    found = appointments.tell(session, told, Source(zeed, at, Wire.HL7V2, uuid.uuid4()))
    session.flush()
    return found


def test_an_appointment_is_booked_moved_and_cancelled_and_all_of_it_shows(session: Session, zeed: Hospital, case: Case) -> None:
    for told in (booked(), booked(hour=14), booked("cancelled", hour=14, reason="ziek")):
        plan(session, zeed, told)
    (one,) = session.scalars(select(Appointment))
    assert (one.state, one.reason) == ("cancelled", "ziek")
    assert one.moved_from == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert events_of(session, case) == ["appointment.booked", "appointment.moved", "appointment.cancelled"]


def test_an_older_word_on_an_appointment_changes_nothing(session: Session, zeed: Hospital, case: Case) -> None:
    plan(session, zeed, booked("cancelled", sent_at=NOW), at=NOW)
    plan(session, zeed, booked(sent_at=NOW - timedelta(minutes=5)), at=LATER)
    assert session.scalars(select(Appointment.state)).all() == ["cancelled"]


def test_an_appointment_moved_without_an_end_has_none(session: Session, zeed: Hospital, case: Case) -> None:
    plan(session, zeed, booked(ends_at=datetime(2026, 3, 4, 10, 30, tzinfo=UTC)))
    plan(session, zeed, booked(hour=14))
    assert session.scalars(select(Appointment.ends_at)).all() == [None]


def test_an_appointment_told_again_at_the_same_time_keeps_its_end(session: Session, zeed: Hospital, case: Case) -> None:
    end = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
    plan(session, zeed, booked(ends_at=end))
    plan(session, zeed, booked(place="poli 2"))
    assert session.scalars(select(Appointment.ends_at)).all() == [end]


def test_an_appointment_that_gets_a_number_of_the_agenda_goes_on_under_it(session: Session, zeed: Hospital, case: Case) -> None:
    plan(session, zeed, booked(number="PL7"))
    plan(session, zeed, booked("cancelled", number="FI9", other_numbers=("PL7",)))
    assert [(one.number, one.state) for one in session.scalars(select(Appointment))] == [("FI9", "cancelled")]


def test_the_number_of_who_asked_never_finds_another_patients_appointment(session: Session, zeed: Hospital, case: Case) -> None:
    make.case(session, zeed, patient=make.identity("2"))
    plan(session, zeed, booked(number="PL7"))
    plan(session, zeed, booked("cancelled", number="FI9", other_numbers=("PL7",), patient=make.identity("2")))
    found = session.scalars(select(Appointment).order_by(Appointment.number))
    assert [(one.number, one.state) for one in found] == [("FI9", "cancelled"), ("PL7", "booked")]


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))])
def test_a_moment_that_cannot_be_true_is_no_moment(session: Session, zeed: Hospital, case: Case, at: datetime) -> None:
    plan(session, zeed, booked(starts_at=at, ends_at=at, sent_at=at))
    session.expire_all()
    one = session.scalars(select(Appointment)).one()
    assert (one.starts_at, one.ends_at, one.told_at) == (None, None, NOW)


def test_a_stranger_gets_no_appointment(session: Session, zeed: Hospital) -> None:
    assert plan(session, zeed, booked(patient=make.identity("404"))) is None
    assert session.scalars(select(Appointment)).all() == []


def test_an_appointment_that_is_somebody_elses_goes_to_a_person(session: Session, zeed: Hospital, case: Case) -> None:
    make.case(session, zeed, patient=make.identity("2"))
    plan(session, zeed, booked())
    with pytest.raises(Conflict):
        plan(session, zeed, booked(patient=make.identity("2")))


def test_told_with_both_numbers_and_then_under_that_of_who_asked_alone_it_is_the_same(
    session: Session, zeed: Hospital, case: Case
) -> None:
    plan(session, zeed, booked(other_numbers=("P1",)))
    plan(session, zeed, booked("cancelled", number="P1"), at=LATER)

    (one,) = session.scalars(select(Appointment))
    assert (one.number, one.asked_number, one.state) == ("F9", "P1", "cancelled")


def test_of_two_that_one_request_asked_for_none_is_changed_under_its_number(session: Session, zeed: Hospital, case: Case) -> None:
    plan(session, zeed, booked(other_numbers=("P1",)))
    plan(session, zeed, booked(number="F10", hour=14, other_numbers=("P1",)))
    plan(session, zeed, booked("cancelled", number="P1", hour=16), at=LATER)

    told = {one.number: one.state for one in session.scalars(select(Appointment))}
    assert told == {"F9": "booked", "F10": "booked", "P1": "cancelled"}


def test_the_number_of_who_asked_for_somebody_elses_is_not_this_ones(session: Session, zeed: Hospital, case: Case) -> None:
    other = make.identity("2")
    make.case(session, zeed, patient=other)
    plan(session, zeed, booked(other_numbers=("P1",)))
    plan(session, zeed, booked("cancelled", number="P1", patient=other), at=LATER)

    told = {one.number: one.state for one in session.scalars(select(Appointment))}
    assert told == {"F9": "booked", "P1": "cancelled"}


def test_an_appointment_that_is_moved_to_a_day_without_a_time_no_longer_stands_at_its_old_time(
    session: Session, zeed: Hospital, case: Case
) -> None:
    plan(session, zeed, booked())
    plan(session, zeed, booked(event="S13", starts_at=None, starts_on=date(2026, 3, 17), note="2026-03-17"), at=LATER)
    (one,) = session.scalars(select(Appointment))
    assert (one.starts_at, one.moved_from, one.note) == (None, datetime(2026, 3, 4, 10, tzinfo=UTC), "2026-03-17")
    assert events_of(session, case) == ["appointment.booked", "appointment.moved"]


def test_the_same_day_without_a_time_leaves_the_time(session: Session, zeed: Hospital, case: Case) -> None:
    plan(session, zeed, booked())
    plan(session, zeed, booked("cancelled", event="S15", starts_at=None, starts_on=date(2026, 3, 4)), at=LATER)
    assert session.scalars(select(Appointment.starts_at)).all() == [datetime(2026, 3, 4, 10, tzinfo=UTC)]


def test_the_day_that_stood_for_a_time_goes_when_the_time_is_sent(session: Session, zeed: Hospital, case: Case) -> None:
    plan(session, zeed, booked(event="S13", starts_at=None, starts_on=date(2026, 3, 17), note="2026-03-17"))
    plan(session, zeed, booked(event="S13"), at=LATER)
    (one,) = session.scalars(select(Appointment))
    assert (one.starts_at, one.note) == (datetime(2026, 3, 4, 10, tzinfo=UTC), "")


def test_an_older_word_fills_what_the_newer_one_left_out(session: Session, zeed: Hospital, case: Case) -> None:
    """A cancellation says its number and no more; read before the booking, it stood there of nothing, at no time."""
    plan(session, zeed, booked("cancelled", event="S15", starts_at=None, reason="ziek", sent_at=LATER), at=LATER)
    plan(session, zeed, booked(service="MRI", reason="controle", sent_at=NOW), at=LATER)

    (one,) = session.scalars(select(Appointment))
    assert (one.state, one.event, one.service, one.reason) == ("cancelled", "S15", "MRI", "ziek")
    assert one.starts_at == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_an_older_time_is_not_that_of_one_that_was_moved_to_a_day(session: Session, zeed: Hospital, case: Case) -> None:
    moved = booked(event="S13", starts_at=None, starts_on=date(2026, 3, 17), note="2026-03-17", sent_at=LATER)
    plan(session, zeed, moved, at=LATER)
    plan(session, zeed, booked(sent_at=NOW), at=LATER)

    assert session.scalars(select(Appointment.starts_at)).all() == [None]


def test_two_without_number_or_time_are_two(session: Session, zeed: Hospital, case: Case) -> None:
    """Each says its day in words; the second took the place of the first, and of any other that had no time yet."""
    first = booked(number="F1", starts_at=None, starts_on=date(2026, 3, 4), note="2026-03-04", service="MRI")
    for told in (first, *(replace(first, number="", note=f"2026-03-{day}", service="CT") for day in (17, 18, 18))):
        plan(session, zeed, told)

    assert sorted(session.scalars(select(Appointment.note))) == ["2026-03-04", "2026-03-17", "2026-03-18"]
