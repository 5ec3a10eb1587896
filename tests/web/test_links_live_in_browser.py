"""The page of a link in a real browser: it follows what comes in while somebody looks at it, and is in nobody's way."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.services.inbox import intake, settling
from tests import make
from tests.journeys.test_glass import Portal, portal
from tests.web.live_line import SOON, hurried
from tests.web.refreshed_page import GATHERED_MS, Server, server

__all__ = ["portal", "server"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
CALM_MS = 4_500  #: what a piece that ages hears of is fetched within four seconds (refresh.ts: CALM_MS and its spread)
AGES = "data-live-ages"
SELECT = "getSelection().selectAllChildren(document.querySelector('#panel p'))"


def kept(portal: Portal) -> uuid.UUID:
    """A message of ZEED that waits to be read."""
    with portal.database.transaction() as session:
        intake.keep(session, [make.arrival(portal.region.links["ZEED"], at=datetime.now(UTC))])
        newest = select(InboundMessage.id).order_by(InboundMessage.seq.desc())
        return session.scalars(newest).first() or uuid.UUID(int=0)


def settled(portal: Portal, message: uuid.UUID, state: InboundState, reason: str = "") -> None:
    with portal.database.transaction() as session:
        settling.settle(session, message, state, now=datetime.now(UTC), reason=reason)


def aged(server: Server) -> None:
    """The panel is one that ages, and its page is live."""
    server.mode = AGES
    server.page.clock.install()
    server.page.reload()
    expect(server.page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)


def calm(server: Server) -> None:
    """As long as a piece that ages takes at most, by the clock of its page; and time for what it asks to come here."""
    server.page.clock.run_for(CALM_MS)
    server.page.wait_for_timeout(GATHERED_MS)


@pytest.mark.parametrize("address", ["/links/{zeed}", "/links"])
def test_what_cannot_be_read_is_there_without_a_reload(portal: Portal, address: str) -> None:
    """A link manager asked the vendor to send once more, and looked at a page on which nothing happened."""
    waits = kept(portal)
    with portal.desk_of("Lars") as page:
        page.clock.install()
        page.goto(portal.url + address.format(zeed=portal.region.hospitals["ZEED"]))
        expect(page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
        expect(unreadable(page)).to_have_text("0")

        settled(portal, waits, InboundState.UNREADABLE, "not_er7")

        hurried(page, lambda: "1" in unreadable(page).inner_text())
        expect(unreadable(page)).to_contain_text("1", timeout=SOON)
        expect(page.locator("[data-live-bar]")).to_have_count(0)
        expect(page.locator("#inbox-unreadable:visible")).to_have_text(["1"] if address == "/links" else [])  # at the tab


def test_who_waits_for_a_first_message_sees_it_come_in_among_the_messages(portal: Portal) -> None:
    """Nothing new appeared there by itself, while every other page follows: one pressed reload until it was there."""
    with portal.desk_of("Lars") as page:
        page.goto(f"{portal.url}/inbox")
        expect(page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
        before = page.locator("[data-row]").count()

        settled(portal, kept(portal), InboundState.UNREADABLE, "not_er7")

        expect(page.locator("[data-row]")).to_have_count(before + 1, timeout=SOON)
        expect(page.locator("#inbox-unreadable")).to_have_text("1", timeout=SOON)
        expect(page.locator("#inbox-unreadable")).to_be_visible()


def test_the_administrator_sees_a_sender_come_in_whom_nobody_knows(portal: Portal) -> None:
    """Before a link knows its sender, that is how a hospital calls first; it is refused at the door, and read by nobody."""
    with portal.desk_of("Ada") as page:
        page.goto(f"{portal.url}/inbox")
        expect(page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
        before = page.locator("[data-row]").count()

        with portal.database.transaction() as session:
            intake.keep(session, [make.arrival(None, at=datetime.now(UTC), reason="unknown_sender")])

        expect(page.locator("[data-row]")).to_have_count(before + 1, timeout=SOON)


def test_who_reads_the_messages_is_told_of_a_new_one_and_keeps_the_lines_where_they_are(portal: Portal) -> None:
    """Each stands on top: what one was about to press would be another's button."""
    settled(portal, kept(portal), InboundState.UNREADABLE, "not_er7")
    with portal.desk_of("Lars") as page:
        page.goto(f"{portal.url}/inbox")
        expect(page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
        page.keyboard.press("j")
        before = page.locator("[data-row]").count()

        settled(portal, kept(portal), InboundState.UNREADABLE, "not_er7")

        page.locator("[data-live-bar]").click()
        expect(page.locator("[data-row]")).to_have_count(before + 1, timeout=SOON)
        expect(page.locator("[data-live-bar]")).to_have_count(0)


def unreadable(page: Page) -> Locator:
    """The number beside *Onleesbaar*: of the day on the page of one link, of all on its card."""
    row = page.get_by_role("row", name="Onleesbaar")
    card = page.locator(".link-card dt", has_text="Onleesbaar").locator("+ dd")
    return row.get_by_role("cell").first.or_(card)


def test_who_is_about_to_copy_something_keeps_it_selected_and_sees_the_newest_afterwards(server: Server) -> None:
    aged(server)
    server.page.evaluate(SELECT)

    server.change()
    calm(server)
    assert server.fetched == 0
    assert server.page.evaluate("String(getSelection())") == "stand 1"

    server.page.evaluate("getSelection().removeAllRanges()")
    calm(server)
    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)


def test_a_button_that_is_being_pressed_stays_until_it_is_let_go(server: Server) -> None:
    """It would be another one by then, and the click would come on nothing."""
    aged(server)
    server.page.get_by_role("button", name="Voeg toe").hover()
    server.page.mouse.down()

    server.change()
    calm(server)
    assert server.fetched == 0
    server.page.mouse.up()

    calm(server)
    server.until_asked()
    assert server.revision == 3, "the click was heard"


def test_many_messages_in_a_row_are_one_look(server: Server) -> None:
    aged(server)

    for _ in range(8):
        server.change()

    calm(server)
    expect(server.page.locator("#panel")).to_contain_text("stand 9", timeout=SOON)
    assert server.fetched <= 2


def test_what_nobody_tells_is_seen_when_one_comes_back_to_the_page(server: Server) -> None:
    """How long a message waits, and whether anybody listens, changes without an event."""
    aged(server)
    server.revision = 5

    server.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(server.page.locator("#panel")).to_contain_text("stand 5", timeout=SOON)
