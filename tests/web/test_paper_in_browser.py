"""Pages on paper, from a real browser: what is read before signing, and nothing that is only to be clicked or filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from playwright.sync_api import Browser, Page

from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, Section
from tests import make, pdf_text
from tests.web.decision_desk import on_the_agenda
from tests.web.people_house import House, house
from tests.web.test_narrow_in_browser import narrow

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LINES = 30


def sheets(page: Page) -> int:
    with pikepdf.open(BytesIO(page.pdf(format="A4"))) as paper:
        return len(paper.pages)


def test_what_is_to_be_signed_begins_on_the_first_sheet_and_is_called_a_draft(browser: Browser, house: House) -> None:
    """The letter was kept in one piece: the first sheet held its heading and no more, the last a field for a password."""
    now, region = datetime.now(UTC), house.region
    with house.database.transaction() as session:
        round_ = on_the_agenda(session, region, now=now, starts_at=now + timedelta(hours=1), closes_at=now)
        make.discussed(session, round_, viewer=region.bram, now=now, text="Een regel van het advies.\n" * LINES)
        path = f"/rounds/{round_.id}/sign"
    with narrow(browser, house, "Bram", path) as page:
        page.emulate_media(media="print")
        assert page.get_by_text("concept, nog niet getekend").first.is_visible()
        assert not page.locator("input[type=password]").is_visible()
        assert sheets(page) == 2


def test_of_whom_a_case_is_stands_on_every_sheet(browser: Browser, house: House) -> None:
    """The second sheet, lying by itself on a printer, was nobody's."""
    with house.database.transaction() as session:
        zeed, now = session.get_one(Hospital, house.region.hospitals["ZEED"]), datetime.now(UTC)
        told = tuple(Fact(section=Section.COURSE, text=f"Regel {n}. " + "Beloop. " * 40, label=f"Dag {n}") for n in range(LINES))
        case = make.case(session, zeed, now=now, board_id=house.region.boards["URO-P"], facts=told)
        path = f"/cases/{case.id}"
    with narrow(browser, house, "Aisha", path) as page:
        page.emulate_media(media="print")
        name = page.locator(".patient-banner .name").evaluate("one => one.firstChild.textContent.trim()")
        sheets = pdf_text.pages(page.pdf(format="A4"))
        assert len(sheets) > 1 and [name in one for one in sheets] == [True] * len(sheets)


def test_the_agenda_of_a_meeting_that_was_held_says_on_paper_what_came_of_each_case(browser: Browser, house: House) -> None:
    """With the dots of what is complete went the outcome: a list of names, and who had brought them in."""
    now, region = datetime.now(UTC), house.region
    with house.database.transaction() as session:
        round_ = on_the_agenda(session, region, now=now, starts_at=now + timedelta(hours=1), closes_at=now)
        make.discussed(session, round_, viewer=region.bram, now=now)
        path = f"/meetings/{round_.meeting_id}"
    with narrow(browser, house, "Bram", path) as page:
        page.set_viewport_size({"width": 690, "height": 1000})
        page.emulate_media(media="print")
        outcome, presenter, who = (page.locator(f".agenda-plan .is-past .{one}").first for one in ("ready", "presenter", "who"))
        assert "besproken" in outcome.inner_text()
        boxes = [one.bounding_box() for one in (outcome, presenter, who)]
        assert boxes[0] and boxes[1] and boxes[2]
        assert boxes[0]["y"] >= boxes[1]["y"] + boxes[1]["height"] and boxes[0]["x"] >= boxes[2]["x"] + boxes[2]["width"]


def test_each_column_of_the_weekly_list_has_its_heading_on_paper(browser: Browser, house: House) -> None:
    """What is to be pressed has no column there, and *Getekend* went in its place."""
    now, region = datetime.now(UTC), house.region
    with house.database.transaction() as session:
        round_ = on_the_agenda(session, region, now=now, starts_at=now + timedelta(hours=1), closes_at=now)
        make.signed(session, make.discussed(session, round_, viewer=region.bram, now=now), viewer=region.bram, now=now)
    for path, last in (("/post/week", "Getekend"), ("/post", "Volgende poging")):
        with narrow(browser, house, "Aisha", path) as page:
            page.set_viewport_size({"width": 794, "height": 1123})
            page.emulate_media(media="print")
            heads = page.locator(".rows-post thead").first.locator("th:visible")
            cells = page.locator(".rows-post tbody tr").first.locator("> :visible")
            assert heads.last.inner_text() == last
            assert heads.count() == cells.count()
