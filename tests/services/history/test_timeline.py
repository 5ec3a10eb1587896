"""The timeline of a case: what a feed says over and over is one line, and nobody misses anything."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mdo_portal.services.dossier.event_rows import EventRow, lines_of
from tests.make import NOW


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def result(minutes: int, hospital: str = "Zeeduyn") -> EventRow:
    return EventRow(at(minutes), "result.received", {"hospital": hospital}, None)


def test_the_same_ten_times_in_a_row_is_one_line_with_first_and_last() -> None:
    lines = lines_of([result(9 - minutes) for minutes in range(10)], None)

    assert [(line.event.at, line.times, line.first_at) for line in lines] == [(at(9), 10, at(0))]


def test_another_hospital_or_another_person_is_another_line() -> None:
    by_hand = result(0)._replace(person="A. de Vos")

    lines = lines_of([result(3), result(2, "Deltamond"), result(1), by_hand], None)

    assert [line.times for line in lines] == [1, 1, 1, 1]


def test_what_came_since_the_last_look_is_never_put_with_what_was_there() -> None:
    lines = lines_of([result(minutes) for minutes in (5, 4, 3, 2)], at(3))

    assert [(line.event.at, line.times) for line in lines] == [(at(5), 2), (at(3), 2)]


@pytest.mark.parametrize("only_for_us", ["message", "entered"])
def test_what_no_reader_sees_makes_no_other_line(only_for_us: str) -> None:
    held = [EventRow(at(n), "message.held", {"hospital": "Zeeduyn", only_for_us: at(n).isoformat()}, None) for n in (2, 1)]

    assert [line.times for line in lines_of(held, None)] == [2]
