"""The screen on the wall, which nobody touches: it shows where somebody types, and says when it hears of nothing any more."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.test_glass import portal
from tests.journeys.test_room_late_answers import SOON, Room, room

__all__ = ["portal", "room"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LONG = "Wat meewoog, regel voor regel.\n" * 8


def test_the_wall_shows_where_somebody_types_and_says_when_its_line_is_down(room: Room) -> None:
    with room.seat("Bram") as chair, room.seat("Bilal") as wall:
        wall.set_viewport_size({"width": 1280, "height": 720})
        wall.goto(f"{wall.url}?beamer=1")
        expect(wall.locator("[data-room]")).to_have_attribute("data-joined", "yes", timeout=SOON)
        chair.locator(".cm-content").nth(1).click()
        chair.keyboard.insert_text(LONG)
        chair.locator(".cm-content").nth(2).click()
        chair.keyboard.type("Bestraling")
        expect(wall.locator(".cm-line", has_text="Bestraling")).to_have_count(1, timeout=SOON)  # the question asks for one, too

        expect(wall.locator(".cursor").last).to_be_in_viewport(timeout=SOON)
        expect(wall.locator("[data-live-indicator]")).to_be_hidden()
        # As socket.ts marks a line that is down; what the wall makes of that is asked here.
        wall.locator("[data-live-indicator]").evaluate("(mark) => { mark.dataset.state = 'off' }")
        expect(wall.locator("[data-live-indicator]")).to_be_visible(timeout=SOON)
