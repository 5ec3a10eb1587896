"""The agenda of a long meeting beside the case, in a real browser: the case that is on stays in sight, and nothing else moves.

The page is a small one around the built core.js and room.js. Its server is this test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets
from tests.web.live_line import CONFIG, SITE, SOON, LiveLine

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PAGE = """<!doctype html><html lang="nl"><head><title>kamer</title><meta name="made-at" content="0">{config}
<script type="module" src="{core}"></script><script type="module" src="{room}"></script>
<style nonce="n">#room-agenda {{ height: 200px; overflow-y: auto }} li {{ height: 40px }}</style></head>
<body><span data-live-indicator><span data-live-word></span></span><button data-room-follow hidden>Ga mee</button>
<div data-room="1" data-room-url="/round" data-room-page="/">{agenda}{case}</div></body></html>"""
AGENDA = """<section id="room-agenda" data-live="meeting:1" data-live-url="/agenda" data-live-revision="{revision}"
data-room-current="{on}"><ol>{rows}</ol></section>"""
CASE = '<section id="room-case" data-round="{0}" data-following="yes" data-meeting-revision="0">casus {0}</section>'


class Meeting:
    """Of forty cases; `on` is the one that the chair is at."""

    def __init__(self, browser: Browser, on: int) -> None:
        self.on, self.revision, self.line, self.page = on, 1, LiveLine(), browser.new_page()
        self.line.open(self.page, self._answer)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
            return
        rows = "".join(f'<li data-row="{one}">patiënt {one}</li>' for one in range(40))
        agenda, case, asset = AGENDA.format(revision=self.revision, on=self.on, rows=rows), CASE.format(self.on), Assets.read()
        whole = PAGE.format(config=CONFIG, core=asset("core.js"), room=asset("room.js"), agenda=agenda, case=case)
        route.fulfill(body={"/agenda": agenda, "/round": case}.get(path, whole), content_type="text/html; charset=utf-8")

    def goes_to(self, case: int) -> None:
        self.on, self.revision = case, self.revision + 1
        self.line.say(self.revision)
        expect(self.page.locator("#room-agenda")).to_have_attribute("data-live-revision", str(self.revision), timeout=SOON)
        expect(self.page.locator("#room-case")).to_have_text(f"casus {case}", timeout=SOON)


@pytest.fixture
def meeting(browser: Browser) -> Iterator[Meeting]:
    made = Meeting(browser, on=0)
    yield made
    made.page.close()


def row(page: Page, number: int) -> str:
    """Where this row is: in sight of the list, above or below it."""
    return str(
        page.locator(f'[data-row="{number}"]').evaluate(
            """one => { const [at, list] = [one, one.closest('section')].map(e => e.getBoundingClientRect());
            return at.top < list.top ? 'above' : at.bottom > list.bottom ? 'below' : 'in sight' }"""
        )
    )


def test_the_case_that_comes_on_is_brought_into_sight(meeting: Meeting) -> None:
    """From the tenth case on the chair's agenda stood at its beginning: what was on, and what came next, was below its edge."""
    meeting.goes_to(12)

    assert [row(meeting.page, one) for one in (12, 13, 0)] == ["in sight", "in sight", "above"]


def test_a_case_that_is_in_sight_moves_nothing(meeting: Meeting) -> None:
    meeting.goes_to(2)

    assert row(meeting.page, 0) == "in sight"


def test_who_looks_further_down_the_agenda_stays_there_while_the_same_case_is_on(meeting: Meeting) -> None:
    meeting.page.locator('[data-row="30"]').evaluate("one => { one.closest('section').scrollTop = 1100 }")

    meeting.goes_to(0)  # something else in the agenda changed

    assert [row(meeting.page, one) for one in (30, 0)] == ["in sight", "above"]


def test_who_comes_in_late_sees_which_case_is_on(browser: Browser) -> None:
    late = Meeting(browser, on=25)

    assert row(late.page, 25) == "in sight"
    late.page.close()
