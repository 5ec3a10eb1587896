"""A small page that is live without a portal: the test answers its requests, and says as much Socket.IO as one page hears."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from mdo_portal.web.assets import DIST

SITE = "http://portal.example"
(CONFIG,) = re.findall(r"<meta name=\"htmx-config\".*", (DIST.parents[2] / "templates" / "base.html").read_text())
"""As every page has it."""
SOON = 15_000


def hurried(page: Page, seen: Callable[[], bool]) -> None:
    """The clock of the page (`page.clock.install()`) goes on by seconds until this is seen; who calls says what is expected."""
    until = time.monotonic() + SOON / 1000
    while not seen() and time.monotonic() < until:
        page.clock.run_for(1_000)
        page.wait_for_timeout(20)


@dataclass
class LiveLine:
    """The other end of the page's socket. `missed`: what it is told when it says which topics it shows, and `topics`: which of them it may
    follow; `is_deaf`: it gets no answer. `since`: up to when it said each time that it had heard."""

    missed: dict[str, int] = field(default_factory=dict)
    topics: list[str] = field(default_factory=lambda: ["meeting:1"])
    is_deaf: bool = False
    lines: list[WebSocketRoute] = field(default_factory=list)
    since: list[float] = field(default_factory=list)

    def open(self, page: Page, answer: Callable[[Route], None]) -> None:
        """Show the page, its requests answered so, and wait until it is live."""
        page.route(f"{SITE}/**", answer)
        page.route_web_socket(re.compile("/socket.io/"), self._begin)
        page.goto(SITE)
        expect(page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)

    def say(self, revision: int) -> None:
        """The meeting has this revision by now: everybody who watches it hears so."""
        self.lines[-1].send("42" + json.dumps(["changed", {"topic": "meeting:1", "id": "1", "revision": revision}]))

    def _begin(self, line: WebSocketRoute) -> None:
        self.lines.append(line)
        line.on_message(lambda said: self._hear(line, str(said)))
        line.send(
            "0" + json.dumps({"sid": "a", "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 100_000})
        )

    def _hear(self, line: WebSocketRoute, said: str) -> None:
        if said == "40":
            line.send('40{"sid":"b"}')
        elif told := re.search(r'"since":([0-9.]+)', said):
            self.since.append(float(told[1]))
            self._answer(line, said)
        else:
            self._answer(line, said)

    def _answer(self, line: WebSocketRoute, said: str) -> None:
        asked = re.match(r"42(\d+)\[", said)
        if asked and not self.is_deaf:
            line.send(f"43{asked[1]}[{json.dumps({'ok': True, 'topics': self.topics, 'missed': self.missed})}]")
