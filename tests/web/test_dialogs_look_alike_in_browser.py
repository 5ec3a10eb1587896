"""A dialog looks as every other, wherever on its page it stands, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
DIALOG = '<dialog><div class="dialog-foot"><button class="btn">Annuleren</button></div></dialog>'
PAGE = """<!doctype html><html lang="nl"><head><title>kamer</title><link rel="stylesheet" href="{css}"></head>
<body>{dialog}<div class="conclusion-foot"><button class="btn">Besproken</button>{dialog}</div>
{blocks}</body></html>"""
BLOCKS = ("stack", "panel-body", "fold-body", "round", "letter-paper")
"""What keeps its parts apart by their margins."""
LOOKS = """one => { one.showModal(); const s = getComputedStyle(one.querySelector('button')), at = one.getBoundingClientRect(); one.close();
return [Math.round(at.top), Math.round(at.left), s.paddingLeft, s.paddingRight, s.fontSize, s.justifyContent] }"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        else:
            blocks = "".join(f'<section class="{one}"><p>Agenda</p>{DIALOG}</section>' for one in BLOCKS)
            body = PAGE.format(css=Assets.read()("core.css"), dialog=DIALOG, blocks=blocks)
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

    made = browser.new_page(viewport={"width": 1366, "height": 820})
    made.route("**/*", answer)
    made.goto(SITE)
    yield made
    made.close()


@pytest.mark.parametrize("where", [".conclusion-foot", *(f".{one}" for one in BLOCKS)])
def test_a_dialog_stands_where_others_stand_and_its_buttons_have_the_room_that_buttons_have(page: Page, where: str) -> None:
    """In the room *Annuleren* stood against the edges of its button; that a meeting is called off, and another term, was asked at the top of the
    screen.
    """
    assert page.locator(f"{where} dialog").evaluate(LOOKS) == page.locator("body > dialog").evaluate(LOOKS)
