"""A dialog over a list, in a real browser: sent without the mouse, and what is said of it names whom, and is over when it is over.

The page is a small one around the built core.js; its server is this test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mdo_portal.web.assets import DIST, Assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
NAMES = ("Ada", "Bob", "Cor", "Dina", "Els")
PAGE = """<!doctype html><html lang="nl"><head><title>lijst</title><script type="module" src="{core}"></script></head><body>
<main id="main" tabindex="-1"><button id="other">ver</button>{dialogs}</main>
<div id="toasts" aria-live="polite"></div><div id="announcer" aria-live="polite"></div>
<script type="application/json" id="words">{{"undo": "Ongedaan maken", "undone": "Ongedaan gemaakt."}}</script></body></html>"""
DIALOG = """<button id="open-{0}" data-dialog-open="dialog-{0}">{0}</button><dialog id="dialog-{0}"><form hx-post="/plan/{0}" hx-swap="none"
hx-disabled-elt="find button[type=submit]" data-about="{0}"><select name="meeting"><option>do 3 dec</option></select><input name="reason">
<button type="button" data-dialog-close>Annuleren</button><button type="submit">Plannen</button></form></dialog>"""


@dataclass
class Server:
    """Plans whoever it is asked to, unless told to refuse."""

    refuses: bool = False
    is_final: bool = False  #: what it does now cannot be undone
    planned: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/static/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/static/dist/"))
        elif path.startswith("/plan/") and self.refuses:
            route.fulfill(status=409, headers={"HX-Reswap": "none", "X-Error": "Geef%20een%20reden."})
        elif path.startswith("/plan/"):
            who = path.removeprefix("/plan/")
            self.planned.append(who)
            said = {"kind": "success", "text": "Gepland: do 3 dec.", "undo": "" if self.is_final else f"/undo/{who}"}
            route.fulfill(status=204, headers={"HX-Trigger": json.dumps({"closeDialog": True, "toast": said})})
        elif path.startswith("/undo/"):
            self.undone.append(path.removeprefix("/undo/"))
            route.fulfill(status=204)
        else:
            dialogs = "".join(map(DIALOG.format, NAMES))
            route.fulfill(body=PAGE.format(core=Assets.read()("core.js"), dialogs=dialogs), content_type="text/html")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", server.answer)
    page.goto(SITE)
    yield page
    context.close()


def plan(page: Page, who: str) -> None:
    """By the keyboard alone: open, and send what is proposed."""
    page.locator(f"#open-{who}").press("Enter")
    expect(page.locator(f"#dialog-{who} select")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#dialog-{who}")).not_to_be_visible()


def test_a_dialog_is_sent_by_ctrl_enter_from_any_of_its_fields(page: Page, server: Server) -> None:
    """Enter opens the list of a choice, and the first button after it is Annuleren."""
    plan(page, "Ada")

    assert server.planned == ["Ada"]


def test_of_two_planned_into_one_meeting_each_has_its_own_way_back(page: Page, server: Server) -> None:
    """The second message was the same sentence, so it was left out: the button that stood there undid the first."""
    plan(page, "Ada")
    plan(page, "Bob")

    note = page.locator(".toast-note", has_text="Bob · Gepland: do 3 dec.")
    note.get_by_role("button", name="Ongedaan maken").click()
    expect(note).to_have_count(0)

    assert server.undone == ["Bob"]
    expect(page.locator(".toast-note", has_text="Ada · Gepland: do 3 dec.")).to_have_count(1)


def test_the_same_person_planned_once_more_has_one_message_with_the_newest_way_back(page: Page) -> None:
    plan(page, "Ada")
    plan(page, "Ada")

    expect(page.locator(".toast-note")).to_have_count(1)


def test_who_plans_one_after_another_keeps_the_rest_of_the_page_in_sight(page: Page) -> None:
    """Seven messages lay over the brief of the case that was next, and over the button to plan it."""
    for name in NAMES:
        plan(page, name)

    said = page.locator(".toast-note .toast-text")
    expect(said).to_have_text([f"{name} · Gepland: do 3 dec." for name in NAMES[-3:]])


def test_that_it_is_undone_is_said(page: Page) -> None:
    """The message went, and with it the focus; who does not see the list heard nothing."""
    plan(page, "Ada")

    page.get_by_role("button", name="Ongedaan maken").click()

    expect(page.locator("#announcer")).to_have_text("Ongedaan gemaakt.")


def test_z_undoes_the_newest(page: Page, server: Server) -> None:
    """The message is the last thing on the page, and gone after ten seconds: nobody gets there by Tab."""
    plan(page, "Ada")
    plan(page, "Bob")

    page.keyboard.press("z")
    expect(page.locator(".toast-note", has_text="Bob")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".toast-note", has_text="Ada")).to_have_count(0)

    assert server.undone == ["Bob", "Ada"]


def test_z_undoes_nothing_that_came_before_what_cannot_be_undone(page: Page, server: Server) -> None:
    """Who planned Bob last means Bob."""
    plan(page, "Ada")
    server.is_final = True
    plan(page, "Bob")
    expect(page.locator(".toast-note", has_text="Bob")).to_be_visible()

    page.keyboard.press("z")

    expect(page.locator("[data-hotkey=z]")).to_have_count(0)
    assert server.undone == []


def test_a_refusal_leads_to_what_is_still_empty_and_is_gone_when_it_is_accepted(page: Page, server: Server) -> None:
    """Focus was nowhere: the button had been switched off while it was sent. And the red sentence stayed beside the good news."""
    server.refuses = True
    page.locator("#open-Ada").click()
    page.locator("#dialog-Ada [type=submit]").click()
    refusal = page.locator(".toast-note", has_text="Geef een reden.")
    expect(refusal).to_be_visible()
    expect(page.locator("#dialog-Ada [name=reason]")).to_be_focused()

    server.refuses = False
    page.keyboard.type("spoed")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".toast-note", has_text="Ada · Gepland")).to_be_visible()
    expect(refusal).to_have_count(0)
