"""The patient objects while the scribe still types at that case, and the chair is at the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.case import Case
from mdo_portal.services.identity import objections
from tests.journeys.test_glass import portal
from tests.journeys.test_room_late_answers import SOON, Room, room

__all__ = ["portal", "room"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def somebody_was_first(room: Room) -> None:
    """A colleague changed the recommendation that stands on this screen."""
    with room.portal.database.transaction() as session:
        session.execute(update(AdviceItem).values(revision=AdviceItem.revision + 1))


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


def test_whose_recommendation_was_not_saved_is_not_told_that_it_was(room: Room) -> None:
    """A colleague was first; the chair went on, and the bar said that what was typed was kept. Who went along lost it."""
    with room.seat("Mila", expected="409") as scribe:
        scribe.keyboard.press("r")
        scribe.get_by_label("Aanbeveling", exact=True).click()
        somebody_was_first(room)
        scribe.keyboard.type("Actief volgen")
        expect(scribe.locator("[data-autosave-status][data-state=conflict]")).to_be_visible(timeout=SOON)

        room.show(1)

        bar = scribe.locator("[data-room-follow]")
        expect(bar).to_be_visible(timeout=SOON)
        expect(bar.get_by_text("Wat u hier typte is niet opgeslagen")).to_be_visible()
        expect(bar.get_by_text("Wat u typte is bewaard")).to_be_hidden()
        bar.click()
        room.shows(scribe, 1)


def test_what_is_refused_while_the_bar_stands_there_changes_what_it_says(room: Room) -> None:
    with room.seat("Mila", expected="409") as scribe:
        scribe.keyboard.press("r")
        scribe.get_by_label("Aanbeveling", exact=True).click()
        room.show(1)
        bar = scribe.locator("[data-room-follow]")
        expect(bar.get_by_text("Wat u typte is bewaard")).to_be_visible(timeout=SOON)
        somebody_was_first(room)

        scribe.keyboard.type("Actief volgen")

        expect(bar.get_by_text("Wat u hier typte is niet opgeslagen")).to_be_visible(timeout=SOON)
