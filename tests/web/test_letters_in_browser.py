"""In a real browser: a template with its example beside it, and a letter to a patient from draft to released; axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from mdo_portal.database import Database
from tests import make
from tests.browser import axe
from tests.console import Complaints
from tests.people import Region
from tests.web.decision_desk import on_the_agenda
from tests.web.portal import app_on, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@dataclass(frozen=True)
class Desk:
    app: Flask
    database: Database
    region: Region
    browser: Browser
    url: str
    case: str

    @contextmanager
    def screen(self, name: str) -> Iterator[Page]:
        """This person's screen; what the browser complains of fails the test, but for an answer that says no."""
        cookie = signed_in(self.app, self.database, self.region, name).get_cookie("mdo")
        assert cookie is not None
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL")
        context.add_cookies([{"name": "mdo", "value": cookie.value, "url": self.url}])
        page = context.new_page()
        complaints = Complaints(page, expected="422")
        yield page
        context.close()
        assert complaints.all == []


@pytest.fixture
def desk(database: Database, region: Region, browser: Browser) -> Iterator[Desk]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        soon, closes = now + timedelta(days=2), now + timedelta(days=1)
        round_ = on_the_agenda(session, region, now=now, starts_at=soon, closes_at=closes)
        make.signed(session, make.discussed(session, round_, viewer=region.bram, now=now), viewer=region.bram, now=now)
        path = f"/cases/{round_.case_id}/patient-letter"
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    address = f"http://127.0.0.1:{server.port}"
    with app_on(database, hears=True, at=address) as app:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield Desk(app, database, region, browser, address, path)
        server.shutdown()
        serving.join()


def test_a_template_is_seen_while_it_is_written(desk: Desk) -> None:
    with desk.screen("Ada") as ada:
        ada.goto(f"{desk.url}/manage/letters")
        assert axe(ada) == []
        ada.get_by_role("button", name="Sjabloon maken").click()
        expect(ada.get_by_label("Begin", exact=True)).to_be_visible()
        assert axe(ada) == []
        with ada.expect_response(lambda answer: answer.url.endswith("/preview.pdf") and answer.request.method == "POST") as shown:
            ada.get_by_label("Begin", exact=True).fill("Op {datum} besprak {mdo} uw patiënt.")
            ada.keyboard.press("Tab")  # leaving the field is enough
        assert shown.value.headers["content-type"] == "application/pdf"
        ada.get_by_label("Slot", exact=True).fill("Groet van {wie}")
        ada.keyboard.press("Control+Enter")
        expect(ada.get_by_label("Slot", exact=True)).to_have_attribute("aria-invalid", "true")
        ada.get_by_label("Slot", exact=True).fill("Met groet.")
        ada.get_by_role("button", name="Bewaren als versie 2").click()
        expect(ada.get_by_role("button", name="Terug naar deze versie")).to_be_visible()


def test_a_letter_to_a_patient_goes_from_draft_to_released(desk: Desk) -> None:
    with desk.screen("Dirk") as dirk:
        dirk.goto(desk.url + desk.case)
        dirk.get_by_role("button", name="Concept maken").click()
        read = dirk.get_by_role("button", name="Ik heb deze brief gelezen")
        expect(read).to_be_disabled()
        assert axe(dirk) == []
        text = dirk.get_by_label("Tekst van de brief")
        text.fill("De artsen adviseren een operatie.")
        dirk.keyboard.press("Control+Enter")
        expect(read).to_be_enabled()
        text.fill("De artsen adviseren een operatie. Nog niet bewaard.")
        read.click()
        expect(dirk.get_by_role("alert")).to_contain_text("nog niet bewaard")
        expect(text).to_have_value("De artsen adviseren een operatie. Nog niet bewaard.")
        with dirk.expect_navigation():
            dirk.get_by_role("button", name="Tekst bewaren").click()
        read.click()
        dirk.get_by_role("button", name="Vrijgeven").click()
        expect(dirk.get_by_role("link", name="Afdrukken")).to_be_visible()
        assert axe(dirk) == []


#: how much of the example one sees below the header, and whether it lies over the list of versions
EXAMPLE = """() => { const box = document.querySelector(".letter-preview").getBoundingClientRect();
  const head = document.querySelector(".page-header").getBoundingClientRect().bottom;
  const list = document.querySelector(".timeline").closest(".panel").getBoundingClientRect();
  const over = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  return { seen: (Math.min(box.bottom, innerHeight) - Math.max(box.top, head)) / box.height, covers: over(box, list) }; }"""


def test_the_example_stays_beside_the_field_one_is_in_and_lies_over_nothing(desk: Desk) -> None:
    """It slid over the list of versions, which shone through the letter, and was gone where one chose the parts."""
    with desk.screen("Ada") as page:
        page.goto(f"{desk.url}/manage/letters")
        page.locator("select[name=audience]").select_option("gp")
        page.get_by_role("button", name="Sjabloon maken").click()
        page.locator("[data-preview-button]").wait_for()
        for field in ("[name=name]", "[name=intro]", "[name^=heading-]:last-of-type >> nth=-1", "[data-preview-button]"):
            page.locator(field).evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
            shown = page.evaluate(EXAMPLE)
            assert shown["seen"] > 0.6 and not shown["covers"], (field, shown)
