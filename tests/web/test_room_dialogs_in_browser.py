"""A dialog that belongs to the buttons at the foot of the conclusion looks as every other, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
DIALOG = """<dialog open class="dialog"><div class="dialog-foot"><button class="btn">Annuleren</button></div></dialog>"""
PAGE = """<!doctype html><html lang="nl"><head><title>kamer</title><link rel="stylesheet" href="{css}"></head>
<body>{dialog}<div class="conclusion-foot"><button class="btn">Besproken</button>{dialog}</div></body></html>"""
LOOKS = "one => { const s = getComputedStyle(one); return [s.paddingLeft, s.paddingRight, s.fontSize, s.justifyContent] }"


def test_a_button_in_it_has_the_room_that_buttons_have(browser: Browser) -> None:
    """*Annuleren* stood against the edges of its button: the six under the conclusion are narrow, and it was taken for one."""
    page = browser.new_page(viewport={"width": 1366, "height": 820})

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        else:
            route.fulfill(body=PAGE.format(css=Assets.read()("core.css"), dialog=DIALOG), content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    page.goto(SITE)
    elsewhere, here = page.locator("body > dialog .btn"), page.locator(".conclusion-foot dialog .btn")

    assert here.evaluate(LOOKS) == elsewhere.evaluate(LOOKS)
    assert page.locator(".conclusion-foot > .btn").evaluate(LOOKS) != elsewhere.evaluate(LOOKS), "the six are narrower"
    page.close()
