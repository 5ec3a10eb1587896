"""In the room an answer may come late, after the page it was asked for has moved on: the screen stays one patient's, and whole."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error, Page, Route, expect
from sqlalchemy import select

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import documents
from mdo_portal.services.history import standing
from mdo_portal.services.room import rooms
from tests import make
from tests.journeys.test_glass import Portal, portal

__all__ = ["portal"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SOON = 15_000
CASE = "/piece/case"
FOLD = "#room-advice > details"
NOTHING = "**/nothing-asks-for-this"
UUID = re.compile(r"[0-9a-f-]{36}")
WHOSE = """() => [...document.querySelectorAll('#room-case, #room-conclusion, #room-advice')]
  .map(piece => new URL(piece.dataset.liveUrl, location.href).searchParams.get('round'))"""


class Late:
    """The next answer to what is asked here: made by the portal at once, and handed to the page when the test says so."""

    def __init__(self, page: Page, asked: str) -> None:
        self._page, self._asked, self._routes = page, re.compile(asked), list[Route]()
        page.route(self._asked, lambda route: self._routes.append(route))

    @property
    def is_asked(self) -> bool:
        return bool(self._routes)

    def made(self) -> None:
        """It was asked for, and is answered."""
        end = time.monotonic() + SOON / 1000
        while not self._routes:
            assert time.monotonic() < end, f"nobody asked for {self._asked.pattern}"
            self._page.wait_for_timeout(20)
        self._answers = [(route, route.fetch()) for route in self._routes]

    def arrives(self) -> None:
        """What is asked from now on is not held up."""
        for route, answer in self._answers:
            with suppress(Error):  # the page gave it up for another
                route.fulfill(response=answer)
        self._page.unroute(self._asked)
        self._page.wait_for_timeout(100)


@dataclass
class Room:
    """An open meeting with three cases; the first is on."""

    portal: Portal
    rounds: list[Round]

    @contextmanager
    def seat(self, name: str, *, expected: str = "404|422|403") -> Iterator[Page]:
        with self.portal.desk_of(name, expected=expected) as page:
            # Chromium begins to hold requests up somewhat after it says so: of 400 keys pressed at once, 6 were let through.
            page.route(NOTHING, lambda route: route.continue_())
            page.goto(f"{self.portal.url}/meetings/{self.portal.region.meeting}/room")
            expect(page.locator(".cm-content")).to_have_count(3, timeout=SOON)
            expect(page.locator("[data-room]")).to_have_attribute("data-joined", "yes", timeout=SOON)
            yield page

    def something_came_in(self) -> None:
        """For the case that is on."""
        with self.portal.database.transaction() as session:
            case = session.get_one(Case, self.rounds[0].case_id)
            case.revision += 1
            standing.announce(session, case)

    def show(self, number: int) -> None:
        with self.portal.database.transaction() as session:
            meeting = session.get_one(Meeting, self.portal.region.meeting)
            rooms.show(session, meeting, self.rounds[number].id, now=datetime.now(UTC))

    def shows(self, page: Page, number: int) -> None:
        """All of the screen is this case's."""
        expect(page.locator("#room-case")).to_have_attribute("data-round", str(self.rounds[number].id), timeout=SOON)
        assert set(page.evaluate(WHOSE)) == {str(self.rounds[number].id)}


@pytest.fixture
def room(portal: Portal) -> Room:
    now = datetime.now(UTC)
    with portal.database.transaction() as session:
        zeed, meeting = (
            session.get_one(Hospital, portal.region.hospitals["ZEED"]),
            session.get_one(Meeting, portal.region.meeting),
        )
        for number in ("4712", "4713"):
            case = make.case(session, zeed, now=now, board_id=portal.region.boards["URO-P"], patient=make.identity(number))
            make.planned(session, case, meeting, viewer=portal.region.aisha, now=now)
        meeting.starts_at = now + timedelta(minutes=1)
        rooms.open_meeting(session, meeting, now=now)
        query = select(Round).where(Round.meeting_id == meeting.id).order_by(Round.position, Round.id)
        rounds = list(session.scalars(query))
        for title in ("CT", "MRI"):
            on = session.get_one(Case, rounds[0].case_id)
            scan = make.document(f"%PDF-1.7 {title}".encode(), title=title, reference=title)
            documents.add(session, on, scan, Source(zeed, now, Wire.HL7V2))
        return Room(portal, rounds)


def test_the_next_case_comes_whole_also_when_the_present_one_was_renewed_meanwhile(room: Room) -> None:
    """The one before stood beside the conclusion, and below the name, of the next: the answer's place was no more on the page."""
    with room.seat("Bram") as chair:
        renewed, on = Late(chair, CASE), Late(chair, "/room/next")
        room.something_came_in()
        renewed.made()
        chair.keyboard.press("n")
        on.made()

        renewed.arrives()
        on.arrives()

        room.shows(chair, 1)


def test_a_screen_whose_case_is_renewed_while_the_chair_goes_on_goes_along(room: Room) -> None:
    """It was taken for one that looks by itself, and stayed where it was; on the wall nothing said so."""
    with room.seat("Mila") as screen:
        agenda = Late(screen, "/piece/agenda")
        room.show(1)
        agenda.made()
        with screen.expect_response(re.compile(CASE)):
            room.something_came_in()

        agenda.arrives()

        room.shows(screen, 1)


