"""A moment that was sent in UTC is a moment here: its day is the day it was in the Netherlands, and so is its hour."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.values import day, moment

from .few_lines import labelled, referral, result


@pytest.mark.parametrize(
    ("sent", "here"),
    [
        ("20261101233000+0000", date(2026, 11, 2)),
        ("20261101233000+00", date(2026, 11, 2)),
        ("2026-11-01T23:30:00Z", date(2026, 11, 2)),
        ("202607012215-0000", date(2026, 7, 2)),
        ("20261101223000+0000", date(2026, 11, 1)),
        ("19520309230000.000+0000", date(1952, 3, 10)),
        ("19520310000000+0000", date(1952, 3, 10)),
        ("20261101233000+0100", date(2026, 11, 1)),
        ("20261101233000", date(2026, 11, 1)),
        ("20261301233000Z", None),
        ("00010101000000Z", None),
    ],
)
def test_the_day_of_a_moment_in_utc_is_the_day_it_was_here(sent: str, here: date | None) -> None:
    assert day(sent) == here


def test_a_moment_in_utc_is_shown_as_the_clocks_here_tell_it() -> None:
    assert stamp("20261031233000Z") == "2026-11-01 00:30"
    assert stamp("20260731203000+0000") == "2026-07-31 22:30"
    assert stamp("20261031233000+0100") == "2026-10-31 23:30"
    assert stamp("00010101000000Z") == "0001-01-01 00:19"


def test_what_was_taken_after_midnight_and_until_when_it_is_useful_have_their_day_here() -> None:
    order = "OBR|1||F1|HB^Hb^L|||20261101233000+0000"
    found = result(order, "OBX|1|NM|HB^Hemoglobine^L||7,2|mmol/l", "OBX|2|TS|OK^Operatie^L||20261031233000+0000")
    assert [fact.dated_on for fact in found.facts] == [date(2026, 11, 2)] * 3
    assert labelled(found)["Operatie"] == "2026-11-01 00:30"
    assert referral("TQ1|1||||||20261110|20261119233000Z").latest_useful_on == date(2026, 11, 20)


def test_a_moment_in_utc_stays_that_moment() -> None:
    assert moment("20261101233000Z", ZoneInfo("Europe/Amsterdam")) == datetime(2026, 11, 1, 23, 30, tzinfo=UTC)


def test_a_zone_without_minutes_is_one() -> None:
    here = ZoneInfo("Europe/Amsterdam")
    assert moment("20261201093000+01", here) == moment("20261201093000+0100", here) == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert stamp("202612010930+01") == "2026-12-01 09:30"
