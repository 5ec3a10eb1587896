"""The patient objects while the scribe still types at that case, and the chair is at the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from mdo_portal.domain.case import Case
from mdo_portal.services.identity import objections
from tests.journeys.test_glass import portal
from tests.journeys.test_room_late_answers import SOON, Room, room

__all__ = ["portal", "room"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_who_types_at_it_is_taken_to_the_case_that_is_on_whole(room: Room) -> None:
    """Name and conclusion stayed the first patient's, around the case of the second: what was typed next stood with the wrong one."""
    with room.seat("Mila") as scribe:
        scribe.get_by_role("textbox", name="Advies").click()
        scribe.keyboard.type("Eerst een scan. ")
        room.show(1)
        expect(scribe.locator("[data-room-follow]")).to_be_visible(timeout=SOON)  # it does not go under their hands

        with room.portal.database.transaction() as session:
            case = session.get_one(Case, room.rounds[0].case_id)
            objections.record(session, case, viewer=room.portal.region.dirk, now=datetime.now(UTC))

        room.shows(scribe, 1)
        expect(scribe.locator("#room-banner")).to_contain_text("4712")
        expect(scribe.get_by_role("textbox", name="Advies")).not_to_contain_text("Eerst een scan")
        expect(scribe.get_by_text("De casus waar u was, is van de agenda gegaan.")).to_be_visible()
        expect(scribe.locator("[data-room-follow]")).to_be_hidden()
