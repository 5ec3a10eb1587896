"""A live line that the portal closed, in a real browser: who is signed in (again) is live at once, and not at the next quarter of a minute."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PAGE = """<!doctype html><html lang="nl"><head><title>vergadering</title><meta name="made-at" content="0">
<meta name="csrf-token" content="token"><meta name="session" content="2700 40000 p1" data-state="/session" data-extend="/extend">
{config}<script type="module" src="{core}"></script></head><body><main><span data-live-indicator><span data-live-word></span></span>
<section id="panel" data-live="meeting:1" data-live-url="/panel">twee casussen</section></main><dialog id="timeout-over"></dialog></body></html>"""
LEFT = {"idle": 2_700, "ends": 40_000, "person": "p1", "csrf": "token"}
WITHOUT_THE_QUARTER_OF_A_MINUTE = """() => { const real = window.setTimeout;
window.setTimeout = (act, ms, ...rest) => ms === 15_000 ? 0 : real(act, ms, ...rest); }"""


class Room:
    """Its line may be closed, and its reader signed out."""

    def __init__(self, page: Page) -> None:
        self.page, self.line, self.is_signed_in = page, LiveLine(), True
        self.line.open(page, self.answer)
        page.evaluate(WITHOUT_THE_QUARTER_OF_A_MINUTE)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/session":
            status = 200 if self.is_signed_in else 401
            route.fulfill(status=status, body=json.dumps(LEFT), content_type="application/json")
        else:
            page = PAGE.format(config=CONFIG, core=Assets.read()("core.js"))
            route.fulfill(body=page, content_type="text/html; charset=utf-8")

    def close_line(self) -> None:
        self.line.lines[-1].send("41")

    def is_live(self) -> None:
        """Again, over another line."""
        expect(self.page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)


@pytest.fixture
def room(browser: Browser) -> Iterator[Room]:
    page = browser.new_page()
    page.clock.install()
    yield Room(page)
    page.close()


def test_whose_session_got_another_key_in_another_tab_is_live_at_once(room: Room) -> None:
    room.close_line()
    room.page.wait_for_function("document.querySelector('[data-live-indicator]').dataset.state !== 'on'")

    room.is_live()


def test_who_was_signed_out_and_signs_in_again_elsewhere_is_live_as_soon_as_the_page_is_uncovered(room: Room) -> None:
    room.is_signed_in = False
    room.close_line()
    expect(room.page.locator("#timeout-over")).to_have_attribute("open", "", timeout=SOON)

    room.is_signed_in = True
    room.page.clock.run_for(3_000)

    room.is_live()


def test_who_is_closed_out_for_another_reason_does_not_keep_on_knocking(room: Room) -> None:
    room.close_line()
    room.page.wait_for_function("document.querySelector('[data-live-indicator]').dataset.state !== 'on'")
    room.is_live()

    room.close_line()
    room.page.wait_for_function("document.querySelector('[data-live-indicator]').dataset.state !== 'on'")
    room.page.clock.run_for(5_000)

    assert len(room.line.lines) == 2
