"""What a chair does in every journey that ends with a signature, and the pictures of it."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser import axe, kept_as_picture
from tests.journeys.test_glass import PICTURES
from tests.people import PASSWORD


def picture(page: Page, name: str) -> None:
    """Of a laptop and of a phone; without a finding of axe, and never wider than its screen."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        kept_as_picture(page, PICTURES / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} {width}"
    page.set_viewport_size({"width": 1360, "height": 900})
    assert axe(page) == [], name


def sign(page: Page) -> None:
    page.get_by_label("Uw wachtwoord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/signed"))
