"""Keys of the room pressed while the next case is on its way, in a real browser: they are for the case that comes.

The page is a small one around the built core.js. Its server is this test.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
PAGE = """<!doctype html><html lang="nl"><head><title>kamer</title>
<meta name="htmx-config" content='{{"defaultSettleDelay":0}}'><script type="module" src="{core}"></script></head>
<body><p id="told"></p><div data-room="1">{case}</div><form action="/next" hx-post="/next" hx-target="#room-case" hx-swap="outerHTML" data-goes-on>
<button data-hotkey="n">Volgende</button></form></body></html>"""
CASE = """<section id="room-case">casus {0}<form action="/outcome/{0}" hx-post="/outcome/{0}" hx-target="#told">
<button data-hotkey="d">Besproken</button></form></section>"""


class Slow:
    """The answer with the next case waits until `come`; what is said of which case is kept."""

    def __init__(self, browser: Browser) -> None:
        self.waiting: list[Route] = []
        self.said: list[str] = []
        self.page = browser.new_page()
        self.page.route("**/*", self._answer)
        self.page.goto(SITE)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        asset = Assets.read()
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/next":
            self.waiting.append(route)
        elif path.startswith("/outcome/"):
            self.said.append(path)
            route.fulfill(body=path, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(body=PAGE.format(core=asset("core.js"), case=CASE.format(1)), content_type="text/html; charset=utf-8")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def come(self, status: int = 200) -> None:
        self.page.wait_for_function("document.querySelector('form.htmx-request')")
        (route,) = self.waiting
        route.fulfill(status=status, body=CASE.format(2), content_type="text/html; charset=utf-8")


def test_discussed_is_said_of_the_case_that_comes(browser: Browser) -> None:
    """On a slow line "n" and at once "d" said of the case before that it was discussed."""
    room = Slow(browser)
    room.press("n", "d")
    room.come()

    expect(room.page.locator("#room-case")).to_contain_text("casus 2")
    expect(room.page.locator("#told")).to_have_text("/outcome/2")
    assert room.said == ["/outcome/2"]
    room.page.close()


def test_when_no_case_comes_nothing_is_said(browser: Browser) -> None:
    room = Slow(browser)
    room.press("n", "d")
    room.come(status=503)
    room.page.wait_for_function("!document.querySelector('form.htmx-request')")

    assert room.said == []
    room.page.close()
