"""In a real browser: a case manager says by keyboard why a recommendation was not carried out, and the board's figures change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.people import Membership, Role
from mdo_portal.services.identity import objections
from tests import make
from tests.browser import axe, kept_as_picture
from tests.journeys.test_glass import PICTURES, Portal, portal
from tests.people import person_id
from tests.services.follow_house import IMAGING, OPERATION, signed

__all__ = ["portal"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def board(portal: Portal) -> str:
    """The address of the figures of Uro-prostaat, which signed two recommendations of which one is late. Dirk manages ZEED's cases."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    late = IMAGING | {"due_on": (now + timedelta(days=1)).date().isoformat()}
    with portal.database.transaction() as session:
        session.add(Membership(person_id=person_id("Dirk"), hospital_id=portal.region.hospitals["ZEED"], role=Role.CASE_MANAGER))
        meeting = session.get_one(Meeting, portal.region.meeting)
        kept = meeting.starts_at
        meeting.starts_at, meeting.registration_closes_at = now, now
        signed(session, portal.region, OPERATION, late, now=now)
        meeting.starts_at = kept
        make.meeting(session, session.get_one(Board, meeting.board_id), starts_at=make.NOW, opened_at=make.NOW)
    return f"{portal.url}/follow-up/figures/{portal.region.boards['URO-P']}"


def picture(page: Page, name: str) -> None:
    """As somebody would see it, at a desk and on a phone; nothing sticks out and nobody is shut out."""
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        kept_as_picture(page, PICTURES / f"follow-{name}-{width}.png", full_page=True)
    assert axe(page) == []


def test_a_case_manager_says_why_not_and_the_figures_of_the_board_change(portal: Portal, board: str) -> None:
    with portal.desk_of("Dirk") as page:
        page.goto(f"{portal.url}/follow-up")
        picture(page, "list")
        page.locator("[data-row]").first.focus()
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Wat kwam ervan?")).to_be_visible()
        picture(page, "one")
        page.keyboard.press("n")
        page.get_by_label("Reden, bij deels of niet").select_option("wish")
        page.get_by_label("Toelichting").fill("Wil eerst de zomer afwachten.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Vastgelegd: niet uitgevoerd.")).to_be_visible()
        expect(page.get_by_text("PSMA-PET")).to_have_count(0)

    with portal.desk_of("Bram") as page:
        page.goto(board)
        whole = page.get_by_role("row", name="Hele periode")
        expect(whole.get_by_role("cell")).to_have_text(["2", "0", "0", "1", "1", "0 %", "–"])
        picture(page, "figures")
        page.goto(f"{portal.url}/meetings/figures/{portal.region.boards['URO-P']}?year=2026")
        expect(page.get_by_role("table", name="Hoe lang het duurde")).to_be_visible()
        picture(page, "year")
        page.goto(f"{portal.url}/meetings/{portal.region.meeting}")
        told = page.locator(".told-back")
        expect(told).to_contain_text("Wil eerst de zomer afwachten.")
        picture(page, "told")
        told.get_by_role("button", name="Alles gehoord").click()
        expect(told).to_have_count(0)


def test_who_objects_while_the_board_reads_what_became_of_it_is_named_there_no_more(portal: Portal, board: str) -> None:
    """The list was made when the page opened, and named the patient until somebody opened it anew."""
    now = datetime.now(UTC)
    with portal.database.transaction() as session:
        answered = session.scalars(select(FollowUp).order_by(FollowUp.position)).first()
        assert answered is not None
        answered.state, answered.closed_at, answered.closed_by = FollowState.CARRIED_OUT, now, portal.region.dirk.person_id
        case_id = answered.case_id
    with portal.desk_of("Bram") as page:
        page.goto(f"{portal.url}/meetings/{portal.region.meeting}")
        expect(page.locator(".live")).to_have_attribute("data-state", "on")
        expect(page.locator(".told-back")).to_contain_text("Voorbeeld")

        with portal.database.transaction() as session:
            objections.record(session, session.get_one(Case, case_id), viewer=portal.region.dirk, now=now)

        expect(page.locator(".told-back")).to_have_count(0)
