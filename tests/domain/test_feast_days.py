"""Which days count as working days in the Netherlands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mdo_portal.domain.feast_days import SATURDAY, SUNDAY, easter, feast_days, is_working_day, kings_day

years = some.integers(2014, 4099)


def by_gauss(year: int) -> date:
    """Easter by another road: Gauss, with the exceptions worked in by H. Lichtenberg (Historia Mathematica 24, 1997)."""
    century, golden = year // 100, year % 19
    solar = 2 - (3 * century + 3) // 4
    moon = (19 * golden + 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25) % 30
    full = 21 + moon - (moon + golden // 11) // 29
    first_sunday = 7 - (year + year // 4 + solar) % 7
    return date(year, 3, 1) + timedelta(days=full + 7 - (full - first_sunday) % 7 - 1)


@given(some.integers(1583, 4099))
def test_easter_is_a_sunday_in_spring_and_two_ways_of_computing_it_agree(year: int) -> None:
    assert easter(year).weekday() == SUNDAY
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)
    assert easter(year) == by_gauss(year)


@pytest.mark.parametrize(
    "told", [date(1961, 4, 2), date(2008, 3, 23), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)]
)
def test_easter_fell_when_the_almanac_says(told: date) -> None:
    assert easter(told.year) == told


def test_the_kings_birthday_is_kept_on_saturday_when_it_falls_on_a_sunday() -> None:
    assert kings_day(2025) == date(2025, 4, 26)
    assert kings_day(2026) == date(2026, 4, 27)


def test_the_feast_days_of_a_year_are_those_of_the_law() -> None:
    assert sorted(feast_days(2026)) == [
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 27), date(2026, 5, 5), date(2026, 5, 14),
        date(2026, 5, 25), date(2026, 12, 25), date(2026, 12, 26),
    ]  # fmt: skip


@given(years)
def test_a_year_has_nine_feast_days_unless_ascension_falls_on_another_and_none_of_them_is_worked(year: int) -> None:
    days = feast_days(year)
    assert len(days) in (8, 9)
    assert (len(days) == 8) == (easter(year) + timedelta(days=39) == date(year, 5, 5))
    assert not any(is_working_day(day) for day in days)


@given(years, some.sampled_from((2, 7, 8, 9, 10, 11)), some.integers(1, 28))
def test_in_the_months_without_feasts_every_day_from_monday_to_friday_is_worked(year: int, month: int, number: int) -> None:
    day = date(year, month, number)
    assert is_working_day(day) == (day.weekday() < SATURDAY)
