"""A sheet that lies on a printer says of which network it is, who printed it and when; and a list that goes on says that it does."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from mdo_portal.domain.hospital import Hospital
from mdo_portal.zone import AMSTERDAM
from tests import make
from tests.web.people_house import House, house
from tests.web.test_days_on_paper_in_browser import on_paper
from tests.web.test_narrow_in_browser import narrow

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
GOES_ON = "De lijst gaat verder"


@pytest.mark.parametrize("path", ["/worklist", "/meetings", "/follow-up", "/post"])
def test_what_is_printed_says_when_and_by_whom(browser: Browser, house: House, path: str) -> None:
    """Of two agendas on a table nobody could tell which was the newer."""
    with narrow(browser, house, "Aisha", path) as page:
        assert not page.locator("[data-printed]").is_visible()
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")  # a page may stand open since yesterday

        said = on_paper(page)

        today = datetime.now(UTC).astimezone(AMSTERDAM)
        assert "Aisha" in said and re.search(rf"afgedrukt {today:%d-%m-%Y} \d\d:\d\d", said)


@pytest.mark.parametrize("more", [0, 60])
def test_a_list_of_which_only_the_first_page_is_printed_says_so(browser: Browser, house: House, more: int) -> None:
    """*535 te plannen* stood above fifty lines, and nothing beneath them."""
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        for _ in range(more):
            make.case(session, zeed, board_id=house.region.boards["URO-P"])
    with narrow(browser, house, "Aisha", "/worklist") as page:
        assert not page.get_by_text(GOES_ON).is_visible()
        assert (GOES_ON in on_paper(page)) is bool(more)
