"""A fragment that follows the truth, in a real browser: what changed while it was being fetched is shown too.

The page is a small one around the built core.js. Its server is this test, which holds back answers on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
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


def test_a_page_that_got_no_answer_says_again_what_it_shows(browser: Browser) -> None:
    """It counted as said: on a slow line such a page heard of nothing any more, and stood there as live."""
    page = browser.new_page()
    page.clock.install()
    made = Server(page, line=LiveLine(is_deaf=True, missed={"meeting:1": 2}))
    made.line.open(page, made.answer)
    made.revision, made.line.is_deaf = 2, False

    page.clock.run_for(12_000)  # eight seconds for an answer, three until it is said again

    expect(page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    page.close()


def test_a_machine_whose_clock_is_put_on_says_when_it_really_heard_last(browser: Browser) -> None:
    """It said that it had heard all of the hour to come: of what changed while its line was down it was told nothing."""
    page = browser.new_page()
    page.clock.install()
    made = Server(page)
    made.line.open(page, made.answer)
    page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    for _ in range(2):
        told = len(made.line.since)
        made.line.lines[-1].close()
        page.clock.run_for(2_000)
        while len(made.line.since) == told:
            page.wait_for_timeout(20)

    assert made.line.since[-1] < 60
    page.close()


def test_what_changes_is_fetched_and_shown(server: Server) -> None:
    server.change()

    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    assert server.fetched == 1


def test_what_changed_while_a_piece_was_under_way_is_fetched_again_and_the_newest_is_shown(server: Server) -> None:
    server.holds = True
    server.change()
    server.change()
    assert server.fetched == 1, "one fetch at a time: a second answer would land in the element that the first replaces"

    server.release()

    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)
    server.page.wait_for_timeout(GATHERED_MS)
    assert server.fetched == 2, "and once more was enough"


def test_many_changes_under_way_are_one_more_fetch(server: Server) -> None:
    server.holds = True
    for _ in range(4):
        server.change()

    server.release()

    expect(server.page.locator("#panel")).to_contain_text("stand 5", timeout=SOON)
    assert server.fetched == 2


def test_one_s_own_act_is_answered_by_the_act_and_not_by_a_piece_that_was_fetched_meanwhile(server: Server) -> None:
    server.page.get_by_role("button", name="Voeg toe").click()
    server.page.wait_for_timeout(GATHERED_MS)
    server.tell()

    server.release()

    expect(server.page.get_by_text("het nieuwe staat open")).to_be_visible(timeout=SOON)
    server.page.wait_for_timeout(GATHERED_MS)
    expect(server.page.get_by_text("het nieuwe staat open")).to_be_visible()
    assert server.fetched == 0


@pytest.mark.parametrize("last_first", [False, True], ids=["the piece answers first", "the act answers first"])
def test_an_act_that_begins_while_its_piece_is_being_fetched_is_shown_and_what_is_typed_stays(
    server: Server, last_first: bool
) -> None:
    """On a slow line: whichever came second landed in an element that stood on the page no more, and took the notes along."""
    server.page.locator("#note").evaluate("note => { note.textContent = 'getypt' }")
    server.holds = True
    server.change()
    server.page.get_by_role("button", name="Voeg toe").click()
    server.page.wait_for_timeout(GATHERED_MS)

    server.release_one(-1 if last_first else 0)
    server.page.wait_for_timeout(50)
    server.release()

    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)
    expect(server.page.locator("#note")).to_have_text("getypt")
    server.page.wait_for_timeout(GATHERED_MS)
    expect(server.page.locator("#panel")).to_contain_text("stand 3")
    expect(server.page.locator("#note")).to_have_text("getypt")


def test_a_button_that_was_just_renewed_does_what_it_did_before(server: Server) -> None:
    """A key that is pressed at that moment left the page (or asked whether to), for the new form was not htmx's yet."""
    server.page.evaluate(
        "document.addEventListener('htmx:afterSwap', () => setTimeout(() => document.querySelector('#panel button').click()), "
        "{ once: true })"
    )
    server.change()
    server.page.wait_for_timeout(GATHERED_MS)

    server.release()

    expect(server.page.get_by_text("het nieuwe staat open")).to_be_visible(timeout=SOON)


