"""A piece that was asked for arrives while its reader has begun to do something in it: nothing goes from under their hands.

The page is that of test_refresh_in_browser.py, whose server is the test.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.live_line import SOON
from tests.web.refreshed_page import FORM, GATHERED_MS, Server, server

__all__ = ["server"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
DIALOG = (
    '<button data-dialog-open="why">Doorschuiven</button><dialog id="why"><form hx-post="/act" hx-target="#panel" hx-swap="outerHTML">'
    '<input name="reason" aria-label="Reden" autofocus><button type="button" data-dialog-close>Annuleren</button></form></dialog>'
)
OUTCOMES = (
    '<form action="/act" hx-post="/act" hx-target="#panel" hx-swap="outerHTML"><button name="outcome" value="d" data-hotkey="d">d</button>'
    '<button name="outcome" value="h" data-hotkey="h">h</button></form>'
)


def with_form(server: Server, form: str) -> Server:
    server.form = form
    server.page.reload()
    expect(server.page.locator("[data-live-indicator]")).to_have_attribute("data-state", "on", timeout=SOON)
    return server


def test_what_somebody_begins_to_type_while_the_piece_is_on_its_way_stays(server: Server) -> None:
    """The first letters were stored, and gone from the screen; the rest was typed in an empty field, and refused."""
    with_form(server, FORM).holds = True
    server.change()
    server.page.get_by_label("Aanbeveling").click()
    server.page.keyboard.type("Oper")

    server.release()
    server.page.wait_for_timeout(100)
    server.page.keyboard.type("atie")

    expect(server.page.get_by_label("Aanbeveling")).to_have_value("Operatie")
    expect(server.page.locator("[data-live-bar]")).to_have_count(1)


def test_what_was_held_back_is_shown_to_who_asks_for_it(server: Server) -> None:
    with_form(server, FORM).holds = True
    server.change()
    server.page.get_by_label("Aanbeveling").click()
    server.release()

    server.page.locator("[data-live-bar]").click()

    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    expect(server.page.locator("[data-live-bar]")).to_have_count(0)


def test_a_dialog_that_was_opened_after_an_act_is_not_closed_by_its_answer(server: Server) -> None:
    """'d', and at once 'x' with a reason: the dialog went, and the letters of the reason were keys."""
    with_form(server, DIALOG)
    with server.page.expect_request("**/act"):
        server.page.get_by_role("button", name="Voeg toe").click()
    server.page.get_by_role("button", name="Doorschuiven").click()
    server.page.keyboard.type("geen ")

    server.release()
    server.page.wait_for_timeout(100)
    server.page.keyboard.type("tijd")

    expect(server.page.get_by_label("Reden")).to_have_value("geen tijd")
    server.page.keyboard.press("Escape")
    server.page.locator("[data-live-bar]").click()
    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)


def test_a_dialog_is_closed_by_its_own_answer(server: Server) -> None:
    with_form(server, DIALOG).page.get_by_role("button", name="Doorschuiven").click()
    with server.page.expect_request("**/act"):
        server.page.keyboard.press("Enter")
    server.page.wait_for_timeout(100)

    server.release()

    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    expect(server.page.locator("dialog[open]")).to_have_count(0)


def test_words_that_were_stored_after_a_piece_was_made_are_fetched(server: Server) -> None:
    """It stood there without them, and as one's own words they were no news: they seemed lost until the page was loaded anew."""
    with_form(server, FORM)
    with server.page.expect_request("**/act"):
        server.page.get_by_role("button", name="Voeg toe").click()
    with server.page.expect_response("**/save"):
        server.page.get_by_label("Aanbeveling").fill("Operatie")
        server.page.get_by_role("button", name="Voeg toe").focus()
    server.page.wait_for_timeout(GATHERED_MS)

    server.release()

    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)


def test_another_key_of_a_form_whose_answer_is_on_its_way_is_pressed_after_it(server: Server) -> None:
    """Besproken, and at once Hamerstuk, to mend that: the second went with the form."""
    with_form(server, OUTCOMES)
    with server.page.expect_request("**/act"):
        server.page.keyboard.press("d")
    server.page.keyboard.press("h")

    with server.page.expect_request("**/act") as again:
        server.release()
    server.until_asked()
    server.release()

    assert "outcome=h" in (again.value.post_data or "")
    expect(server.page.locator("#panel")).to_contain_text("stand 3", timeout=SOON)


def test_the_same_key_once_more_is_the_same_press(server: Server) -> None:
    with_form(server, OUTCOMES)
    with server.page.expect_request("**/act"):
        server.page.keyboard.press("d")
    server.page.keyboard.press("d")

    server.release()
    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    server.page.wait_for_timeout(GATHERED_MS)

    assert server.held == []


def test_who_asks_for_it_by_keyboard_goes_on_from_there(server: Server) -> None:
    """The button went with its answer, and focus was nowhere: a screen reader began at the top of the page again."""
    server.mode = 'data-live-mode="ask"'
    server.page.reload()
    server.page.keyboard.press("Tab")
    server.change()
    server.page.locator("[data-live-bar]").focus()

    server.page.keyboard.press("Enter")

    expect(server.page.locator("#panel")).to_contain_text("stand 2", timeout=SOON)
    expect(server.page.locator("#panel")).to_be_focused()
