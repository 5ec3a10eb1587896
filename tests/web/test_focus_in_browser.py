"""Focus after an act that renews a list, in a real browser: a person without a mouse stays where they were.

The page is a small one around the built core.js; its server is this test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
PAGE = """<!doctype html><html lang="nl"><head><title>lijst</title><script type="module" src="{core}"></script></head><body>
<main id="main" tabindex="-1"><input type="search" data-filter="table" data-hotkey="/"><a href="#ver">ver</a><div id="list">{rows}</div>
<div id="brief" hx-get="/brief" hx-trigger="done from:body"><button id="act" hx-post="/act" hx-swap="none">Gezien</button></div>
<span hidden hx-get="/rows" hx-trigger="done from:body" hx-target="#list"></span></main></body></html>"""
ROW = (
    '<tr id="row-{0}" data-row="{0}"><td><a data-row-key="t" href="tel:0880000000">bel</a> <a href="#{0}">{0}</a>'
    ' <button data-row-key="o">opnieuw</button><form method="post" action="/?aside"><button data-row-key="x">weg</button></form></td></tr>'
)


@dataclass
class Server:
    """The rows that are there now; an act takes those of `gone` away."""

    rows: list[str] = field(default_factory=lambda: ["een", "twee", "drie"])
    gone: str = ""
    above: str = ""

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/act":
            self.rows = [one for one in self.rows if one != self.gone]
            route.fulfill(status=204, headers={"HX-Trigger": "done"})
        elif path == "/rows":
            route.fulfill(body=self.table(), content_type="text/html")
        elif path == "/brief":
            route.fulfill(body="<p>iets anders</p>", content_type="text/html")
        else:
            if path == "/?aside":
                self.rows = [one for one in self.rows if one != self.gone]
            route.fulfill(
                body=PAGE.format(core=Assets.read()("core.js"), rows=self.above + self.table()), content_type="text/html"
            )

    def table(self) -> str:
        return f"<table data-rows><tbody>{''.join(map(ROW.format, self.rows))}</tbody></table>" if self.rows else "<p>leeg</p>"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", server.answer)
    page.goto(SITE)
    expect(page.locator("#row-een")).to_have_attribute("tabindex", "0")
    yield page
    context.close()


def press_in_row(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#row-twee")).to_be_focused()


def act(page: Page) -> None:
    """By its hotkey or a click the act leaves focus where it is."""
    with page.expect_response("**/rows"):
        page.evaluate("document.getElementById('act').click()")


def test_the_row_one_stood_in_keeps_focus_when_the_list_is_renewed(page: Page) -> None:
    press_in_row(page, "j", "j")

    act(page)

    expect(page.locator("#row-twee")).to_be_focused()


def test_the_button_that_its_letter_chose_keeps_focus_when_the_list_is_renewed(page: Page) -> None:
    """The next key is Enter. It was for the row by then, and a telephone number was dialled."""
    press_in_row(page, "j", "j")
    page.keyboard.press("o")
    chosen = page.locator("#row-twee [data-row-key=o]")
    expect(chosen).to_be_focused()

    act(page)

    expect(chosen).to_be_focused()


def test_enter_opens_a_row_and_dials_nobody(page: Page) -> None:
    press_in_row(page, "j", "j")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{SITE}/#twee")


def test_of_a_row_that_is_gone_the_next_one_gets_it(page: Page, server: Server) -> None:
    press_in_row(page, "j", "j")
    server.gone = "twee"

    act(page)

    expect(page.locator("#row-drie")).to_be_focused()
    expect(page.locator("#row-drie")).to_have_attribute("aria-current", "true")


def test_whoever_pressed_a_button_that_is_gone_stands_in_the_row_again(page: Page, server: Server) -> None:
    press_in_row(page, "j", "j")
    page.locator("#act").focus()

    with page.expect_response("**/brief"):
        page.keyboard.press("Enter")

    expect(page.locator("#row-twee")).to_be_focused()


def test_when_nothing_is_left_the_page_has_it(page: Page, server: Server) -> None:
    press_in_row(page, "j", "j")
    server.rows, server.gone = ["twee"], "twee"

    act(page)

    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize(("gone", "next_one"), [("twee", "drie"), ("", "twee"), ("drie", "twee")])
def test_after_a_button_that_loads_the_page_anew_one_goes_on_where_one_was(
    page: Page, server: Server, gone: str, next_one: str
) -> None:
    """Of two hundred messages each is put aside by a button: after each one stood at the top of the page again."""
    press_in_row(page, "j", "j")
    server.gone = gone
    page.keyboard.press("x")

    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.locator(f"#row-{next_one}")).to_be_focused()


def test_who_opens_a_row_and_comes_back_stands_in_that_row(page: Page) -> None:
    """j, j, Enter, back: j was the first of the list again, however far down one had been."""
    page.locator("#row-twee a[href='#twee']").evaluate("one => one.href = '/case'")
    page.locator("#row-twee").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/case")
    expect(page.locator("#row-een")).to_have_attribute("tabindex", "0")
    assert page.evaluate("document.activeElement === document.body")

    page.go_back()

    expect(page.locator("#row-twee")).to_be_focused()


def test_of_several_lists_one_comes_back_to_the_row_of_ones_own(page: Page, server: Server) -> None:
    """The meetings that are past stand below those to come."""
    server.above = '<table data-rows><tr data-row="boven" tabindex="-1"><td>boven</td></tr></table>'
    page.reload()
    page.locator("#row-twee a[href='#twee']").evaluate("one => one.href = '/case'")
    page.locator("#row-twee").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/case")
    page.go_back()
    expect(page.locator("#row-twee")).to_be_focused()

    server.gone = "twee"
    page.keyboard.press("x")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#row-drie")).to_be_focused()


def test_a_page_that_is_opened_begins_at_its_top(page: Page) -> None:
    press_in_row(page, "j", "j")
    page.keyboard.press("x")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#row-twee")).to_be_focused()

    page.goto(SITE)

    expect(page.locator("#row-een")).to_have_attribute("tabindex", "0")
    expect(page.locator("body")).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", "ArrowDown"])
def test_who_searched_a_list_goes_on_to_what_was_found(page: Page, key: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type("drie")
    page.keyboard.press(key)

    expect(page.locator("#row-drie")).to_be_focused()


def search_and_put_aside(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.keyboard.press("x")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_after_a_button_in_a_row_the_list_is_still_what_was_searched_for(page: Page, server: Server) -> None:
    """Of two hundred letters eight were of one hospital: after each of them the words were to be typed again."""
    server.gone = "twee"

    search_and_put_aside(page, "e weg")

    expect(page.locator("[data-filter]")).to_have_value("e weg")
    expect(page.locator("#row-een")).to_be_focused()
    assert "weg" not in page.url


def test_when_nothing_of_it_is_left_the_whole_list_shows(page: Page, server: Server) -> None:
    server.gone = "drie"

    search_and_put_aside(page, "drie")

    expect(page.locator("[data-filter]")).to_have_value("")
    expect(page.locator("#row-twee")).to_be_visible()
    expect(page.locator("#row-een")).to_be_focused()


def test_the_words_are_kept_for_that_page_alone_and_for_once(page: Page) -> None:
    """They may be a name."""
    search_and_put_aside(page, "drie")
    expect(page.locator("[data-filter]")).to_have_value("drie")

    assert "drie" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.goto(SITE)
    expect(page.locator("#row-een")).to_be_visible()
    expect(page.locator("[data-filter]")).to_have_value("")


def test_past_the_end_of_a_list_j_goes_on_in_the_next_and_k_comes_back(server: Server, page: Page) -> None:
    """Above the meetings to come stood one that was not finished: there j stayed, and only the mouse or Tab led to the others."""
    server.above = (
        "<table><tbody data-rows><tr id='row-eerst' data-row='eerst'><td><a href='#eerst'>eerst</a></td></tr></tbody></table>"
    )
    page.reload()

    for key, row in (("j", "eerst"), ("j", "een"), ("j", "twee"), ("k", "een"), ("k", "eerst"), ("k", "eerst")):
        page.keyboard.press(key)
        expect(page.locator(f"#row-{row}")).to_be_focused()
        expect(page.locator("[data-row][aria-current=true]")).to_have_count(1)