def test_a_conclusion_that_was_asked_for_before_takes_no_text_along(room: Room) -> None:
    """At the first case there is no way back: all of it comes once more, and what was fetched before came after it."""
    with room.seat("Bram") as chair:
        renewed = Late(chair, "/piece/conclusion")
        room.something_came_in()
        renewed.made()
        with chair.expect_response(re.compile("/piece/round")):
            chair.keyboard.press("b")
        chair.wait_for_timeout(100)

        renewed.arrives()

        expect(chair.get_by_role("textbox", name="Advies")).to_be_visible()
        expect(chair.locator(".cm-content")).to_have_count(3)


def test_an_outcome_that_is_answered_late_takes_no_text_along(room: Room) -> None:
    with room.seat("Bram") as chair:
        text = chair.locator("[data-note]").last
        text.evaluate("note => { note.dataset.seen = 'yes' }")
        outcome = Late(chair, "/room/outcome/")
        chair.keyboard.press("h")
        outcome.made()
        with chair.expect_response(re.compile("/piece/round")):
            chair.keyboard.press("b")
        chair.wait_for_timeout(100)

        outcome.arrives()

        expect(chair.locator('[data-hotkey="h"]')).to_have_attribute("aria-pressed", "true", timeout=SOON)
        expect(text).to_have_attribute("data-seen", "yes")  # the one that its reader was at, and not one made anew


def test_who_types_on_while_an_outcome_is_answered_types_where_they_were(room: Room) -> None:
    """The rest of the word came at the very beginning of the advice."""
    with room.seat("Bram") as chair:
        advice = chair.get_by_role("textbox", name="Advies")
        advice.click()
        chair.keyboard.type("Eerst een scan. ")
        chair.keyboard.press("Escape")
        outcome = Late(chair, "/room/outcome/")
        chair.keyboard.press("h")
        outcome.made()
        advice.click()
        chair.keyboard.press("End")
        chair.keyboard.type("Daarna opera")

        outcome.arrives()
        chair.keyboard.type("tie.")

        expect(chair.locator('[data-hotkey="h"]')).to_have_attribute("aria-pressed", "true")
        expect(advice).to_have_text("Eerst een scan. Daarna operatie.")


def test_a_key_is_a_key_also_after_a_fold_was_opened(room: Room) -> None:
    """Whoever had clicked on one pressed n, d and s in vain, without a word."""
    with room.seat("Bram") as chair:
        chair.locator(f"{FOLD} > summary").click()

        chair.keyboard.press("n")

        room.shows(chair, 1)


def test_who_begins_to_type_while_the_next_case_is_on_its_way_stays_where_they_are(room: Room) -> None:
    """The case went from under their hands, and the letters that followed were keys for the next patient."""
    with room.seat("Mila") as screen:
        following = Late(screen, "/piece/round")
        room.show(1)
        following.made()
        screen.get_by_role("textbox", name="Advies").click()
        screen.keyboard.type("Eerst een ")

        following.arrives()
        screen.keyboard.type("scan.")

        expect(screen.locator("[data-room-follow]")).to_be_visible()
        expect(screen.get_by_role("textbox", name="Advies")).to_have_text("Eerst een scan.")
        room.shows(screen, 0)
        screen.locator("[data-room-follow]").click()
        room.shows(screen, 1)


def test_a_new_recommendation_takes_no_focus_from_who_types_elsewhere_by_now(room: Room) -> None:
    """Their next letters chose a kind of treatment."""
    with room.seat("Bram") as chair:
        added = Late(chair, "/room/advice/")
        chair.keyboard.press("r")
        added.made()
        chair.get_by_role("textbox", name="Advies").click()
        chair.keyboard.type("Opera")

        added.arrives()
        chair.keyboard.type("tie.")

        expect(chair.get_by_role("textbox", name="Advies")).to_have_text("Operatie.")
        expect(chair.get_by_label("Soort")).to_have_value("")


def test_who_goes_on_from_a_button_of_the_conclusion_is_on_the_page_and_not_nowhere(room: Room) -> None:
    with room.seat("Bram") as chair:
        chair.locator('[data-hotkey="d"]').focus()
        following, ended = Late(chair, "/next$"), Late(chair, "/outcome")

        chair.keyboard.press("n")
        following.made()
        chair.keyboard.type("adh")  # words for an advice that is not there yet: no keys
        following.arrives()

        room.shows(chair, 1)
        expect(chair.locator("#main")).to_be_focused()
        assert not ended.is_asked


def test_of_two_documents_the_one_asked_for_last_opens(room: Room) -> None:
    """Whichever came first stood there, and the other one never."""
    with room.seat("Bram") as chair:
        first, second = chair.locator(".room-documents a").all()
        one, other = (Late(chair, f"document={UUID.findall(link.get_attribute('href') or '')[-1]}") for link in (first, second))
        first.click()
        one.made()
        second.click()
        other.made()

        one.arrives()
        other.arrives()

        expect(chair.locator("#room-document")).to_contain_text("MRI")


def test_what_a_reader_unfolded_stays_so_when_somebody_adds_something(room: Room) -> None:
    with room.seat("Mila") as reader, room.seat("Bram") as chair:
        fold = reader.locator(f"{FOLD} > summary")
        fold.click()

        chair.keyboard.press("r")

        expect(reader.locator(".advice-items li")).to_have_count(1, timeout=SOON)
        expect(reader.locator(FOLD)).to_have_attribute("open", "")
        expect(fold).to_be_focused()
