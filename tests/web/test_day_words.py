"""A day as people say it: with its weekday for as long as that is how one knows it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.support import NullTranslations
from flask import Flask

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


def test_beside_a_value_stands_the_day_it_came_here_and_not_the_day_in_greenwich() -> None:
    app = Flask("mdo_portal", template_folder=str(Path(__file__).parents[2] / "templates"))
    words.install(app)
    app.jinja_env.globals["_"] = str
    marks = app.jinja_env.get_template("components/facts.html").make_module()

    mark = str(marks.source_mark("MERW", datetime(2026, 11, 30, 23, 30, tzinfo=UTC)))  # type: ignore[attr-defined]

    assert "MERW 01-12<" in mark and "01-12-2026 00:30" in mark


def test_a_moment_that_was_planned_has_no_seconds() -> None:
    """On paper an agenda of eight o'clock was one of 08:00:00."""
    assert words.when_exact(datetime(2026, 12, 4, 7, 0, tzinfo=UTC)) == "04-12-2026 08:00"
    assert words.when_exact(datetime(2026, 12, 4, 7, 0, 0, 120, tzinfo=UTC)) == "04-12-2026 08:00:00"
