"""A fragment that follows the truth, in a real browser: what changed while it was being fetched is shown too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.live_line import SOON
from tests.web.refreshed_page import FORM, GATHERED_MS, Server, server

__all__ = ["server"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


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
