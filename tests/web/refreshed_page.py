"""A small page around the built core.js with one live panel. Its server is the test, which holds back answers on purpose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Error, Page, Route

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

PAGE = """<!doctype html><html lang="nl"><head><title>paneel</title><meta name="made-at" content="0">{config}
<script type="module" src="{core}"></script></head>
<body><span data-live-indicator><span data-live-word></span></span>{panel}</body></html>"""
PANEL = (
    '<section id="panel" data-live="meeting:1" {2} data-live-url="/panel" data-live-revision="{0}"><p>stand {0}</p>{1}</section>'
)
ACT = '<form hx-post="/act" hx-target="#panel" hx-swap="outerHTML"><button>Voeg toe</button></form>'
NOTE = '<div id="note" hx-preserve="true">leeg</div>'  #: as the notes of the room: a swap moves them, it never makes them anew
FORM = '<form data-autosave="/save"><input name="text" aria-label="Aanbeveling"></form>'
GATHERED_MS = 400  #: a change is fetched within 240 ms (refresh.ts: GATHER_MS and its spread)


@dataclass
class Server:
    """What it would answer now is `revision`; an answer is made when it is asked for, and may travel long."""

    page: Page
    revision: int = 1
    held: list[tuple[Route, str]] = field(default_factory=list)
    holds: bool = False
    fetched: int = 0
    line: LiveLine = field(default_factory=LiveLine)
    mode: str = ""
    form: str = ""
    others: int = 0  #: how often others change the panel just before what is typed here is stored

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path == "/act":
            self.revision += 1
            self.held.append((route, self._panel("<em>het nieuwe staat open</em>")))
        elif path == "/save":
            self._save(route)
        elif path != "/panel":
            page = PAGE.format(config=CONFIG, core=Assets.read()("core.js"), panel=self._panel())
            route.fulfill(body=page, content_type="text/html; charset=utf-8")
        else:
            self.fetched += 1
            self.held.append((route, self._panel()))
            if not self.holds:
                self.release()

    def _save(self, route: Route) -> None:
        for _ in range(self.others):
            self.revision += 1
            self._say()
        self.revision += 1
        route.fulfill(status=204, headers={"X-Revision": "2", "X-Live-Revision": str(self.revision), "X-Saved-At": "14:32"})
        self._say()

    def _panel(self, more: str = "") -> str:
        return PANEL.format(self.revision, ACT + NOTE + self.form + more, self.mode)

    def until_asked(self) -> None:
        """What the page asks stands here: it says so itself somewhat before."""
        until = time.monotonic() + SOON / 1000
        while not self.held:
            assert time.monotonic() < until
            self.page.wait_for_timeout(20)

    def release(self) -> None:
        """What was held back arrives, as it was made."""
        while self.held:
            self.release_one(0)
        self.holds = False

    def release_one(self, place: int) -> None:
        route, body = self.held.pop(place)
        with suppress(Error):  # nobody waits for it any more
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

    def lose(self) -> None:
        """What was held back never arrives: the line fell away."""
        for route, _ in self.held:
            with suppress(Error):
                route.abort()
        self.held, self.holds = [], False

    def change(self) -> None:
        """The meeting changes, and everybody who watches it hears so; time enough to ask for the panel."""
        self.revision += 1
        self.tell()

    def tell(self) -> None:
        self._say()
        self.page.wait_for_timeout(GATHERED_MS)

    def _say(self) -> None:
        self.line.say(self.revision)


@pytest.fixture
def server(browser: Browser) -> Iterator[Server]:
    """A page that is live and shows the first revision."""
    page = browser.new_page()
    made = Server(page)
    made.line.open(page, made.answer)
    yield made
    page.close()
