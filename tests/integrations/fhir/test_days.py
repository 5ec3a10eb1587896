"""The day of a moment is the day it was here."""

from __future__ import annotations

import pytest

from .test_beside import one, read, words


@pytest.mark.parametrize(
    ("sent", "on"),
    [
        ("2026-02-28T23:00:00Z", "2026-03-01"),  # midnight in Amsterdam, as a server writes it that knows UTC alone
        ("2026-07-01T22:30:00+00:00", "2026-07-02"),
        ("2026-03-01T00:00:00Z", "2026-03-01"),
        ("2026-02-28T23:00:00-05:00", "2026-02-28"),  # the sender's own zone
        ("2026-03-01", "2026-03-01"),
    ],
)
def test_a_moment_in_utc_is_on_the_day_it_was_here(sent: str, on: str) -> None:
    found = read(one("Observation", code=words("PSA"), valueString="4", effectiveDateTime=sent))
    assert [str(fact.dated_on) for fact in found.facts] == [on]


def test_until_when_something_was_so_is_a_day_here_too() -> None:
    ran = {"start": "2026-01-31T23:00:00Z", "end": "2026-02-27T23:00:00Z"}
    found = read(one("Procedure", status="completed", code=words("Bestraling"), performedPeriod=ran))
    assert [(str(fact.dated_on), fact.text) for fact in found.facts] == [("2026-02-01", "Bestraling (tot 2026-02-28)")]
