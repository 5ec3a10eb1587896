"""The screen goes where the chair goes, in a real browser: also when the answer with the next case does not come.

The page is a small one around the built core.js and room.js. Its server is this test.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PAGE = """<!doctype html><html lang="nl"><head><title>kamer</title><meta name="made-at" content="0">{config}
<script type="module" src="{core}"></script><script type="module" src="{room}"></script></head>
<body><span data-live-indicator><span data-live-word></span></span>
<button data-room-follow hidden>Ga mee</button><div data-room="1" data-room-url="/round" data-room-page="/">{agenda}{case}</div></body></html>"""
AGENDA = '<section id="room-agenda" data-live="meeting:1" data-live-url="/agenda" data-live-revision="{0}" data-room-current="{0}"></section>'
CASE = '<section id="room-case" data-round="{0}" data-following="yes" data-meeting-revision="{0}">casus {0}</section>'


class Chair:
    """The case that is on is the revision of the meeting; `away`: how often an answer with a case is lost."""

    def __init__(self) -> None:
        self.on, self.away, self.lost = 1, 0, 0

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/round" and self.lost < self.away:
            self.lost += 1
            route.abort()
        else:
            route.fulfill(body=self._piece(path), content_type="text/html; charset=utf-8")

    def _piece(self, path: str) -> str:
        agenda, case, asset = AGENDA.format(self.on), CASE.format(self.on), Assets.read()
        pieces = {"/agenda": agenda, "/round": case}
        return pieces.get(path) or PAGE.format(
            config=CONFIG, core=asset("core.js"), room=asset("room.js"), agenda=agenda, case=case
        )


def test_a_case_that_got_no_answer_is_asked_for_again(browser: Browser) -> None:
    """A screen stood at the case before, as live and without a word, until the chair went on once more."""
    page, line, chair = browser.new_page(), LiveLine(), Chair()
    line.open(page, chair.answer)
    page.clock.install()
    chair.on, chair.away = 2, 1
    line.say(2)
    with page.expect_event("requestfailed", timeout=SOON):
        page.clock.run_for(1_000)
        page.wait_for_function("document.querySelector('#room-agenda').dataset.roomCurrent === '2'")
    assert chair.lost == 1

    page.clock.run_for(5_000)

    expect(page.locator("#room-case")).to_have_text("casus 2", timeout=SOON)
    page.close()


def test_who_left_a_text_that_is_stored_a_moment_later_goes_along(browser: Browser) -> None:
    """They had the bar of who is typing, and stood at the case before until they clicked it."""
    page, line, chair = browser.new_page(), LiveLine(), Chair()
    line.open(page, chair.answer)
    page.evaluate("document.querySelector('#room-case').dataset.saved = 'no'")
    chair.on = 2
    line.say(2)
    expect(page.locator("[data-room-follow]")).to_be_visible(timeout=SOON)

    page.evaluate("document.querySelectorAll('[data-saved]').forEach(text => { text.dataset.saved = 'yes'; })")

    expect(page.locator("#room-case")).to_have_text("casus 2", timeout=SOON)
    page.close()


class Between(Chair):
    """An open meeting in which no case is on; `on`, its revision, is how many wait."""

    def _piece(self, path: str) -> str:
        return re.sub(r'data-(room-current|round)="\d+"', r'data-\1=""', super()._piece(path))


def test_between_two_cases_the_screen_says_how_many_wait_by_now(browser: Browser) -> None:
    """*Er staat geen casus op de agenda* went on to stand beside the case that was planned into an empty meeting."""
    page, line, meeting = browser.new_page(), LiveLine(), Between()
    line.open(page, meeting.answer)
    expect(page.locator("#room-case")).to_have_text("casus 1", timeout=SOON)
    meeting.on = 2
    line.say(2)

    expect(page.locator("#room-case")).to_have_text("casus 2", timeout=SOON)
    page.close()
