"""Pages on paper, from a real browser: what is read before signing, and nothing that is only to be clicked or filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from playwright.sync_api import Browser, Page

from tests import make
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
