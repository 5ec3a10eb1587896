"""What is shown once is the answer to a button: loading it anew does not press that button again.

The page is a small one around the built core.js; its server is this test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
HEAD = '<!doctype html><html lang="nl"><head><title>x</title><script type="module" src="{core}"></script></head><body><main id="main">{main}'
BUTTON = '<form method="post" action="/codes"><button>Nieuwe maken</button></form>'
CODES = '<ul id="codes" data-shown-once="/account"><li>AAAA</li></ul>'


@pytest.mark.parametrize("page", ["account/recovery_codes.html", "account/calendar.html", "links/token.html"])
def test_what_is_shown_once_stands_under_the_address_of_a_page_that_makes_nothing(page: str) -> None:
    assert re.search(r"data-shown-once=\"\{\{ url_for\('(account|links)\.page'", (TEMPLATES / page).read_text())


def test_codes_that_were_just_printed_hold_when_the_page_is_loaded_anew(browser: Browser) -> None:
    """It made ten new ones, and those on paper were void; after the first ten it said that the page had expired."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            return route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        asked.append(f"{route.request.method} {path}")
        main = CODES if path == "/codes" else BUTTON
        return route.fulfill(body=HEAD.format(core=Assets.read()("core.js"), main=main), content_type="text/html")

    page = browser.new_page()
    try:
        page.route("**/*", answer)
        page.goto(f"{SITE}/account")
        page.click("button")
        page.wait_for_url(f"{SITE}/account")
        assert page.locator("#codes").count() == 1

        page.reload()

        assert page.locator("#codes").count() == 0
        assert asked == ["GET /account", "POST /codes", "GET /account"]
    finally:
        page.close()
