"""Names in other writing, in a real browser: what stands beside them stays where it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import PersonName
from tests import make
from tests.web.people_house import House, house
from tests.web.test_narrow_in_browser import narrow

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
WRITTEN = """name => { const texts = document.createTreeWalker(document.querySelector("#worklist-rows"), NodeFilter.SHOW_TEXT);
  const at = words => { texts.currentNode = texts.root; for (let one; (one = texts.nextNode());) if (one.data.includes(words)) {
      const range = new Range(), from = one.data.indexOf(words); range.setStart(one, from); range.setEnd(one, from + words.length);
      return range.getBoundingClientRect(); } };
  const [who, year] = [at(name), at("1951")];
  return [year.left >= who.right, Math.abs(year.top - who.top) < who.height]; }"""


@pytest.mark.parametrize("family", ["المحمدي", "כהן"])
def test_the_year_stands_behind_a_name_that_is_written_from_right_to_left(browser: Browser, house: House, family: str) -> None:
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        whose = make.identity(name=PersonName(family=family, initials=family[0]), birth_on=make.TODAY.replace(year=1951))
        make.case(session, zeed, patient=whose, now=datetime.now(UTC), board_id=house.region.boards["URO-P"])

    with narrow(browser, house, "Aisha", "/worklist") as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        assert page.evaluate(WRITTEN, family) == [True, True]


def test_the_year_stands_behind_such_a_name_beside_an_agenda_too(browser: Browser, house: House) -> None:
    """There name and year are one text: "(1951)" stood left of it among the candidates."""
    family = "علي"
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        whose = make.identity(name=PersonName(family=family), birth_on=make.TODAY.replace(year=1951))
        make.case(session, zeed, patient=whose, now=datetime.now(UTC), board_id=house.region.boards["URO-P"])

    with narrow(browser, house, "Bram", f"/meetings/{house.region.meeting}") as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        assert page.evaluate(WRITTEN.replace("#worklist-rows", "#candidates"), family) == [True, True]
