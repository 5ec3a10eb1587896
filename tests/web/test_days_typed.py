"""Days as people type them; what no calendar has is no day, and no mistake of ours."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.web.registration import read_date


@pytest.mark.parametrize("text", ["04-12-1958", "4/12/1958", "1958-12-04", " 4.12.1958 "])
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_date(text) == date(1958, 12, 4)


@pytest.mark.parametrize("text", ["31-02-2026", "2026-99999999999999999999-01", f"1-1-{'9' * 5_000}", "²-1-2026", "", "1-1"])
def test_what_no_calendar_has_is_no_day(text: str) -> None:
    assert read_date(text) is None
