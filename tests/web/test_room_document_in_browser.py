"""A document beside a case in the room, where there is no room beside it: on a tablet, a phone and a small laptop.

The page is a small one around the built scripts; its server is this test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
PAGE = """<!doctype html><html lang="nl"><head><title>vergadering</title><script type="module" src="{core}"></script>
<script type="module" src="{room}"></script></head><body><main id="main" tabindex="-1"><div style="height: 300px">Vraag</div>
<nav class="room-documents"><a href="/room?document=1" hx-get="/piece?document=1" hx-target="#room-document" hx-swap="outerHTML">MRI</a></nav>
<div style="height: {height}px">De casus</div>{document}</main></body></html>"""
OPEN = """<div id="room-document" class="room-document"><a href="/room" data-hotkey="Escape" hx-get="/piece" hx-target="#room-document"
hx-swap="outerHTML">Document sluiten</a><div style="height: 900px">Het verslag</div></div>"""
NONE = '<div id="room-document" class="room-document"></div>'


def room(browser: Browser, *, height: int) -> Page:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path.startswith("/piece"):
            route.fulfill(body=OPEN if "document=1" in path else NONE, content_type="text/html")
        else:
            asset = Assets.read()
            shown = PAGE.format(core=asset("core.js"), room=asset("room.js"), height=height, document=NONE)
            route.fulfill(body=shown, content_type="text/html")

    page = browser.new_page(viewport={"width": 820, "height": 1180})
    page.route("**/*", answer)
    page.goto(SITE)
    return page


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    """The case is longer than the screen."""
    page = room(browser, height=1600)
    yield page
    page.close()


def test_a_document_that_opens_below_the_case_is_brought_into_view(tablet: Page) -> None:
    """It opened far below: whoever touched its name saw nothing happen."""
    tablet.get_by_text("MRI").click()

    expect(tablet.get_by_text("Document sluiten")).to_be_in_viewport()
    expect(tablet.get_by_text("Document sluiten")).to_be_focused()


def test_closed_one_is_back_where_it_was_asked_for(tablet: Page) -> None:
    tablet.mouse.wheel(0, 200)
    tablet.wait_for_function("window.scrollY === 200")
    tablet.get_by_text("MRI").click()
    expect(tablet.get_by_text("Document sluiten")).to_be_focused()

    tablet.keyboard.press("Escape")

    expect(tablet.get_by_text("MRI")).to_be_focused()
    assert tablet.evaluate("window.scrollY") == 200


def test_a_document_that_is_in_view_moves_nothing(browser: Browser) -> None:
    page = room(browser, height=100)
    page.get_by_text("MRI").click()

    expect(page.get_by_text("Het verslag")).to_be_visible()
    expect(page.get_by_text("MRI")).to_be_focused()
    assert page.evaluate("window.scrollY") == 0
    page.close()
