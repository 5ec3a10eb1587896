"""A hospital joins: from nothing to a first real message understood, with a browser and a socket, and no look at the code."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, expect

from mdo_portal.commands.demo.screens import until
from tests.integrations.hl7v2 import samples
from tests.journeys.conftest import Demo
from tests.journeys.test_real_input import send
from tests.journeys.test_two_people import person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
TEN_MINUTES = 600.0
MESSAGE = (
    samples.REFERRAL.replace(b"|HIX|", b"|JOIN-EPD|", 1).replace(b"M0001", b"JOIN-1").replace(b"12345^^^ZEED", b"JOIN-7^^^JOIN")
)


def test_a_hospital_joins_within_ten_minutes(browser: Browser, demo: Demo) -> None:
    started = time.monotonic()
    with person(browser, demo, "K. Timmer") as page:
        page.goto(f"{demo.places.url}/links")
        page.get_by_role("link", name="Ziekenhuis toevoegen").click()
        page.get_by_label("Naam", exact=True).fill("Joinhuis")
        page.get_by_label("Code", exact=True).fill("JOIN")
        page.get_by_role("button", name="Toevoegen").click()
        page.get_by_role("link", name="Koppeling maken").click()
        page.get_by_label("Lezen met profiel").select_option("hix")
        page.set_input_files("input[name=file]", {"name": "proef.hl7", "mimeType": "text/plain", "buffer": MESSAGE})
        page.get_by_role("button", name="Lees dit bericht").click()
        page.get_by_role("button", name="Stel de koppeling zo in").click()
        expect(page.get_by_text("De koppeling leest voortaan met dit profiel.")).to_be_visible()
        page.get_by_role("link", name="Hoe het loopt").click()

        until(lambda: send(demo.places.mllp, MESSAGE) == "AA", seconds=30, what="the listener to know the new name", pause=1)

        def understood() -> bool:
            page.reload()
            row = page.get_by_role("row").filter(has_text="Gelezen").inner_text()
            return re.search(r"Gelezen\s+1\s+1", row) is not None

        until(understood, seconds=60, what="the message to be understood")
    assert time.monotonic() - started < TEN_MINUTES
