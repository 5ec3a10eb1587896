"""When a letter is late: hours for a link, working days for paper, and before the advice is to be carried out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from mdo_portal.domain.feast_days import is_working_day
from mdo_portal.services.letters.lateness import Mark, Terms, late_from, marks, working_days_after
from mdo_portal.zone import AMSTERDAM

FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
TERMS = Terms(hours=4, paper_days=3)


def test_a_link_has_hours_and_paper_has_working_days() -> None:
    assert late_from(FRIDAY, on_paper=False, terms=TERMS) == FRIDAY + timedelta(hours=4)
    assert late_from(FRIDAY, on_paper=True, terms=TERMS) == datetime(2026, 3, 11, 15, 0, tzinfo=UTC)


def test_the_time_of_day_stays_that_of_amsterdam_when_the_clock_goes_forward() -> None:
    before = datetime(2026, 3, 27, 15, 0, tzinfo=AMSTERDAM)  # the Friday before
    assert working_days_after(before, 1).astimezone(AMSTERDAM) == datetime(2026, 3, 30, 15, 0, tzinfo=AMSTERDAM)


def test_paper_posted_before_easter_or_christmas_gets_the_feast_days_as_well() -> None:
    before_easter = datetime(2026, 4, 1, 10, 0, tzinfo=AMSTERDAM)  # Wednesday; Good Friday and Easter Monday follow
    before_christmas = datetime(2026, 12, 24, 10, 0, tzinfo=AMSTERDAM)  # Thursday; New Year's Day is a Friday

    assert late_from(before_easter, on_paper=True, terms=TERMS) == datetime(2026, 4, 8, 10, 0, tzinfo=AMSTERDAM)
    assert working_days_after(before_christmas, 5) == datetime(2027, 1, 4, 10, 0, tzinfo=AMSTERDAM)


@given(some.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), some.integers(0, 15))
def test_working_days_never_end_in_a_weekend_or_on_a_feast_day_and_never_skip_one(moment: datetime, days: int) -> None:
    start = moment.replace(tzinfo=UTC)
    end = working_days_after(start, days).astimezone(AMSTERDAM)
    passed = [
        start.astimezone(AMSTERDAM).date() + timedelta(days=n)
        for n in range(1, (end.date() - start.astimezone(AMSTERDAM).date()).days + 1)
    ]

    assert is_working_day(end.date())
    assert sum(is_working_day(one) for one in passed) >= days
    assert sum(is_working_day(one) for one in passed) <= days + (days == 0)


def test_the_day_of_the_advice_says_more_than_the_age_of_the_letter() -> None:
    def said(due_on: date | None, hours: float) -> tuple[Mark, ...]:
        return marks(FRIDAY, on_paper=False, terms=TERMS, due_on=due_on, now=FRIDAY + timedelta(hours=hours))

    assert said(None, 3.9) == ()
    assert said(None, 4) == (Mark.LATE,)
    assert said(date(2026, 3, 8), 1) == (Mark.DUE,)
    assert said(date(2026, 3, 9), 1) == ()
    assert said(date(2026, 3, 5), 5) == (Mark.OVERDUE, Mark.LATE)
