"""The page of a case as it is drawn: what can be done is at hand on a phone, and words have room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.domain.board import Board
from mdo_portal.domain.hospital import Hospital
from mdo_portal.web.assets import DIST
from tests import make, pdf_text
from tests.browser import axe
from tests.web.people_house import House, house
from tests.web.portal import CSRF

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
BARS = "document.querySelectorAll('.case-actions.is-bar .btn')"
IN_VIEW = f"""() => [...{BARS}].filter(one => one.getClientRects().length).map(one => one.getBoundingClientRect())
  .every(box => box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth && box.height >= 24)"""
#: how far the last that can be used on the page stands above the bar, at the end of the page
ROOM_BELOW = """() => { scrollTo({top: 1e6, behavior: 'instant'});
  const bar = document.querySelector('.case-actions.is-bar').getBoundingClientRect();
  const last = [...document.querySelectorAll('.page-rail .panel')].pop().getBoundingClientRect();
  return bar.top - last.bottom; }"""
TOUCHING = """() => { const boxes = [...document.querySelectorAll('#case-rail .steps li')].map(one => {
    const words = document.createRange(); words.selectNodeContents(one.firstChild); return words.getBoundingClientRect(); });
  return boxes.filter((a, n) => boxes.some((b, m) => m > n && a.left < b.right + 2 && b.left < a.right + 2 && a.top < b.bottom && b.top < a.bottom)).length; }"""
BROKEN_WORDS = (
    """() => [...document.querySelectorAll('#case-rail .checklist b')].filter(one => one.getClientRects().length > 1).length"""
)


@contextmanager
def case_page(browser: Browser, house: House, width: int, height: int, *, who: str = "Aisha") -> Iterator[Page]:
    """The case as its secretary gets it, or somebody else, with the built styles."""
    client = house.person(who)

    def answer(route: Route) -> None:
        asked = route.request.url.removeprefix(SITE).partition("#")[0]
        path = asked.partition("?")[0]
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path.startswith("/cases/"):
            route.fulfill(body=client.get(asked).text, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page = browser.new_page(viewport={"width": width, "height": height})
    page.route("**/*", answer)
    page.goto(f"{SITE}/cases/{house.case_id}")
    yield page
    page.close()


@pytest.mark.parametrize("width", [390, 820])
def test_what_can_be_done_is_under_the_thumb_and_hides_nothing(browser: Browser, house: House, width: int) -> None:
    with case_page(browser, house, width, 844) as page:
        assert page.evaluate(f"{BARS}.length") >= 3
        assert page.evaluate(IN_VIEW)
        assert page.evaluate(ROOM_BELOW) >= 0
        assert page.evaluate(IN_VIEW)
        assert axe(page) == []


def test_to_withdraw_alone_follows_nobody_down_the_page(browser: Browser, house: House) -> None:
    """The doctor who only reads the case had *Intrekken* under the thumb all the way down, as if that were the next step."""
    with house.database.transaction() as session:
        board = session.get_one(Board, house.region.boards["URO-P"])
        planned = {"meeting_id": str(make.meeting(session, board, starts_at=datetime.now(UTC) + timedelta(days=4)).id)}
    house.person("Aisha").post(f"/cases/{house.case_id}/plan", data=planned | {"csrf_token": CSRF, "late_reason": "haast"})
    with case_page(browser, house, 390, 844, who="Dirk") as page:
        assert page.locator(".case-actions.is-bar .btn").evaluate_all("all => all.map(one => one.id)") == ["do-out"]
        expect(page.locator("#do-out")).not_to_be_in_viewport()
        assert axe(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_who_is_asked_something_answers_without_looking_for_it(browser: Browser, house: House, width: int) -> None:
    """On a phone the question stood seven screens down, below the documents and the timeline; beside the case it needs no button."""
    asked = {"text": "Welke PSA was dat?", "csrf_token": CSRF}
    house.person("Aisha").post(f"/cases/{house.case_id}/ask", data=asked)
    with case_page(browser, house, width, 844, who="Dirk") as page:
        answer = page.get_by_role("textbox", name="Antwoord")
        if width == 390:
            page.get_by_role("link", name="Vraag beantwoorden").click()
            expect(answer).to_be_focused()
        expect(answer).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("link", name="Vraag beantwoorden")).to_have_count(1 if width == 390 else 0)
        assert axe(page) == []


@pytest.mark.parametrize("width", [390, 1024, 1280, 1440])
def test_the_words_of_the_rail_have_room(browser: Browser, house: House, width: int) -> None:
    with case_page(browser, house, width, 844) as page:
        assert page.evaluate(TOUCHING) == 0
        assert page.evaluate(BROKEN_WORDS) == 0


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_of_forty_documents_the_one_that_is_chosen_is_read_beside_its_place_in_the_list(
    browser: Browser, house: House, width: int, height: int
) -> None:
    papers = tuple(make.document(f"brief {n}".encode(), title=f"Brief van polikliniek nummer {n}") for n in range(40))
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        case_id = make.case(session, zeed, now=datetime.now(UTC), board_id=house.region.boards["URO-P"], documents=papers).id
    with case_page(browser, replace(house, case_id=case_id), width, height) as page:
        page.wait_for_function("window.htmx !== undefined")
        chosen = page.locator(".document-list a").nth(30)
        title = chosen.inner_text().splitlines()[0]
        chosen.focus()
        page.keyboard.press("Enter")

        expect(page.locator(".document-head")).to_contain_text(title)
        expect(page.locator(":focus")).to_contain_text(title)
        expect(page.locator(":focus")).to_be_in_viewport(ratio=1)
        expect(page.locator(".document-head")).to_be_in_viewport(ratio=1)


def test_on_paper_a_long_list_begins_where_there_is_room_for_it(browser: Browser, house: House) -> None:
    papers = tuple(make.document(f"brief {n}".encode(), title=f"Brief van polikliniek nummer {n}") for n in range(40))
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        case_id = make.case(session, zeed, now=datetime.now(UTC), board_id=house.region.boards["URO-P"], documents=papers).id
    with case_page(browser, replace(house, case_id=case_id), 1280, 900) as page:
        first, *others = pdf_text.pages(page.pdf(format="A4"))

    assert others and len(first.splitlines()) > 40


def test_on_paper_the_work_list_says_of_each_case_its_hospital_and_board(browser: Browser, house: House) -> None:
    client = house.person("Aisha")
    page = browser.new_page(viewport={"width": 1280, "height": 900})

    def answer(route: Route) -> None:
        asked = route.request.url.removeprefix(SITE)
        if asked.startswith("/static/dist/"):
            route.fulfill(path=DIST / asked.partition("?")[0].removeprefix("/static/dist/"))
        else:
            route.fulfill(body=client.get(asked).text, content_type="text/html; charset=utf-8")

    page.route("**/*", answer)
    page.goto(f"{SITE}/worklist")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})  # what A4 leaves between its margins

    row = page.locator(".rows-work tbody tr").first
    expect(row.locator(".where")).to_be_visible()
    expect(row.locator(".board")).to_be_visible()
    page.close()
