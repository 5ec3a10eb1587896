"""A day as people say it: with its weekday for as long as that is how one knows it."""

from __future__ import annotations

from datetime import date

import pytest
from babel.support import NullTranslations

from mdo_portal.web import words


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 12, 10), "do 10 dec"),
        (date(2026, 1, 8), "do 8 jan"),
        (date(2027, 1, 7), "do 7 jan 2027"),
        (date(2025, 12, 3), "3 dec 2025"),
        (date(2028, 1, 6), "6 jan 2028"),
    ],
)
def test_in_december_a_meeting_of_january_is_on_a_thursday_too(monkeypatch: pytest.MonkeyPatch, on: date, said: str) -> None:
    monkeypatch.setattr(words, "today", lambda: date(2026, 12, 3))
    monkeypatch.setattr(words, "_spoken", lambda: words._Spoken(None, "nl", NullTranslations()))

    assert words.short_day(on) == said
