"""A plain form in a real browser: it is sent only when somebody can answer it, so what was typed is never lost with the page.

The page is a small one around the built core.js. Its server is this test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import hurried

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
LEFT = {"idle": 2_700, "ends": 40_000, "person": "p1", "csrf": "new token"}
PAGE = """<!doctype html><html lang="nl"><head><title>formulier</title><meta name="made-at" content="0">
<meta name="csrf-token" content="old token"><meta name="session" content="2700 40000 p1" data-state="/session" data-extend="/session/extend">
<script type="module" src="{core}"></script></head><body><div id="toasts"></div>
<form method="post" action="/send"{autosave}><input type="hidden" name="csrf_token" value="old token">
<label>Waarom <textarea name="why"></textarea></label><button name="do" value="it">Vastleggen</button></form>
<dialog id="timeout-over"><h2>U bent afgemeld</h2></dialog>
<script type="application/json" id="words">{{"unreachable": "Het portaal antwoordt niet.", "not-sent": "Het portaal antwoordt niet. Er is niets verstuurd.", "being-sent": "Het wordt al verstuurd."}}</script></body></html>"""


@dataclass
class Server:
    """`signed_in` is None when nobody answers at all."""

    page: Page
    signed_in: bool | None = True
    sent: list[str] = field(default_factory=list)
    autosave: str = ""
    saved: list[str] = field(default_factory=list)
    keeps_page: bool = False  #: what is sent is answered by no page, as a download or a line that is slow

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif self.signed_in is None:
            route.abort()
        elif path == "/session":
            route.fulfill(status=200 if self.signed_in else 401, body=json.dumps(LEFT), content_type="application/json")
        elif path == "/piece":
            route.fulfill(status=200 if self.signed_in else 401)
        elif path == "/save":
            is_ours = route.request.headers.get("x-csrf-token") == ("new token" if self.signed_in else "")
            self.saved += [route.request.post_data or ""] if is_ours else []
            route.fulfill(status=204 if is_ours else 403)
        elif path == "/send":
            self.sent.append(route.request.post_data or "")
            if self.keeps_page:
                route.fulfill(status=204)
                return
            route.fulfill(body="<h1>Vastgelegd</h1>", content_type="text/html")
        else:
            route.fulfill(
                body=PAGE.format(core=Assets.read()("core.js"), autosave=self.autosave), content_type="text/html; charset=utf-8"
            )

    def type(self) -> None:
        self.page.get_by_label("Waarom").fill("een lang verhaal")

    def send(self, clicks: int = 1) -> None:
        self.page.get_by_role("button", name="Vastleggen").click(click_count=clicks)


@pytest.fixture
def server(browser: Browser) -> Iterator[Server]:
    page = browser.new_page()
    server = Server(page)
    page.route("**/*", server.answer)
    page.clock.install()
    page.goto(SITE)
    page.wait_for_function("window.htmx !== undefined")
    server.type()
    yield server
    page.close()


def test_it_is_sent_once_however_often_one_clicks_with_the_button_and_the_present_token(server: Server) -> None:
    server.send(clicks=2)

    expect(server.page.get_by_role("heading", name="Vastgelegd")).to_be_visible()
    assert server.sent == ["csrf_token=new+token&why=een+lang+verhaal&do=it"]


def test_signed_out_elsewhere_the_page_waits_with_what_was_typed(server: Server) -> None:
    server.signed_in = False
    server.send()

    expect(server.page.get_by_role("heading", name="U bent afgemeld")).to_be_visible()
    assert server.sent == []
    expect(server.page.locator("textarea")).to_have_value("een lang verhaal")

    server.signed_in = True  # in another tab; the page looks again by itself
    covered = server.page.get_by_role("heading", name="U bent afgemeld")
    hurried(server.page, covered.is_hidden)
    expect(covered).to_be_hidden()
    server.send()
    expect(server.page.get_by_role("heading", name="Vastgelegd")).to_be_visible()
    assert server.sent == ["csrf_token=new+token&why=een+lang+verhaal&do=it"]


def test_a_piece_that_is_refused_because_one_is_signed_out_covers_the_page(server: Server) -> None:
    server.signed_in = False
    server.page.evaluate("void htmx.ajax('get', '/piece', {target: 'body'})")

    expect(server.page.get_by_role("heading", name="U bent afgemeld")).to_be_visible()
    expect(server.page.locator("textarea")).to_have_value("een lang verhaal")


def test_what_goes_wrong_in_a_dialog_is_said_inside_it_and_outlives_it(server: Server) -> None:
    """All behind a dialog is inert: a screen reader said nothing, and the words stood dimmed where nobody could close them."""
    server.page.evaluate(
        "() => { const box = document.createElement('dialog'); box.append(document.forms[0]); document.body.append(box); box.showModal(); }"
    )
    server.signed_in = None
    server.send()

    said = server.page.locator("dialog:modal #toasts .toast-note")
    expect(said).to_contain_text("Het portaal antwoordt niet.")
    server.page.evaluate("document.querySelector('dialog:modal').close()")
    expect(server.page.locator("body > #toasts .toast-note")).to_be_visible()
    server.page.evaluate("document.querySelector('dialog:not(#timeout-over)').remove()")
    server.page.locator(".toast-note button").click()
    expect(server.page.locator(".toast-note")).to_have_count(0)


@pytest.mark.parametrize("typed", ["", "duin-en-delta"])
def test_who_signs_without_a_line_reads_that_nothing_was_sent(server: Server, typed: str) -> None:
    """A signature is a password and a button. Without a line the browser put its own page there, and *back* led past the signature."""
    server.page.evaluate(
        "() => { document.querySelector('textarea').outerHTML = '<input type=password name=password aria-label=Waarom>'; }"
    )
    server.page.get_by_label("Waarom").fill(typed)
    server.signed_in = None
    if not typed:
        server.page.context.set_offline(True)  # of a button alone the browser itself knows that there is no line
    server.send()

    expect(server.page.locator("#toasts")).to_contain_text("Er is niets verstuurd.")
    assert server.page.url == f"{SITE}/" and server.sent == []
    server.page.context.set_offline(False)
    server.signed_in = True
    server.send()
    expect(server.page.get_by_role("heading", name="Vastgelegd")).to_be_visible()
    assert len(server.sent) == 1


def test_a_form_in_which_nobody_typed_anything_is_simply_sent(server: Server) -> None:
    server.page.get_by_label("Waarom").fill("")
    server.signed_in = False
    server.send()

    expect(server.page.get_by_role("heading", name="Vastgelegd")).to_be_visible()
    assert server.sent == ["csrf_token=old+token&why=&do=it"]


@pytest.mark.parametrize("words", ["", "een lang verhaal"])
def test_clicking_twice_sends_once_also_where_the_answer_is_slow_and_nothing_was_typed(server: Server, words: str) -> None:
    """The second click asked for what had just been done, so the answer one read was that it could not be done."""
    server.keeps_page = True
    server.page.get_by_label("Waarom").fill(words)
    with server.page.expect_request("**/send"):
        server.send(clicks=2)
    server.page.clock.fast_forward(2_000)

    server.send()

    expect(server.page.get_by_text("Het wordt al verstuurd.")).to_be_visible()
    assert len(server.sent) == 1


def test_what_was_sent_and_left_the_page_where_it_was_may_be_sent_again_a_little_later(server: Server) -> None:
    server.keeps_page = True
    server.page.get_by_label("Waarom").fill("")
    with server.page.expect_request("**/send"):
        server.send()
    server.page.clock.fast_forward(10_000)

    with server.page.expect_request("**/send"):
        server.send()

    assert len(server.sent) == 2


def test_without_a_line_the_page_stays_and_says_so(server: Server) -> None:
    server.signed_in = None
    server.send()

    expect(server.page.get_by_text("Het portaal antwoordt niet.")).to_be_visible()
    assert server.page.url.startswith(SITE)
    expect(server.page.locator("textarea")).to_have_value("een lang verhaal")


def until_saved(page: Page) -> None:
    form = page.locator("form")
    hurried(page, lambda: form.get_attribute("data-autosave-state") == "saved")
    expect(form).to_have_attribute("data-autosave-state", "saved")


def test_a_form_that_saves_itself_goes_on_doing_so_when_sending_it_was_held_back(server: Server) -> None:
    """It gave up: what was typed since was never saved, and the page no longer warned whoever left it."""
    server.autosave = ' data-autosave="/save"'
    server.page.goto(SITE)
    server.page.wait_for_function("window.htmx !== undefined")
    server.signed_in = None
    server.type()
    server.send()
    expect(server.page.get_by_text("Het portaal antwoordt niet.")).to_be_visible()

    server.signed_in = True

    until_saved(server.page)
    assert "een lang verhaal" in server.saved[-1]


def test_a_form_that_saves_itself_is_covered_when_one_signed_out_elsewhere_and_saves_after_signing_in(server: Server) -> None:
    """It said for ever that it tried again, with a token that would never do."""
    server.autosave = ' data-autosave="/save"'
    server.page.goto(SITE)
    server.page.wait_for_function("window.htmx !== undefined")
    server.signed_in = False
    server.type()

    expect(server.page.get_by_role("heading", name="U bent afgemeld")).to_be_visible()
    assert server.saved == []

    server.signed_in = True
    until_saved(server.page)
    assert "een lang verhaal" in server.saved[-1]
