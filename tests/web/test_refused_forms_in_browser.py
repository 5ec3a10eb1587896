"""A plain form that is refused, in a real browser: what was typed is there again, and the reader stands in the field that is wrong.

The page is a small one around the built core.js. Its server is this test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
HEAD = """<!doctype html><html lang="nl"><head><title>formulier</title><meta name="made-at" content="0">
<meta name="csrf-token" content="token"><meta name="session" content="2700 40000 {person}" data-state="/session" data-extend="/extend">
<script type="module" src="{core}"></script></head><body><div id="toasts"></div><main id="main">{body}</main>
<dialog id="timeout-over"></dialog><script type="application/json" id="words">{{"typed-again": "Wat u typte staat er weer.", "typed-over": "Intussen staat hier iets anders."}}</script></body></html>"""
FORM = """<button data-dialog-open="give">Laten meelezen</button><dialog id="give"><form method="post" action="/grants">
<input type="hidden" name="csrf_token" value="token"><label>Wie <select name="reader"><option value="">Kies<option value="b">Bram</select></label>
<label>Tot <input name="until" autocomplete="off"></label><label>Reden <input name="reason" autocomplete="off"></label>
<label><input type="checkbox" name="all"> Alles</label><label>Wachtwoord <input type="password" name="password"></label>
<button>Vastleggen</button></form></dialog>"""
REFUSED = '<section data-typed-waits><h1>Dat kan nu niet</h1><a href="/case">Terug</a></section>'
CONFIRM = """<section data-typed-waits><h1>Bevestig dat u het bent</h1><form method="post" action="/confirm">
<label>Wachtwoord <input type="password" name="password"></label><label>Code <input name="code"></label><button>Bevestigen</button></form></section>"""
WRONG = """<label>Naam <input name="name" value="Vlietrand"></label><details><summary>Meer</summary><div class="field">
<label for="f-code">Code</label><input id="f-code" name="code" value="v" aria-invalid="true"><div class="field-error">Die is er al.</div></div></details>"""
TICKS = """<label>Naam <input name="name"></label><fieldset class="field"><legend>Grond</legend><label><input type="radio" name="ground" value="law"> Wet</label>
<div class="field-error">Kies er een.</div></fieldset>"""


@dataclass
class Server:
    """`answer` is what /grants says: a page, or "/case" = taken and back to where one was, or "" = no line."""

    page: Page
    answer: str = REFUSED
    person: str = "p1"
    stands: str = ""  #: what /case itself has as the reason

    def handle(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/session":
            left = {"idle": 2_700, "ends": 40_000, "person": self.person, "csrf": "token"}
            route.fulfill(body=json.dumps(left), content_type="application/json")
        elif path in ("/grants", "/confirm") and self.answer.startswith("/"):
            # A fulfilled redirect is not followed by the browser under test: the page says so itself, as a navigation.
            route.fulfill(body=f'<meta http-equiv="refresh" content="0;url={self.answer}">', content_type="text/html")
        elif path == "/grants" and not self.answer:
            route.abort()
        else:
            body = self.answer if path == "/grants" else {"/wrong": WRONG, "/ticks": TICKS}.get(path, self.form())
            html = HEAD.format(person=self.person, core=Assets.read()("core.js"), body=body)
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})

    def form(self) -> str:
        return FORM.replace('name="reason"', f'name="reason" value="{self.stands}"')

    def open(self, path: str = "/case") -> None:
        self.page.goto(SITE + path)
        self.page.wait_for_function("window.htmx !== undefined")

    def fill_in(self) -> None:
        self.page.get_by_role("button", name="Laten meelezen").click()
        self.page.get_by_label("Wie").select_option("b")
        self.page.get_by_label("Tot").fill("01-01-2020")
        self.page.get_by_label("Reden").fill("revisie van de coupes")
        self.page.get_by_label("Alles").check()
        self.page.get_by_label("Wachtwoord").fill("geheim")
        self.page.get_by_role("button", name="Vastleggen").click()

    def waits(self, heading: str = "Dat kan nu niet") -> None:
        """The page that refused stands there, and its script ran: a reader is slower than that, a test is not."""
        expect(self.page.get_by_role("heading", name=heading)).to_be_visible()
        self.page.wait_for_function("window.htmx !== undefined")

    def is_there_again(self) -> None:
        expect(self.page.locator("dialog#give")).to_be_visible()
        expect(self.page.get_by_label("Wie")).to_have_value("b")
        expect(self.page.get_by_label("Tot")).to_have_value("01-01-2020")
        expect(self.page.get_by_label("Reden")).to_have_value("revisie van de coupes")
        expect(self.page.get_by_label("Alles")).to_be_checked()
        expect(self.page.get_by_label("Wachtwoord")).to_have_value("")
        expect(self.page.locator("#toasts")).to_contain_text("Wat u typte staat er weer.")

    def is_gone(self) -> None:
        expect(self.page.locator("dialog#give")).to_be_hidden()
        expect(self.page.locator("[name=reason]")).to_have_value("")
        assert self.page.evaluate("sessionStorage.getItem('mdo-typed')") is None


@pytest.fixture
def server(browser: Browser) -> Iterator[Server]:
    context = browser.new_context()
    page = context.new_page()
    server = Server(page)
    page.route("**/*", server.handle)
    server.open()
    yield server
    context.close()


@pytest.mark.parametrize("way", ["link", "browser"])
def test_what_was_typed_in_a_form_that_was_refused_is_there_again(server: Server, way: str) -> None:
    """The page that refused said it still was; the browser had emptied every field with autocomplete="off" and shut the dialog."""
    server.fill_in()
    server.waits()
    if way == "link":
        server.page.get_by_role("link", name="Terug").click()
    else:
        server.page.go_back()

    server.is_there_again()
    server.open()
    server.is_gone()


def test_who_must_first_say_who_they_are_finds_what_they_typed(server: Server) -> None:
    server.answer = CONFIRM
    server.fill_in()
    server.waits("Bevestig dat u het bent")
    server.answer = "/case"
    server.page.get_by_label("Wachtwoord").fill("geheim")
    server.page.get_by_role("button", name="Bevestigen").click()

    server.is_there_again()


def test_who_comes_back_to_what_somebody_else_changed_meanwhile_is_told(server: Server) -> None:
    """The own words stand there again, and sent once more they would take the place of the other's."""
    server.fill_in()
    server.waits()
    server.stands = "van een ander"
    server.page.get_by_role("link", name="Terug").click()

    expect(server.page.get_by_label("Reden")).to_have_value("revisie van de coupes")
    expect(server.page.locator("#toasts")).to_contain_text("Intussen staat hier iets anders.")
    server.open()
    expect(server.page.locator("[name=reason]")).to_have_value("van een ander")


def test_a_line_that_breaks_while_it_is_sent_loses_nothing(server: Server) -> None:
    server.answer = ""
    with server.page.expect_event("requestfailed"):
        server.fill_in()
    server.page.wait_for_function("location.protocol === 'chrome-error:'")
    server.page.go_back()

    server.is_there_again()


def test_what_was_taken_is_not_typed_again(server: Server) -> None:
    server.answer = "/case"
    server.fill_in()
    server.page.wait_for_function("!document.querySelector('dialog#give').open && window.htmx !== undefined")

    server.is_gone()


def test_nobody_else_who_signs_in_here_finds_it(server: Server) -> None:
    server.fill_in()
    server.waits()
    server.person = "p2"
    server.page.get_by_role("link", name="Terug").click()
    server.page.wait_for_function("window.htmx !== undefined")

    server.is_gone()


def test_a_form_that_comes_back_begins_in_the_field_that_is_wrong(server: Server) -> None:
    server.open("/wrong")
    expect(server.page.get_by_label("Code")).to_be_focused()
    server.open("/ticks")
    expect(server.page.get_by_label("Wet")).to_be_focused()
    server.open()
    assert server.page.evaluate("document.activeElement === document.body")
