"""On which day a term is over: never before it lets go, whatever the year or the hour."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mdo_portal.domain.retention import Kind, edge, is_over


@pytest.mark.parametrize(
    ("since", "months", "over"),
    [
        ("2027-03-10T12:00", 12, "2028-03-10T12:00"),  # the term has a leap day in it, the year before it has none
        ("2026-12-31T23:30", 12, "2027-12-31T23:30"),
        ("2027-08-31T12:00", 6, "2028-02-29T12:00"),
        ("2028-02-29T12:00", 12, "2029-02-28T12:00"),
    ],
)
def test_a_term_in_months_is_over_so_many_months_after_it_began(since: str, months: int, over: str) -> None:
    assert is_over(Kind.CASE, months, since=_utc(since)) == _utc(over)


@pytest.mark.parametrize("since", [datetime(2027, month, day, 12, tzinfo=UTC) for month in range(1, 13) for day in (1, 28)])
def test_and_what_is_older_than_the_edge_of_that_moment_is_what_began_before(since: datetime) -> None:
    assert edge(Kind.CASE, 12, now=is_over(Kind.CASE, 12, since=since)) == since


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
