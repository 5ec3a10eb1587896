"""One person at a browser of their own, on a line of their own; or the screen on the wall."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from playwright.sync_api import Browser, Dialog, Error, Page, Response, ViewportSize

from mdo_portal.errors import HeldBack
from tests.monkey.meeting import Held

SIGHT = (Path(__file__).parent / "sight.js").read_text()
CLOCK = """hours => { const Real = window.RealDate ??= Date; const by = hours * 3_600_000;
  window.Date = class extends Real { constructor(...given) { if (given.length) super(...given); else super(Real.now() + by); }
    static now() { return Real.now() + by; } }; }"""

Sight = dict[str, Any]


@dataclass
class Typing:
    """A word that is being typed: by parts, as a line of a person who thinks."""

    word: str
    rest: str
    place: str


class Seat(NamedTuple):
    person: str
    leads: bool = False
    is_wall: bool = False


@dataclass
class Desk:
    seat: Seat
    held: Held
    page: Page
    say: Callable[..., None]
    wrong: Callable[..., None]
    key: str = ""
    typing: Typing | None = None
    chose: bool = False  #: a case of their own
    is_offline: bool = False
    is_asleep: bool = False
    is_out: bool = False  #: the session ended, in another tab or by an administrator
    latency: int = 0
    refused: set[str] = field(default_factory=set)  #: notes of which the screen said that they are no longer stored

    def __post_init__(self) -> None:
        self.cdp = self.page.context.new_cdp_session(self.page)
        self.page.on("pageerror", lambda error: self.wrong(self.name, f"script error: {error}"))
        self.page.on("dialog", self._stays)
        self.page.on("response", self._answered)
        self.sign_in()

    def _answered(self, answer: Response) -> None:
        said = unquote(answer.headers.get("x-error", ""))
        if answer.status == 500 or said == HeldBack.sentence:
            self.wrong(self.name, f"{answer.status} at {answer.url}")

    def _stays(self, dialog: Dialog) -> None:
        """Leaving would lose what is not stored yet: who is asked stays."""
        self.say(self.name, "is asked whether to leave, and stays")
        try:
            dialog.dismiss()
        except Error:
            self.say(self.name, "the question was gone")

    @property
    def name(self) -> str:
        return f"{self.seat.person} (wall)" if self.seat.is_wall else self.seat.person

    @property
    def address(self) -> str:
        return self.held.room + ("?beamer=1" if self.seat.is_wall else "")

    def sees(self) -> Sight:
        for _ in range(20):
            try:
                return self._looked()
            except Error:  # between two pages
                time.sleep(0.1)
        return self._looked()

    def _looked(self) -> Sight:
        sight: Sight = self.page.evaluate(SIGHT)
        self.refused |= {note["id"] for note in sight["notes"] if note["state"] == "refused"}
        return sight

    def line(self, latency: int | None = None, *, offline: bool | None = None) -> None:
        self.latency = self.latency if latency is None else latency
        self.is_offline = self.is_offline if offline is None else offline
        rate = {"downloadThroughput": -1, "uploadThroughput": -1}
        self.cdp.send("Network.emulateNetworkConditions", {"offline": self.is_offline, "latency": self.latency, **rate})

    def sleep(self, *, asleep: bool) -> None:
        self.is_asleep = asleep
        self.cdp.send("Page.setWebLifecycleState", {"state": "frozen" if asleep else "active"})

    def sign_in(self) -> None:
        self.key, cookie = self.held.sign_in(self.seat.person)
        self.page.context.add_cookies([{"name": "mdo", "value": cookie, "url": self.held.url}])
        self.is_out = False

    def sign_out(self) -> None:
        self.held.sign_out(self.key)
        self.is_out = True

    def clock(self, hours: int) -> None:
        self.page.evaluate(CLOCK, hours)

    def recover(self) -> None:
        """The line is good, the machine awake, the person signed in."""
        if self.is_asleep:
            self.sleep(asleep=False)
        self.line(0, offline=False)
        if self.is_out:
            self.sign_in()


def desk(held: Held, browser: Browser, seat: Seat, say: Callable[..., None], wrong: Callable[..., None]) -> Desk:
    size: ViewportSize = {"width": 1920, "height": 1080} if seat.is_wall else {"width": 1366, "height": 768}
    context = browser.new_context(viewport=size, locale="nl-NL", timezone_id="Europe/Amsterdam")
    return Desk(seat, held=held, page=context.new_page(), say=say, wrong=wrong)


def told(sight: Sight) -> str:
    return json.dumps(
        {key: sight[key] for key in ("round", "follows", "live", "focus", "dialog", "bars", "toasts")}, ensure_ascii=False
    )
