"""A page in a real browser whose reader may not see it any more: it stood there, with its patient, for as long as the session lasted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PAGE = """<!doctype html><html lang="nl"><head><title>casus</title><meta name="made-at" content="100"><meta name="shown-until" content="{until}">
<meta name="page-topics" content="{about}">
{config}<script type="module" src="{core}"></script></head><body><p>mw. Proefpersoon</p><span data-live-indicator><span data-live-word></span></span>
{rows}</body></html>"""
PIECE = '<section id="panel" data-live="meeting:1" data-live-mode="ask" data-live-url="/panel" data-live-revision="1">twee casussen</section>'
FORM = '<form><textarea aria-label="Toelichting"></textarea></form>'


class House:
    """Who asks is shown the page and its piece, or is told that there is none."""

    def __init__(self, page: Page, *, until: str = "", about: str = "", rows: str = PIECE) -> None:
        self.page, self.until, self.about, self.line, self.rows = page, until, about, LiveLine(), rows
        self.is_gone, self.is_answer = False, False
        self.piece = '<section id="panel">een casus</section>'
        self.line.open(page, self.answer)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif self.is_answer and route.request.method == "HEAD":
            route.fulfill(status=405)
        elif self.is_gone:
            route.fulfill(status=404, body="Niet gevonden", content_type="text/html")
        else:
            core = Assets.read()("core.js")
            page = PAGE.format(config=CONFIG, core=core, until=self.until, about=self.about, rows=self.rows)
            route.fulfill(body=self.piece if path == "/panel" else page, content_type="text/html; charset=utf-8")

    def shut(self) -> None:
        """From now on its reader is told that it is not there; they are shown to the door, and come back."""
        self.is_gone, self.line.topics = True, []
        self.line.lines[-1].send("41")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.clock.install()
    yield page
    page.close()


def test_a_page_of_which_a_piece_is_refused_is_gone(page: Page) -> None:
    house = House(page)
    house.is_gone = True

    page.evaluate("htmx.ajax('get', '/panel', { source: '#panel', target: '#panel', headers: { 'X-Live': '1' } })")

    expect(page.locator("body")).to_have_text("Niet gevonden", timeout=SOON)


def test_a_page_of_which_nothing_may_be_followed_any_more_is_gone_also_where_changes_wait_to_be_asked_for(page: Page) -> None:
    House(page).shut()

    page.clock.run_for(20_000)  # a line that was closed by the portal is tried again after a quarter of a minute

    expect(page.locator("body")).to_have_text("Niet gevonden", timeout=SOON)


def test_of_a_page_that_stays_what_may_not_be_followed_is_fetched_again_at_once(page: Page) -> None:
    """A list of which one board is no longer its reader's."""
    house = House(page)
    house.shut()
    house.is_gone = False

    page.clock.run_for(20_000)

    expect(page.locator("#panel")).to_have_text("een casus", timeout=SOON)
    expect(page.locator("body")).to_contain_text("Proefpersoon")


def test_a_page_that_is_shown_until_a_moment_is_gone_then(page: Page) -> None:
    house = House(page, until="110")
    house.is_gone = True

    page.clock.run_for(10_000)

    expect(page.locator("body")).to_have_text("Niet gevonden", timeout=SOON)


@pytest.mark.parametrize("is_answer", [False, True])
def test_a_form_about_what_is_not_its_readers_any_more_is_gone(page: Page, is_answer: bool) -> None:
    """No piece of it is fetched again, so that nothing was ever refused. `is_answer`: to a form that was not right."""
    house = House(page, about="meeting:1", rows=FORM)
    house.line.topics, house.is_gone, house.is_answer = [], True, is_answer
    house.line.say(2)

    page.clock.run_for(1_000)

    expect(page.locator("body")).to_have_text("Niet gevonden", timeout=SOON)


def test_a_form_about_what_changed_and_is_still_its_readers_stays_with_what_was_typed(page: Page) -> None:
    house = House(page, about="meeting:1", rows=FORM)
    page.get_by_role("textbox").fill("omdat")
    house.line.say(2)

    page.clock.run_for(5_000)

    expect(page.get_by_role("textbox")).to_have_value("omdat")
    assert len(house.line.since) == 2, "it asked once more what it may follow, and no more"
