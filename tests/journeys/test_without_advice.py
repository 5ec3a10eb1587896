"""A chair defers a case and tells the referrer why, by keyboard; the coordinator and the hospital see it; it is restored and recalled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from mdo_portal.domain.board import Meeting
from mdo_portal.services.room import rooms
from tests.journeys.signature import picture, sign
from tests.journeys.test_glass import Portal, portal

__all__ = ["portal"]
SOON = 15_000
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_chair_tells_the_referrer_why_there_is_no_advice(portal: Portal) -> None:
    with portal.database.transaction() as session:
        meeting = session.get_one(Meeting, portal.region.meeting)
        meeting.starts_at = datetime.now(UTC) - timedelta(minutes=10)
        rooms.open_meeting(session, meeting, now=datetime.now(UTC))
    room = f"{portal.url}/meetings/{portal.region.meeting}/room"
    with portal.desk_of("Bram") as chair, portal.desk_of("Aisha") as secretary, portal.desk_of("Dirk") as referrer:
        chair.goto(room)
        expect(chair.locator("[data-live-word]")).to_have_text("live", timeout=SOON)
        chair.keyboard.press("x")
        expect(chair.get_by_label("Waarom nu niet?")).to_be_focused()
        chair.keyboard.type("De revisie van de MRI is niet binnen.")
        chair.keyboard.press("Enter")
        expect(chair.get_by_role("link", name="Bericht aan de verwijzer")).to_be_visible(timeout=SOON)
        expect(chair.get_by_text("Reden: De revisie van de MRI is niet binnen.")).to_be_visible()
        secretary.goto(f"{portal.url}/post")
        expect(secretary.get_by_text("1 bespreking eindigde zonder advies")).to_be_visible()
        picture(secretary, "without-advice-untold")

        chair.get_by_role("link", name="Bericht aan de verwijzer").click()
        expect(chair.get_by_text("In deze bespreking is over uw patiënt geen advies gegeven.")).to_be_visible(timeout=SOON)
        picture(chair, "without-advice-read")
        sign(chair)
        expect(chair.get_by_role("heading", name=re.compile("Bericht getekend"))).to_be_visible()
        secretary.reload()
        expect(secretary.get_by_text("bericht zonder advies", exact=False).first).to_be_visible()
        expect(secretary.get_by_text("eindigde zonder advies")).to_have_count(0)
        referrer.goto(f"{portal.url}/cases/{portal.case_id}")
        expect(referrer.get_by_text("Bericht zonder advies").first).to_be_visible()

        chair.get_by_role("link", name="Herstellen…").click()
        chair.get_by_label("Waarom er geen advies is").fill("De revisie van de PET-CT is niet binnen.")
        chair.get_by_label("Wat er niet klopte").fill("verkeerd onderzoek genoemd")
        chair.keyboard.press("Control+Enter")
        expect(chair.get_by_role("heading", name=re.compile("Hersteld bericht"))).to_be_visible()
        picture(chair, "without-advice-restored")
        sign(chair)
        chair.get_by_role("link", name="Bericht intrekken…").click()
        expect(chair.get_by_label("Reden van het intrekken")).to_be_focused()
        chair.keyboard.type("toch besproken")
        chair.keyboard.press("Control+Enter")
        sign(chair)
        chair.goto(room)
        chair.get_by_role("button", name="Ongedaan maken").click()
        expect(chair.get_by_role("link", name="Lezen en tekenen")).to_be_visible(timeout=SOON)
        referrer.reload()
        expect(referrer.get_by_text("Bericht ingetrokken,").first).to_be_visible()
