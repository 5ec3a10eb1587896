"""A page that is read before its scripts are there says so, in a real browser: a key that is pressed then does nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import SITE, SOON

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
(LINE,) = re.findall(r"<span class=\"not-ready\".*</span>", (DIST.parents[2] / "templates" / "base.html").read_text())
PAGE = """<!doctype html><html lang="nl"><head><title>blad</title><link rel="stylesheet" href="{css}">
<script type="module" src="{core}"></script></head><body>{line}<button data-hotkey="n">Volgende</button></body></html>"""


def test_a_page_says_that_keys_do_nothing_until_they_do(browser: Browser) -> None:
    page, held, asset = browser.new_page(), list[Route](), Assets.read()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path == asset("core.js"):
            held.append(route)
        elif path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        else:
            body = PAGE.format(css=asset("core.css"), core=asset("core.js"), line=LINE)
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

    page.route(f"{SITE}/**", answer)
    page.goto(SITE, wait_until="commit")
    expect(page.locator(".not-ready")).to_be_visible(timeout=SOON)

    for route in held:
        route.fulfill(path=DIST / route.request.url.removeprefix(f"{SITE}/static/dist/"))

    expect(page.locator(".not-ready")).to_be_hidden(timeout=SOON)
    page.close()


@pytest.mark.parametrize("width", [320, 390, 800])
def test_where_the_bar_wraps_the_page_stays_where_it_is(browser: Browser, width: int) -> None:
    """On a phone, and at 400 %, each page went down by a line of the menu and up again while it loaded."""
    page, asset = browser.new_page(viewport={"width": width, "height": 600}), Assets.read()
    bar = """<header class="page-header"><a class="brand">MDO-portal</a><nav class="page-nav"><ul><li><a>Werklijst</a></li></ul></nav>
    <div class="header-end">{line}<button class="btn-quiet">T</button></div></header><main>Werklijst<div class="page-bar" style="position: fixed; inset: auto 0 0">
    <button>Plannen</button></div></main>"""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        else:
            body = PAGE.format(css=asset("core.css"), core="/none.js", line=bar.format(line=LINE))
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

    page.route(f"{SITE}/**", answer)
    page.goto(SITE, wait_until="domcontentloaded")
    expect(page.locator(".not-ready")).to_be_visible(timeout=SOON)
    while_loading = page.locator("main").bounding_box()
    line = page.locator(".not-ready").bounding_box()
    assert line is not None and line["x"] + line["width"] <= width
    for button in page.get_by_role("button").all():  # it lay over what is done with a case, and took the taps
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= line["x"] + line["width"] or box["y"] >= line["y"] + line["height"]

    page.evaluate("document.documentElement.classList.add('is-ready')")

    assert page.locator("main").bounding_box() == while_loading
    page.close()
