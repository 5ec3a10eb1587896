"""Somebody looks at a case while its hospital says that the patient is called otherwise or died, or the patient objects: the screen goes along."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import PatientChange, PersonName, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import merges, objections
from mdo_portal.services.patients import patient_feed
from tests import make
from tests.journeys.test_glass import Portal, portal
from tests.journeys.test_room_late_answers import SOON, Room, room

__all__ = ["portal", "room"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
BEFORE, SINCE = "van Voorbeeld", "Hofstede-van Voorbeeld"


def is_named_otherwise(portal: Portal) -> None:
    """What stands on every screen from now on."""
    told = make.identity(
        "4711", bsn=make.BSN, birth_on=date(1950, 1, 2), name=PersonName(family=SINCE, initials="AB"), deceased=True
    )
    with portal.database.transaction() as session:
        zeed = session.get_one(Hospital, portal.region.hospitals["ZEED"])
        patient_feed.change(session, PatientChange(told, event="A08"), Source(zeed, datetime.now(UTC), Wire.HL7V2))


def test_the_room_and_the_beamer_name_the_patient_as_the_case_does(room: Room) -> None:
    """The case, the dialogs and the agenda said the new name, and above them stood the old one; of a death the room said nothing."""
    with room.seat("Mila") as screen, room.portal.desk_of("Bram") as wall:
        wall.goto(f"{room.portal.url}/meetings/{room.portal.region.meeting}/room?beamer=1")
        expect(wall.locator("[data-room]")).to_have_attribute("data-joined", "yes", timeout=SOON)
        expect(screen.locator("#room-banner")).to_contain_text(BEFORE)

        is_named_otherwise(room.portal)

        for page in (screen, wall):
            expect(page.locator("#room-banner")).to_contain_text(SINCE, timeout=SOON)
            expect(page.locator("#room-banner")).to_contain_text("Overleden")
        expect(wall.locator("#room-banner .bsn-item")).to_have_count(0)


def test_so_does_the_page_of_the_case(portal: Portal) -> None:
    """What is read there waits until it is asked for; whose it is does not."""
    with portal.desk_of("Aisha") as aisha:
        aisha.goto(f"{portal.url}/cases/{portal.case_id}")
        expect(aisha.locator(".live")).to_have_attribute("data-state", "on", timeout=SOON)
        banner = aisha.get_by_role("region", name="Patiënt", exact=True)
        expect(banner).to_contain_text(BEFORE)
        aisha.keyboard.press("Tab")  # a reader who is at work is asked first

        is_named_otherwise(portal)

        expect(banner).to_contain_text(SINCE, timeout=SOON)
        expect(banner).to_contain_text("Overleden")
        expect(aisha.locator('[data-live-bar="case-content"]')).to_be_visible()


def chosen_on_the_work_list(portal: Portal, page: Page) -> None:
    page.goto(f"{portal.url}/worklist")
    expect(page.locator(".live")).to_have_attribute("data-state", "on", timeout=SOON)
    page.locator("tr[data-row]", has_text=BEFORE).click()
    expect(page.locator("#brief-case")).to_contain_text(BEFORE, timeout=SOON)


def test_so_does_the_case_in_brief_beside_the_work_list(portal: Portal) -> None:
    with portal.desk_of("Aisha") as aisha:
        chosen_on_the_work_list(portal, aisha)

        is_named_otherwise(portal)

        expect(aisha.locator("#brief-case")).to_contain_text(SINCE, timeout=SOON)


def test_of_a_patient_who_objects_the_case_in_brief_leaves_the_screen(portal: Portal) -> None:
    """Name, question and wish stood there until another line was chosen, also when the list beside it had let go of the patient."""
    with portal.desk_of("Aisha") as aisha:
        chosen_on_the_work_list(portal, aisha)

        with portal.database.transaction() as session:
            case = session.get_one(Case, portal.case_id)
            objections.record(session, case, viewer=portal.region.dirk, now=datetime.now(UTC))

        expect(aisha.locator("#brief-case")).to_have_count(0, timeout=SOON)
        expect(aisha.locator("main")).not_to_contain_text(BEFORE)
        expect(aisha.locator("#main")).to_be_focused()
        expect(aisha.locator(".toast-text")).to_have_text(
            "Wat hier gekozen was, is voor u niet meer in te zien. Het is van het scherm gehaald."
        )


def is_merged(room: Room, gone: int, kept: int) -> None:
    """The hospital says that whom the one case is of, is whom the other is of."""
    with room.portal.database.transaction() as session:
        was, goes_on = (
            session.get_one(Patient, session.get_one(Case, room.rounds[number].case_id).patient_id) for number in (gone, kept)
        )
        merges.join(session, goes_on, was, now=datetime.now(UTC))


def test_a_merge_while_one_looks_by_themselves_another_types_and_a_third_has_no_line(room: Room) -> None:
    with room.seat("Bram") as chair, room.seat("Mila") as reader, room.seat("Aisha", expected="ERR_INTERNET|WebSocket") as away:
        second = f"{room.portal.url}/meetings/{room.portal.region.meeting}/room?round={room.rounds[1].id}"
        reader.goto(second)
        expect(reader.locator("#room-banner")).to_contain_text("4712")
        away.goto(second)
        expect(away.locator("[data-room]")).to_have_attribute("data-joined", "yes", timeout=SOON)
        chair.get_by_role("textbox", name="Advies").click()
        chair.keyboard.type("Eerst een scan.")
        away.context.set_offline(True)

        is_merged(room, gone=1, kept=0)

        expect(reader.locator("#room-banner")).to_contain_text("4711", timeout=SOON)
        expect(reader.locator("#room-case")).to_have_attribute("data-round", str(room.rounds[1].id))
        expect(chair.get_by_role("textbox", name="Advies")).to_contain_text("Eerst een scan.")
        away.context.set_offline(False)
        expect(away.locator("#room-banner")).to_contain_text("4711", timeout=2 * SOON)
        reader.reload()
        expect(reader.locator("#room-banner")).to_contain_text("4711")
        expect(reader.locator("#room-case")).to_have_attribute("data-round", str(room.rounds[1].id))
        chair.keyboard.press("Escape")
        chair.keyboard.press("n")
        room.shows(chair, 1)
        expect(chair.locator("#room-banner")).to_contain_text("4711")
        expect(chair.get_by_role("textbox", name="Advies")).not_to_contain_text("Eerst een scan.")
