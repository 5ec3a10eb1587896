"""Back from a case that was found by its name: the words stand in the search again, the list is what they found, focus is at the case."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.people_house import house
from tests.web.test_worklist_in_browser import SITE, cases, page

__all__ = ["cases", "house", "page"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def find_and_open(page: Page, words: str, *, changed_to: str = "") -> str:
    """The row that was opened from what these words found; what was typed behind it found nothing yet."""
    page.route(f"{SITE}/cases/*", lambda route: route.fulfill(body="<title>casus</title>", content_type="text/html"))
    page.keyboard.press("/")
    with page.expect_response("**/worklist/rows"):
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("j")
    row: str = page.evaluate("document.activeElement.dataset.row")
    if changed_to:
        page.evaluate("words => { document.querySelector('input[data-finds]').value = words; }", changed_to)
    page.keyboard.press("Enter")
    expect(page).to_have_title("casus")
    return row


def test_the_words_and_what_they_found_are_there_again_and_in_no_address(page: Page) -> None:
    """A name was typed anew for each of three patients who are called so; of the list of five hundred one saw the first fifty."""
    row = find_and_open(page, "voorbeeld")

    with page.expect_response("**/worklist/rows"):
        page.go_back()

    expect(page.locator("input[data-finds]")).to_have_value("voorbeeld")
    expect(page.locator(f'[data-row="{row}"]')).to_be_focused()
    assert "voorbeeld" not in page.url


def test_who_signed_in_meanwhile_reads_no_name_that_somebody_else_looked_for(page: Page) -> None:
    find_and_open(page, "voorbeeld")
    other = "document.addEventListener('readystatechange', () => { document.querySelector('meta[name=session]').content = 'a b other'; })"
    page.add_init_script(other)

    page.go_back()

    expect(page.locator("html.is-ready")).to_be_attached()
    expect(page.locator("input[data-finds]")).to_have_value("")


def test_a_number_of_a_person_is_not_kept_in_the_history_of_a_browser(page: Page) -> None:
    find_and_open(page, "voorbeeld", changed_to="999990019")

    page.go_back()

    expect(page.locator("html.is-ready")).to_be_attached()
    expect(page.locator("input[data-finds]")).to_have_value("")
    assert "999990019" not in page.evaluate("JSON.stringify(history.state)")


def test_who_goes_forward_once_more_and_back_finds_them_there_still(page: Page) -> None:
    """Asking for the list again put another state in the place of the one that held the words."""
    row = find_and_open(page, "voorbeeld")
    for _ in range(2):
        with page.expect_response("**/worklist/rows"):
            page.go_back()
        expect(page.locator(f'[data-row="{row}"]')).to_be_focused()
        page.go_forward()
        expect(page).to_have_title("casus")
