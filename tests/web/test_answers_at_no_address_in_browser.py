"""A page that was the answer to a form: back and forward lead to that page where it has an address, else to where its form stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integrations.hl7v2 import samples
from tests.web.access_house import House, house
from tests.web.portal import signed_in
from tests.web.test_csp import served

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def opened(browser: Browser, house: House, app: object, url: str, who: str, path: str) -> Page:
    cookie = signed_in(app, house.database, house.region, who).get_cookie("mdo")  # type: ignore[arg-type]
    assert cookie is not None
    context = browser.new_context()
    context.add_cookies([{"name": "mdo", "value": cookie.value, "url": url}])
    page = context.new_page()
    page.goto(url + path)
    return page


def goes_and_comes_back(page: Page, heading: str) -> None:
    """Elsewhere by the header, back, on, and back once more: a browser that asks to send a form again fails it (ERR_CACHE_MISS)."""
    page.locator("header nav a").last.click()
    expect(page.get_by_role("heading", name=heading)).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()
    page.go_forward()
    page.go_back()
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()


def test_after_a_tried_message_one_comes_back_to_the_page_to_try_one(house: House, browser: Browser) -> None:
    """*Formulier opnieuw verzenden?*, said the browser, on a page of its own."""
    path = f"/links/{house.region.hospitals['ZEED']}/try"
    with served(house.database) as (app, url):
        page = opened(browser, house, app, url, "Ada", path)
        page.locator("[name=message]").fill(samples.REFERRAL.decode("latin-1"))
        page.locator("[name=profile]").select_option(index=1)
        page.locator(f'form[action="{path}"] button[type=submit]').click()
        expect(page.get_by_role("heading", name="Nog een bericht")).to_be_visible()

        goes_and_comes_back(page, "Bericht proberen")

        assert samples.REFERRAL.decode("latin-1")[:40] not in page.locator("[name=message]").input_value(), "it is kept nowhere"
        page.context.close()


def test_after_an_overview_of_who_looked_one_comes_back_to_where_one_asks_for_it(house: House, browser: Browser) -> None:
    with served(house.database) as (app, url):
        page = opened(browser, house, app, url, "Petra", "/log/patient")
        page.locator("[name=number]").fill("bestaat niet")
        page.get_by_role("button", name="Tonen", exact=True).click()
        expect(page.get_by_text("geen patiënt met dit nummer")).to_be_visible()

        goes_and_comes_back(page, "Wie keek naar deze patiënt")

        page.context.close()


def test_whose_request_to_destroy_is_noted_one_comes_back_to(house: House, browser: Browser) -> None:
    with served(house.database) as (app, url):
        page = opened(browser, house, app, url, "Petra", "/retention")
        page.locator("form[action='/destruction/find'] [name=number]").fill("4711")
        page.locator("form[action='/destruction/find'] button[type=submit]").click()
        expect(page.get_by_role("heading", name="Verzoek noteren")).to_be_visible()

        goes_and_comes_back(page, "Verzoek noteren")

        assert "4711" not in page.url
        page.context.close()
