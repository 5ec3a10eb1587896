"""What a person reads when something broke on our side, or before us: in their language, true, and what was typed is spoken of."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.database import Database
from mdo_portal.services.referrals import drafts
from mdo_portal.web.assets import DIST, Assets
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


@pytest.fixture
def broken(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    with app_on(database) as app:
        client = signed_in(app, database, region, "Dirk")
        monkeypatch.setattr(drafts, "load", breaks)
        monkeypatch.setattr(drafts, "save", breaks)
        yield client


def test_after_a_form_broke_the_page_says_where_to_find_what_was_typed(broken: FlaskClient) -> None:
    asked, sent = broken.get("/register"), broken.post("/register/draft", data={"csrf_token": CSRF, "family": "Voorbeeld"})

    assert (asked.status_code, sent.status_code) == (500, 500)
    assert "één stap terug" in sent.text and "één stap terug" not in asked.text


def test_the_page_says_in_which_language_it_is(broken: FlaskClient) -> None:
    broken.set_cookie("language", "en")
    page = broken.get("/register").text

    assert '<html lang="en">' in page and "Something went wrong" in page


SAID = {
    "unreachable": "geen lijn",
    "unanswered": "herlaad en kijk",
    "too-many": "te snel",
    "too-large": "te groot",
    "server-error": "bij ons",
}
PAGE = """<!doctype html><html lang="nl"><head><title>x</title><script type="module" src="{core}"></script></head><body>
<button hx-post="/act">Doen</button><button hx-get="/rows">Kijken</button><div id="toasts"></div>
<script type="application/json" id="words">{words}</script></body></html>"""


@pytest.mark.browser
@pytest.mark.xdist_group("journeys")
@pytest.mark.parametrize(
    ("button", "status", "said"),
    [
        ("Doen", 503, "herlaad en kijk"),
        ("Doen", 504, "herlaad en kijk"),
        ("Kijken", 502, "geen lijn"),
        ("Doen", 429, "te snel"),
        ("Doen", 413, "te groot"),
        ("Doen", 500, "bij ons"),
    ],
)
def test_what_stands_before_the_portal_is_not_said_to_have_changed_nothing(
    browser: Browser, button: str, status: int, said: str
) -> None:
    page: Page = browser.new_page()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://portal.example")
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path in ("/act", "/rows"):
            route.fulfill(status=status, body="<h1>nginx</h1>", content_type="text/html")
        else:
            route.fulfill(body=PAGE.format(core=Assets.read()("core.js"), words=json.dumps(SAID)), content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://portal.example")
    page.wait_for_function("window.htmx !== undefined")
    page.get_by_role("button", name=button).click()

    expect(page.get_by_text(said)).to_be_visible()
    page.close()
