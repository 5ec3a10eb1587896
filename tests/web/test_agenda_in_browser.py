"""Who waits is planned from the agenda without the mouse, in a real browser, on the page as the coordinator gets it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.web.assets import DIST
from tests import make
from tests.web.people_house import House, house

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://localhost"
FETCHED_ANEW = """([meeting, piece]) => htmx.ajax('get', `/meetings/${meeting}/piece/${piece}`, {
    source: `#${piece}`, target: `#${piece}`, select: `#${piece}`, swap: 'outerHTML', headers: {'X-Live': '1'}})"""
"""As the page itself does when it is told that something changed."""
PASSED_ON = ("content-type", "hx-request", "hx-current-url", "hx-target", "x-csrf-token", "origin", "referer")


def passed_on(client: FlaskClient, route: Route) -> None:
    """The request as the browser sends it, and the answer as the portal gives it."""
    asked = route.request
    path = asked.url.removeprefix(SITE)
    if path.startswith("/static/dist/"):
        route.fulfill(path=DIST / path.partition("?")[0].removeprefix("/static/dist/"))
        return
    headers = {name: value for name, value in asked.headers.items() if name in PASSED_ON}
    answer = client.open(path, method=asked.method, data=asked.post_data_buffer, headers=headers, follow_redirects=True)
    route.fulfill(status=answer.status_code, body=answer.data, headers=dict(answer.headers))


@pytest.fixture
def agenda(browser: Browser, house: House) -> Iterator[Page]:
    """Of a meeting for which four wait: one stands in the house already."""
    now = datetime.now(UTC)
    with house.database.transaction() as session:
        meeting = session.get_one(Meeting, house.region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        for number in ("1", "2", "3"):
            make.case(session, zeed, patient=make.identity(f"Z-{number}"))
    client = house.person("Aisha")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.route("**/*", lambda route: passed_on(client, route))
    page.goto(f"{SITE}/meetings/{house.region.meeting}")
    page.wait_for_function("window.htmx !== undefined")
    yield page
    page.close()


def planned_round(house: House, case_id: str) -> str:
    with house.database.transaction() as session:
        return str(session.scalars(select(Round.id).where(Round.case_id == uuid.UUID(case_id))).one())


def test_who_waits_is_planned_by_keyboard(agenda: Page, house: House) -> None:
    waiting, planned = agenda.locator("#candidates [data-row]"), agenda.locator("#agenda [data-row]")
    expect(waiting).to_have_count(4)
    second = waiting.nth(1).get_attribute("data-row") or ""

    agenda.keyboard.press("p")
    expect(waiting.first).to_be_focused()
    agenda.keyboard.press("j")
    expect(waiting.nth(1)).to_be_focused()
    agenda.keyboard.press("p")
    expect(waiting.nth(1).get_by_role("button")).to_be_focused()
    agenda.keyboard.press("Enter")

    expect(agenda.locator("#toasts")).to_contain_text("Gepland")
    for piece in ("agenda", "candidates"):
        agenda.evaluate(FETCHED_ANEW, [str(house.region.meeting), piece])
    expect(planned).to_have_attribute("data-row", planned_round(house, second))
    expect(waiting).to_have_count(3)
    expect(waiting.nth(1)).to_be_focused()  # the next of who waits, and not the same place on the agenda


def test_the_list_of_keys_names_the_way_to_who_waits(agenda: Page) -> None:
    agenda.keyboard.press("?")

    expect(agenda.locator("dialog[open]")).to_contain_text("naar de kandidaten")
