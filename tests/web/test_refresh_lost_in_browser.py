"""A fragment that follows the truth, in a real browser: also when words or answers were lost on the way, or found no place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.web.live_line import SOON, LiveLine
from tests.web.refreshed_page import GATHERED_MS, Server, server

__all__ = ["server"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_page_that_got_no_answer_says_again_what_it_shows(browser: Browser) -> None:
    """It counted as said: on a slow line such a page heard of nothing any more, and stood there as live."""
    page = browser.new_page()
    page.clock.install()
    made = Server(page, line=LiveLine(is_deaf=True, missed={"meeting:1": 2}))
    made.line.open(page, made.answer)
    made.revision, made.line.is_deaf = 2, False

    page.clock.run_for(12_000)  # eight seconds for an answer, three until it is said again

    expect(page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    page.close()


def test_a_machine_whose_clock_is_put_on_says_when_it_really_heard_last(browser: Browser) -> None:
    """It said that it had heard all of the hour to come: of what changed while its line was down it was told nothing."""
    page = browser.new_page()
    page.clock.install()
    made = Server(page)
    made.line.open(page, made.answer)
    page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    for _ in range(2):
        told = len(made.line.since)
        made.line.lines[-1].close()
        page.clock.run_for(2_000)
        while len(made.line.since) == told:
            page.wait_for_timeout(20)

    assert made.line.since[-1] < 60
    page.close()


def test_a_change_that_got_no_answer_is_fetched_again(server: Server) -> None:
    """A line that fell away for a moment: nobody told the change twice, and the page stood at what was before it, as live."""
    server.page.clock.install()
    server.holds = True
    server.line.say(2)
    server.page.clock.run_for(GATHERED_MS)
    server.page.wait_for_function("document.querySelector('#panel.htmx-request')")
    server.revision = 2
    server.lose()
    expect(server.page.locator("#panel.htmx-request")).to_have_count(0, timeout=SOON)

    server.page.clock.run_for(5_000)

    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)


def test_who_types_on_after_an_answer_that_found_no_place_types_where_they_were(server: Server) -> None:
    """The place of the cursor was noted for that answer, and taken for the next one: the rest of a word came before its beginning."""
    server.form = '<div id="words" contenteditable="true"></div>'
    server.change()
    page, words = server.page, server.page.locator("#words")
    server.holds = True
    server.change()
    words.click()
    page.keyboard.type("een")
    server.release()
    expect(page.locator("[data-live-bar]")).to_be_visible(timeout=SOON)
    page.keyboard.type(" twee")

    page.evaluate("htmx.ajax('get', '/static/dist/manifest.json', { target: '[data-live-word]' })")
    page.keyboard.type(" drie")

    expect(words).to_have_text("een twee drie")
