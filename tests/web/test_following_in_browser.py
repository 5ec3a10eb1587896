"""A screen in the room goes where the chair goes, in a real browser; never while something typed on it is not stored yet.

The page is a small one around the built core.js and room.js. Its server is this test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PAGE = """<!doctype html><html lang="nl"><head><title>zaal</title><meta name="made-at" content="0">{config}
<script type="module" src="{core}"></script><script type="module" src="{room}"></script></head>
<body><span data-live-indicator><span data-live-word></span></span><button>elders</button>
<div data-room="1" data-room-url="/round" data-room-page="/">{agenda}{case}
<button data-room-follow hidden>Terug naar de voorzitter</button></div><div id="toasts"></div></body></html>"""
AGENDA = (
    '<ol id="room-agenda" data-live="meeting:1" data-live-url="/agenda" data-live-revision="{0}" data-room-current="{0}"></ol>'
)
CASE = (
    '<div id="room-case" data-round="{0}" data-following="yes">casus {0}'
    '<form data-autosave="/save"><input name="text" aria-label="Aanbeveling"></form>'
    '<button hx-get="/round" hx-target="#room-case" hx-swap="outerHTML">Volgende casus</button></div>'
)


@dataclass
class Room:
    """The chair is at case `on`; what is saved is answered with `stored`."""

    page: Page
    on: int = 1
    stored: int = 204
    holds: bool = False
    saved: list[str] = field(default_factory=list)
    held: list[Route] = field(default_factory=list)
    line: LiveLine = field(default_factory=LiveLine)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/save":
            self.saved.append(re.findall(r'name="text"\s+([^\r\n]*)', route.request.post_data or "")[0])
            if self.holds:
                self.held.append(route)
            else:
                route.fulfill(status=self.stored)
        else:
            pieces = {"/agenda": AGENDA.format(self.on), "/round": CASE.format(self.on)}
            route.fulfill(body=pieces.get(path) or self._page(), content_type="text/html; charset=utf-8")

    def _page(self) -> str:
        core, room = (Assets.read()(name) for name in ("core.js", "room.js"))
        return PAGE.format(config=CONFIG, core=core, room=room, agenda=AGENDA.format(self.on), case=CASE.format(self.on))

    def go_on(self) -> None:
        """The chair goes to the next case, and everybody hears so."""
        self.on += 1
        self.line.say(self.on)
        expect(self.page.locator("#room-agenda")).to_have_attribute("data-room-current", str(self.on), timeout=SOON)
        self.page.wait_for_timeout(300)

    def type(self) -> None:
        """A recommendation, and then a click beside it."""
        with self.page.expect_response("**/save"):
            self.page.get_by_label("Aanbeveling").fill("Operatie")
            self.page.get_by_text("elders").focus()


@pytest.fixture
def room(browser: Browser) -> Iterator[Room]:
    page = browser.new_page()
    made = Room(page)
    made.line.open(page, made.answer)
    yield made
    page.close()


def test_the_screen_goes_along_once_what_was_typed_is_stored(room: Room) -> None:
    room.type()
    room.go_on()

    expect(room.page.locator("#room-case")).to_contain_text("casus 2", timeout=SOON)


@pytest.mark.parametrize("stored", [503, 409], ids=["the portal was away", "somebody else changed it"])
def test_what_was_typed_in_a_recommendation_and_not_stored_holds_the_screen(room: Room, stored: int) -> None:
    """The form went with the case, and what stood in it with the form."""
    room.stored = stored
    room.type()
    room.go_on()

    expect(room.page.locator("[data-room-follow]")).to_be_visible()
    expect(room.page.get_by_label("Aanbeveling")).to_have_value("Operatie")


def test_what_was_typed_while_the_last_words_were_under_way_is_stored_also_when_its_reader_goes_elsewhere(room: Room) -> None:
    room.holds = True
    with room.page.expect_request("**/save"):
        room.page.get_by_label("Aanbeveling").fill("Oper")
    room.page.get_by_label("Aanbeveling").fill("Operatie")
    room.on = 2
    room.page.get_by_text("Volgende casus").click()
    expect(room.page.locator("#room-case")).to_contain_text("casus 2", timeout=SOON)

    room.holds = False
    with room.page.expect_request("**/save"):
        room.held.pop().fulfill(status=204)
    room.page.wait_for_timeout(200)

    assert room.saved == ["Oper", "Operatie"]


def test_what_cannot_be_stored_any_more_is_said_when_its_form_is_gone(room: Room) -> None:
    room.holds = True
    with room.page.expect_request("**/save"):
        room.page.get_by_label("Aanbeveling").fill("Oper")
    room.on = 2
    room.page.get_by_text("Volgende casus").click()
    expect(room.page.locator("#room-case")).to_contain_text("casus 2", timeout=SOON)

    room.held.pop().fulfill(status=409)

    expect(room.page.locator("body")).to_contain_text("autosave-lost", timeout=SOON)
