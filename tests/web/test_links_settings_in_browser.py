"""The settings of a link show what the chosen way of letters asks, and nothing of the other ways."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import ROOT
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

CSS = "\n".join(path.read_text() for path in sorted((ROOT / "mdo_portal/static/dist").glob("core*.css")))
HOST, URL, PROFILE = 'input[name="host_out"]', 'input[name="url_out"]', 'select[name="profile_out"]'
TLS = ".only-tls"
LATER = 'input[name="application_ack_out"]'


@pytest.mark.parametrize(
    ("way", "shown", "not_shown"),
    [
        ("paper", (), (HOST, TLS, LATER, URL, PROFILE)),
        ("mllp", (HOST, TLS, LATER, PROFILE), (URL,)),
        ("fhir", (URL, PROFILE), (HOST, TLS, LATER)),
    ],
)
def test_only_what_the_chosen_way_needs_is_asked(
    browser: Browser, portal: Portal, way: str, shown: tuple[str, ...], not_shown: tuple[str, ...]
) -> None:
    asked = portal.person("Ada").get(f"{portal.link('KREE')}/settings").text
    page = browser.new_page()
    page.set_content(f"<style>{CSS}</style>{re.search(r'<main.*</main>', asked, re.DOTALL)[0]}")  # type: ignore[index]

    page.select_option('select[name="channel_out"]', way)

    for one in shown:
        expect(page.locator(one)).to_be_visible()
    for one in not_shown:
        expect(page.locator(one)).to_be_hidden()
    page.close()


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        ("paper", set()),
        ("hook", {"url", "secret"}),
        ("fhir", {"url", "secret", "profile_out"}),
        ("mllp", {"host", "port", "profile_out"}),
        ("notice", {"mail_to"}),
        ("folder", {"folder"}),
    ],
)
def test_letters_to_practices_ask_only_what_their_way_needs(browser: Browser, portal: Portal, way: str, shown: set[str]) -> None:
    asked = portal.person("Ada").get(f"{portal.link('KREE')}/gp").text
    page = browser.new_page()
    page.set_content(f"<style>{CSS}</style>{re.search(r'<main.*</main>', asked, re.DOTALL)[0]}")  # type: ignore[index]

    page.select_option('select[name="channel"]', way)

    fields = ("url", "secret", "profile_out", "host", "port", "mail_to", "folder")
    assert {one for one in fields if page.locator(f'main [name="{one}"]').is_visible()} == shown
    page.close()


def test_what_is_wrong_or_must_be_unchecked_stays_in_sight(browser: Browser, portal: Portal) -> None:
    form = {"csrf_token": CSRF, "name": "Kreekrug", "channel_out": "paper", "application_ack_out": "1", "token_out": "é"}
    answer = portal.person("Ada").post(f"{portal.link('KREE')}/settings", data=form).text
    page = browser.new_page()
    page.set_content(f"<style>{CSS}</style>{re.search(r'<main.*</main>', answer, re.DOTALL)[0]}")  # type: ignore[index]

    for one in (LATER, 'input[name="token_out"]'):
        expect(page.locator(one)).to_be_visible()
    page.close()
