"""What is printed is read tomorrow: no day on it is counted from the one on which somebody printed it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page

from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, Section
from mdo_portal.zone import day_of
from tests import make
from tests.web.decision_desk import on_the_agenda
from tests.web.people_house import House, house
from tests.web.test_narrow_in_browser import narrow

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
COUNTED = re.compile(r"\b(vandaag|gisteren|eergisteren|morgen|overmorgen|over \d+ dag(?:en)?|\d+ dag(?:en)? (?:oud|te laat))\b")
#: what stands on the sheet: texts that are drawn, as large as they are drawn, and what CSS puts beside them
ON_PAPER = """() => { const said = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_ELEMENT);
while (walk.nextNode()) { const one = walk.currentNode, style = getComputedStyle(one);
  if (!one.checkVisibility() || one.closest(".visually-hidden")) continue;
  if (style.fontSize !== "0px") for (const text of one.childNodes) if (text.nodeType === Node.TEXT_NODE) said.push(text.data);
  const beside = getComputedStyle(one, "::after"); if (beside.content.startsWith('"') && beside.fontSize !== "0px") said.push(beside.content); }
return said.join(" "); }"""


def on_paper(page: Page) -> str:
    page.emulate_media(media="print")
    said: str = page.evaluate(ON_PAPER)
    return said


def test_a_case_says_its_days_as_dates(browser: Browser, house: House) -> None:
    today = day_of(datetime.now(UTC))
    facts = (*make.COMPLETE, Fact(Section.MARKER, "12,4 µg/l", label="PSA", dated_on=today - timedelta(days=5)))
    with house.database.transaction() as session:
        zeed, now = session.get_one(Hospital, house.region.hospitals["ZEED"]), datetime.now(UTC)
        case = make.case(session, zeed, now=now, board_id=house.region.boards["URO-P"], facts=facts)
        case.due_on = today + timedelta(days=3)
        path = f"/cases/{case.id}"
    with narrow(browser, house, "Aisha", path) as page:
        seen, said = page.locator("main").inner_text(), on_paper(page)
    assert {"vandaag", "over 3 dagen", "5 dagen oud"} <= set(COUNTED.findall(seen)), "the screen counts, as before"
    assert COUNTED.findall(said) == []
    assert f"{today - timedelta(days=5):%d-%m-%Y}" in said


def test_a_case_on_an_agenda_and_the_lists_say_theirs_as_dates(browser: Browser, house: House) -> None:
    now, region = datetime.now(UTC), house.region
    with house.database.transaction() as session:
        round_ = on_the_agenda(session, region, now=now, starts_at=now + timedelta(days=3), closes_at=now)
        case_id, meeting_id = round_.case_id, round_.meeting_id
    for path in (f"/cases/{case_id}", f"/meetings/{meeting_id}", "/meetings", "/worklist", "/post", "/follow-up"):
        with narrow(browser, house, "Aisha", path) as page:
            assert COUNTED.findall(on_paper(page)) == [], path