def test_an_act_that_fails_while_its_piece_is_being_fetched_leaves_what_had_changed_to_be_seen(server: Server) -> None:
    server.holds = True
    server.change()
    server.page.get_by_role("button", name="Voeg toe").click()
    server.page.wait_for_timeout(GATHERED_MS)

    server.lose()

    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)


def test_an_answer_that_travels_long_is_waited_for(server: Server) -> None:
    """htmx gives up after 20 seconds (base.html); as long as it has not, a second answer would land beside the page."""
    server.page.clock.install()
    server.holds = True
    server.change()
    server.page.clock.fast_forward(19_000)
    server.change()

    server.release()

    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)


def test_an_answer_that_never_comes_holds_up_no_later_one(server: Server) -> None:
    server.holds = True
    server.change()
    server.change()
    server.lose()

    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)


def test_a_change_that_got_no_answer_is_fetched_again(server: Server) -> None:
    """A line that fell away for a moment: nobody told the change twice, and the page stood at what was before it, as live."""
    server.page.clock.install()
    server.holds = True
    server.line.say(2)
    server.page.clock.run_for(GATHERED_MS)
    server.page.wait_for_function("document.querySelector('#panel.htmx-request')")
    server.revision = 2
    server.lose()
    expect(server.page.locator("#panel.htmx-request")).to_have_count(0, timeout=SOON)

    server.page.clock.run_for(5_000)

    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)


@pytest.mark.parametrize(("revision", "fetched"), [(1, 0), (2, 1), (0, 1)], ids=["shown already", "newer", "nobody said"])
def test_what_changed_while_the_page_was_on_its_way_is_fetched_unless_it_shows_it(
    server: Server, revision: int, fetched: int
) -> None:
    """After an act of one's own the page is made from what that act left: it missed nothing."""
    server.line.missed = {"meeting:1": revision}

    server.page.reload()
    expect(server.page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
    server.page.wait_for_timeout(GATHERED_MS)

    assert server.fetched == fetched


@pytest.mark.parametrize("does_something", [False, True], ids=["a page just opened", "a reader who is at it"])
def test_a_list_that_was_just_opened_asks_nobody_whether_to_show_what_it_may_show_already(
    server: Server, does_something: bool
) -> None:
    """Above a list that was opened after an act stood that one thing had changed: that act."""
    server.line.missed, server.mode = {"meeting:1": 0}, 'data-live-mode="ask"'
    if does_something:
        server.page.add_init_script("document.addEventListener('DOMContentLoaded', () => setTimeout(() =>"
                                    " document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))))")  # fmt: skip

    server.page.reload()
    expect(server.page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
    server.page.wait_for_timeout(GATHERED_MS)

    assert (server.fetched, server.page.locator("[data-live-bar]").count()) == ((0, 1) if does_something else (1, 0))

    server.change()
    expect(server.page.locator("[data-live-bar]")).to_have_count(1)  # what happens while one reads is asked, as ever


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "somebody else as well"])
def test_what_one_types_is_no_news_to_oneself_and_what_others_changed_in_the_same_moment_is(server: Server, others: int) -> None:
    """Two people fill in recommendations side by side: the later revision is one's own, and says nothing of the other's."""
    server.form, server.others = FORM, others
    server.page.reload()
    expect(server.page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)

    with server.page.expect_response("**/save"):
        server.page.get_by_label("Aanbeveling").fill("Operatie")
    server.page.wait_for_timeout(2 * GATHERED_MS)

    assert (server.fetched, server.page.locator("[data-live-bar]").count()) == (0, others)
