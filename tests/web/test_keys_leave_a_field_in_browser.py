"""Escape in a field of the room, in a real browser: what is pressed next is a key, and no letter of what is sent.

The page is a small one around the built core.js. Its server is this test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
PAGE = """<!doctype html><html lang="nl"><head><title>kamer</title><script type="module" src="{core}"></script></head>
<body><div{room}><input aria-label="Voorwaarde"><select aria-label="Soort"><option>kies</option></select>
<button data-hotkey="d" data-dialog-open="ended">Besproken</button>
<dialog id="ended"><input aria-label="Reden"><button data-hotkey="d">Nogmaals</button></dialog></div></body></html>"""


def opened(browser: Browser, *, room: str) -> Page:
    page = browser.new_page()
    asset = Assets.read()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        else:
            route.fulfill(body=PAGE.format(core=asset("core.js"), room=room), content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    page.goto(SITE)
    return page


@pytest.fixture
def room(browser: Browser) -> Iterator[Page]:
    page = opened(browser, room=' data-room="1"')
    yield page
    page.close()


@pytest.mark.parametrize("field", ["Voorwaarde", "Soort"])
def test_after_escape_discussed_is_a_key_again(room: Page, field: str) -> None:
    """A chair who added a recommendation and pressed Escape and "d" wrote a d into its condition, which was signed and sent."""
    room.get_by_label(field).focus()
    room.keyboard.press("Escape")
    room.keyboard.press("d")

    expect(room.locator("#ended")).to_be_visible()
    expect(room.get_by_label("Voorwaarde")).to_have_value("")


def test_escape_in_a_dialog_of_the_room_closes_it(room: Page) -> None:
    room.keyboard.press("d")
    room.get_by_label("Reden").focus()
    room.keyboard.press("Escape")

    expect(room.locator("#ended")).to_be_hidden()


def test_elsewhere_escape_leaves_who_types_where_they_are(browser: Browser) -> None:
    page = opened(browser, room="")
    page.get_by_label("Voorwaarde").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("d")

    expect(page.get_by_label("Voorwaarde")).to_have_value("d")
    page.close()
