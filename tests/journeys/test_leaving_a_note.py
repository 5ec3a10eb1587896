"""A chair who leaves the advice has left it: the next key is a key, and no letter in the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from mdo_portal.domain.board import Meeting
from tests.journeys.test_glass import Portal, portal

__all__ = ["portal"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ADVICE = "Radicale prostatectomie met lymfeklierdissectie in Deltamond, daarna controle over zes weken bij de uroloog."
SOON = 15_000
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def room(portal: Portal) -> str:
    """The room of a meeting that begins now."""
    with portal.database.transaction() as session:
        session.get_one(Meeting, portal.region.meeting).starts_at = datetime.now(UTC)
    return f"{portal.url}/meetings/{portal.region.meeting}/room"


def advice_of(page: Page, room: str) -> None:
    """The meeting is open, and the advice holds two lines on the screen."""
    page.goto(room)
    page.get_by_role("button", name="Open vergadering").first.click()
    page.get_by_role("textbox", name="Advies").click(timeout=SOON)
    page.keyboard.type(ADVICE)
    expect(page.locator("[data-note][data-saved=no]")).to_have_count(0, timeout=SOON)


def test_who_leaves_the_advice_at_the_end_of_a_wrapped_line_has_left_it(portal: Portal, room: str) -> None:
    """The editor puts its cursor right at a soft wrap whenever its focus changes, and took that back in doing so."""
    with portal.desk_of("Bram") as chair:
        advice_of(chair, room)
        chair.keyboard.press("Control+Home")
        chair.keyboard.press("End")

        chair.keyboard.press("Escape")
        expect(chair.locator(".cm-focused")).to_have_count(0)
        chair.set_viewport_size({"width": 1360, "height": 700})
        chair.evaluate("document.querySelector('#room-conclusion').scrollTop = 0")
        # How it ends stands at the foot, whatever is written above it: the chair had to scroll for it.
        expect(chair.locator('.outcomes [data-hotkey="v"]')).to_be_in_viewport(ratio=1)
        chair.evaluate(DRAWN)
        chair.keyboard.press("d")

        expect(chair.locator('[data-hotkey="d"]')).to_have_attribute("aria-pressed", "true", timeout=SOON)
        expect(chair.get_by_role("textbox", name="Advies")).to_have_text(ADVICE)

        # A sign that turns the writing round, pasted along from elsewhere: it read 2024, and nobody saw why; on paper it is named too.
        chair.keyboard.press("a")  # a letter that leads back to it, past the agenda and the whole case
        expect(chair.get_by_role("textbox", name="Advies")).to_be_focused()
        chair.keyboard.press("Control+End")
        chair.keyboard.insert_text(" PSA \u202e4202")
        expect(chair.get_by_role("textbox", name="Advies")).to_have_text(f"{ADVICE} PSA [U+202E]4202")
