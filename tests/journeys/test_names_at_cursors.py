"""The name at the cursor of who types, on the screens of the others."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.test_glass import portal
from tests.journeys.test_room_late_answers import SOON, Room, room

__all__ = ["portal", "room"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
TWO_LINES = "cT3a N0 M1b adenocarcinoom van de prostaat, ISUP 4, PSA 61,4"
#: whether a name stands within the text it is in, above and below
IS_WHOLE = """name => { const [at, text] = [name, name.closest('.cm-scroller')].map(e => e.getBoundingClientRect());
    return at.top >= text.top - 1 && at.bottom <= text.bottom + 1 }"""


@pytest.mark.parametrize("text", ["c", TWO_LINES], ids=["on the first line", "where a first sentence goes on on a second line"])
def test_the_name_of_who_types_is_whole(room: Room, text: str) -> None:
    """In a field of two lines the name stood below the second, cut in half."""
    with room.seat("Bram") as chair, room.seat("Bilal") as other:
        other.set_viewport_size({"width": 1366, "height": 820})
        chair.locator(".cm-content").nth(0).click()
        chair.keyboard.insert_text(text)

        name = other.locator(".cursor-name")
        expect(name).to_be_visible(timeout=SOON)
        expect(other.locator(".cm-line").filter(has_text=text).first).to_be_visible(timeout=SOON)
        other.wait_for_function(f"({IS_WHOLE})(document.querySelector('.cursor-name'))", timeout=SOON)


def test_the_name_of_who_types_at_the_end_covers_no_words(room: Room) -> None:
    """In the advice it stood over the line above, with room below."""
    with room.seat("Bram") as chair, room.seat("Bilal") as other:
        chair.locator(".cm-content").nth(2).click()
        chair.keyboard.insert_text("Eerst dit.\nDan dat, en daarna nog iets anders.")

        expect(other.locator(".cursor-name")).to_be_visible(timeout=SOON)
        expect(other.locator(".cm-line", has_text="Dan dat")).to_be_visible(timeout=SOON)
        other.wait_for_function(
            """() => document.querySelector('.cursor-name').getBoundingClientRect().top
            >= document.querySelector('.cursor').getBoundingClientRect().bottom - 2""",
            timeout=SOON,
        )
