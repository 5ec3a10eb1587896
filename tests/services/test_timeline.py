"""The timeline of a case: what a feed says over and over is one line, and nobody misses anything."""

from __future__ import annotations

from datetime import datetime, timedelta

from mdo_portal.services.case_rows import EventRow, lines_of
from tests.make import NOW


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def result(minutes: int, hospital: str = "Zeeduyn") -> EventRow:
    return EventRow(at(minutes), "result.received", {"hospital": hospital}, None)


def test_the_same_ten_times_in_a_row_is_one_line_with_first_and_last() -> None:
    lines = lines_of([result(9 - minutes) for minutes in range(10)], None)

    assert [(line.event.at, line.times, line.first_at) for line in lines] == [(at(9), 10, at(0))]


def test_another_hospital_another_person_or_another_day_of_entering_is_another_line() -> None:
    later = result(1)._replace(details={"hospital": "Zeeduyn", "entered": at(60).isoformat()})
    by_hand = result(0)._replace(person="A. de Vos")

    lines = lines_of([result(4), result(3, "Deltamond"), result(2), later, by_hand], None)

    assert [line.times for line in lines] == [1, 1, 1, 1, 1]


def test_what_came_since_the_last_look_is_never_put_with_what_was_there() -> None:
    lines = lines_of([result(minutes) for minutes in (5, 4, 3, 2)], at(3))

    assert [(line.event.at, line.times) for line in lines] == [(at(5), 2), (at(3), 2)]


def test_messages_that_wait_differ_in_nothing_a_reader_sees() -> None:
    held = [EventRow(at(n), "message.held", {"hospital": "Zeeduyn", "message": str(n)}, None) for n in (2, 1)]

    assert [line.times for line in lines_of(held, None)] == [2]
