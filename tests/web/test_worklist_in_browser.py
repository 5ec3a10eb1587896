"""The work list by the keyboard, in a real browser: to what was found, and the sentence above it follows what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.web.assets import DIST
from tests import make
from tests.web.people_house import House, house

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"


@pytest.fixture
def cases(house: House) -> list[Case]:
    """Two more that wait for the same board."""
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        return [make.case(session, zeed, board_id=house.region.boards["URO-P"]) for _ in range(2)]


@pytest.fixture
def page(browser: Browser, house: House, cases: list[Case]) -> Iterator[Page]:
    """The work list of who plans, with the built scripts."""
    client = house.person("Aisha")

    def answer(route: Route) -> None:
        request = route.request
        asked = request.url.removeprefix(SITE)
        if asked.startswith("/static/dist/"):
            route.fulfill(path=DIST / asked.partition("?")[0].removeprefix("/static/dist/"))
        elif asked.startswith("/worklist"):
            sent = {"HX-Request": "true"} if "hx-request" in request.headers else {}
            got = client.open(
                asked,
                method=request.method,
                data=request.post_data,
                headers=sent,
                content_type="application/x-www-form-urlencoded",
            )
            told = {name: value for name, value in got.headers if name.startswith("HX-")}
            route.fulfill(status=got.status_code, body=got.text, headers=told | {"Content-Type": "text/html; charset=utf-8"})
        else:
            route.abort()

    page = browser.new_page()
    page.route("**/*", answer)
    page.goto(SITE + "/worklist")
    expect(page.locator("[data-row]")).to_have_count(3)
    yield page
    page.close()


def test_enter_in_the_search_leads_to_what_was_found(page: Page) -> None:
    """Focus stayed in the field: `p` was typed behind the name, and only Tab, past two choices and a box, led to the line."""
    page.keyboard.press("/")
    page.keyboard.type("voorbeeld")
    page.keyboard.press("Enter")

    expect(page.locator("[data-row]").first).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("3 gevonden")


def test_arrow_down_leads_from_the_search_into_the_list(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")

    expect(page.locator("[data-row]").first).to_be_focused()


def test_a_key_for_a_case_that_is_still_fetched_waits_for_it(page: Page) -> None:
    """`j p` typed fast did nothing, without a word; only after a key that went elsewhere it is forgotten."""
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator("#plan-dialog")).to_be_visible()

    page.keyboard.press("Escape")
    for key in "jpk":
        page.keyboard.press(key)
    chosen = page.locator("[data-row][aria-current=true]").get_attribute("data-row")
    expect(page.locator(f'#brief [data-of-row="{chosen}"]')).to_have_count(1)
    expect(page.locator("#brief #do-plan")).to_be_enabled()
    expect(page.locator("#plan-dialog")).to_be_hidden()


def test_p_and_enter_plan_and_enter_in_the_open_list_only_chooses(page: Page, house: House) -> None:
    """Chromium opened the list of meetings instead, and two Tabs led past *Annuleren* to the button: for each of twenty cases."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/plan") else None)
    with house.database.transaction() as session:
        meeting, now = session.get_one(Meeting, house.region.meeting), datetime.now(UTC)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator("#plan-meeting")).to_be_focused()

    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#plan-meeting:open")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#plan-meeting:open")).to_have_count(0)
    assert sent == []

    with page.expect_request(lambda request: request.url.endswith("/plan")):
        page.keyboard.press("Enter")


def test_the_sentence_above_the_list_counts_what_the_left_column_counts(page: Page, house: House, cases: list[Case]) -> None:
    """After planning three it still said how many had waited when the page was opened, beside a column that knew better."""
    expect(page.locator("#worklist-lead")).to_contain_text("3 te plannen")
    with house.database.transaction() as session:
        meeting = session.get_one(Meeting, house.region.meeting)
        now = datetime.now(UTC)
        make.planned(session, session.get_one(Case, cases[0].id), meeting, viewer=house.region.aisha, now=now)

    page.evaluate(
        """() => { const one = document.querySelector("#worklist-boards");
        htmx.ajax("get", one.dataset.liveUrl, {target: one, swap: "outerHTML", select: "#worklist-boards"}); }"""
    )

    expect(page.locator("#worklist-lead")).to_contain_text("2 te plannen")
    expect(page.locator("#worklist-boards [aria-current] .count")).to_have_text("2")


def test_an_empty_list_asks_nobody_to_choose_a_row(page: Page) -> None:
    """On the first day of a region nine keys stood below *De werklijst is leeg*, of which one did something."""
    expect(page.locator(".brief-hint")).to_be_visible()

    page.goto(SITE + "/worklist?words=Niemandheetzo")

    expect(page.locator("#worklist-rows .empty")).to_be_visible()
    expect(page.locator(".brief-hint")).to_be_hidden()


class LateBrief:
    """The case in brief waits until `comes`."""

    def __init__(self, page: Page) -> None:
        self.page, self.waiting = page, list[Route]()
        page.route("**/worklist/brief*", lambda route: self.waiting.append(route))
        page.keyboard.press("j")
        page.wait_for_timeout(300)  # who walks down the list asks nothing yet
        assert self.waiting

    def comes(self) -> None:
        self.page.unroute("**/worklist/brief*")
        self.waiting[-1].fallback()
        expect(self.page.locator("#do-ask")).to_be_enabled()


def test_the_question_typed_before_the_case_in_brief_is_there_does_nothing_else(page: Page) -> None:
    """ "j i" and the words, on a slow line: their d opened *Intrekken*, the rest of them was the reason, and Ctrl+Enter withdrew the case."""
    brief = LateBrief(page)
    page.keyboard.type("i")
    page.keyboard.type("Graag de uitslag")

    brief.comes()

    page.keyboard.type(" van de botscan.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_timeout(1_100)  # the hands rest
    page.keyboard.press("i")
    expect(page.locator("#ask-dialog")).to_be_visible()


def test_one_key_pressed_before_it_is_there_is_for_the_case_that_comes(page: Page) -> None:
    brief = LateBrief(page)
    page.keyboard.press("i")

    brief.comes()

    expect(page.locator("#ask-dialog")).to_be_visible()


RENEW = """() => window.htmx.ajax('GET', '/worklist/rows?case=' + document.querySelector('[data-row][aria-current=true]').dataset.row,
  {target: '#worklist-rows', swap: 'outerHTML', select: '#worklist-rows'})"""


def test_a_dialog_leads_back_to_its_line_also_when_the_list_was_renewed_meanwhile(page: Page) -> None:
    """One's own act before had the list fetched anew while the next dialog was open: focus was nowhere then, and j began at the top."""
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator("[data-row][aria-current=true]").get_attribute("data-row")
    expect(page.locator("#do-ask")).to_be_enabled()
    page.keyboard.press("i")
    expect(page.locator("#ask-dialog")).to_be_visible()
    page.evaluate(RENEW)

    page.keyboard.press("Escape")

    expect(page.locator("#ask-dialog")).to_be_hidden()
    expect(page.locator(f"[data-row='{chosen}']")).to_be_focused()
