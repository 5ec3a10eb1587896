"""Meetings as every calendar reads them: the golden file, and what a line of a calendar may not be broken by."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from integrations.calendar.feed import feed
from mdo_portal.exchange import CalendarEntry

GOLDEN = Path(__file__).parent / "golden" / "meetings.ics"
AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
WINTER = timezone(timedelta(hours=1))


def entry(
    number: str = "m-1", *, title: str = "MDO Uro", text: str = "", place: str = "", is_called_off: bool = False
) -> CalendarEntry:
    begins = datetime(2026, 12, 3, 8, 0, tzinfo=WINTER)
    url = f"https://mdo.example/meetings/{number}"
    return CalendarEntry(number, title, text, place, url, begins, begins + timedelta(minutes=90), is_called_off)


def test_the_feed_is_as_the_golden_file_says() -> None:
    words = "Verzet; was do 3 dec 2026 08:00.\nAgenda, casussen en videoverbinding staan in het portaal."
    made = feed(
        "MDO-vergaderingen", [entry(text=words, place="Zaal 3, gebouw B; 2e verdieping"), entry("m-2", title="Vervalt: MDO Uro", is_called_off=True)],
        host="mdo.example", at=AT,
    )  # fmt: skip
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_bytes(made)
    assert made == GOLDEN.read_bytes()


def test_what_was_pasted_along_with_the_name_of_a_room_stands_in_no_calendar() -> None:
    made = feed("x", [entry(place="Zaal 3\x0bgebouw B\x00", text="a\x1bb", title="MDO\x07 Uro")], host="mdo.example", at=AT)

    assert not set(made) & (set(range(32)) - set(b"\r\n\t"))
    assert b"LOCATION:Zaal 3 gebouw B" in made


@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_no_name_of_a_room_breaks_the_calendar_or_becomes_another_line(text: str) -> None:
    (event,) = Calendar.from_ical(feed("x", [entry(place=text, text=text, title=text)], host="mdo.example", at=AT)).events
    (usual,) = Calendar.from_ical(feed("x", [entry(place="a", text="a")], host="mdo.example", at=AT)).events
    assert set(event) == set(usual) and event["UID"] == "m-1@mdo.example"
