"""Registering a patient in a real browser: chosen files are kept until the form can be sent, for a browser forgets them with the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.web.access_house import House, house
from tests.web.portal import signed_in
from tests.web.test_csp import served

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LETTER: FilePayload = {"name": "verwijsbrief.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 <</Type/Catalog>>"}
WORD: FilePayload = {"name": "verwijsbrief.docx", "mimeType": "application/msword", "buffer": b"PK\3\4 brief"}
LOCKED: FilePayload = {
    "name": "pa.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n" + b"x" * 90_000 + b"\ntrailer <</Root 1 0 R/Encrypt 8 0 R>>\n%%EOF",
}
NEEDED = {
    "local_number": "MB778899",
    "birth_on": "3-2-1950",
    "family": "Proefman",
    "question_board": "Kan dit geopereerd worden?",
}


def _opened(browser: Browser, house: House, app: object, url: str, *, path: str = "/register") -> Page:
    cookie = signed_in(app, house.database, house.region, "Dirk").get_cookie("mdo")  # type: ignore[arg-type]
    assert cookie is not None
    context = browser.new_context()
    context.add_cookies([{"name": "mdo", "value": cookie.value, "url": url}])
    page = context.new_page()
    page.goto(url + path)
    return page


def test_what_is_missing_is_said_before_the_files_are_gone(house: House, browser: Browser) -> None:
    with served(house.database) as (app, url):
        page = _opened(browser, house, app, url)
        for name, value in NEEDED.items():
            page.locator(f"[name={name}]").fill("" if name == "question_board" else value)
        page.locator("[name=letter]").set_input_files(LETTER)

        page.get_by_role("button", name="Indienen").click()

        expect(page.locator(".toast-note")).to_contain_text("Schrijf de vraag aan het MDO op.")
        expect(page.locator("[name=question_board]")).to_be_focused()
        assert page.locator("[name=letter]").evaluate("input => input.files.length") == 1

        page.locator("[name=question_board]").fill(NEEDED["question_board"])
        page.get_by_role("button", name="Indienen").click()

        page.wait_for_url("**/cases/*")
        expect(page.locator("#case-documents")).to_contain_text("verwijsbrief.pdf")
        page.context.close()


def test_a_file_of_a_kind_that_is_not_taken_says_so_when_it_is_chosen(house: House, browser: Browser) -> None:
    with served(house.database) as (app, url):
        page = _opened(browser, house, app, url)
        page.locator("[name=letter]").set_input_files(WORD)

        expect(page.locator("#f-letter-chosen")).to_contain_text("kan hier niet worden getoond")
        page.get_by_role("button", name="Indienen").click()

        expect(page.locator(".toast-note")).to_contain_text("Kies een PDF, PNG, JPEG of tekst")
        assert page.url == f"{url}/register"
        page.context.close()


def test_files_that_are_too_large_together_are_said_so_before_they_are_sent(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    """Each was small enough; together they were refused, and every one had to be chosen again."""
    for name, size_mb in (("brief", 18), ("verslag", 17), ("kort", 1)):
        (tmp_path / f"{name}.pdf").write_bytes(b"%PDF-1.7" + bytes(size_mb * 1_048_576))
    with served(house.database) as (app, url):
        page = _opened(browser, house, app, url)
        page.locator("[name=letter]").set_input_files(tmp_path / "brief.pdf")
        page.locator("[name=pathology_report]").set_input_files(tmp_path / "verslag.pdf")

        expect(page.locator("#f-pathology_report-chosen")).to_contain_text("Samen 35,0 MB, hoogstens 31 MB")
        page.get_by_role("button", name="Indienen").click()
        expect(page.locator(".toast-note")).to_contain_text("Samen 35,0 MB")
        assert page.url == f"{url}/register"

        page.locator("[name=pathology_report]").set_input_files(tmp_path / "kort.pdf")
        assert page.locator("input[type=file]:invalid").count() == 0
        page.context.close()


def test_in_a_dialog_such_a_file_is_not_sent_either(house: House, browser: Browser) -> None:
    with served(house.database) as (app, url):
        page = _opened(browser, house, app, url, path=f"/cases/{house.ids['case_id']}")
        page.locator("[data-dialog-open=document-dialog]").first.click()
        page.locator("#document-dialog [name=file]").set_input_files(WORD)
        page.locator("#document-dialog button[type=submit]").click()

        expect(page.locator("#f-file-chosen")).to_contain_text("kan hier niet worden getoond")
        assert page.locator("#document-dialog [name=file]").evaluate("input => document.activeElement === input")
        assert "/documents" not in page.url
        page.context.close()


def test_of_a_locked_pdf_it_is_said_when_it_is_chosen_that_nobody_may_be_able_to_open_it(house: House, browser: Browser) -> None:
    """It was taken without a word, and the board stood before a question for a password."""
    with served(house.database) as (app, url):
        page = _opened(browser, house, app, url)
        page.locator("[name=letter]").set_input_files([LETTER, LOCKED])

        expect(page.locator("#f-letter-chosen li").nth(1)).to_contain_text("vraagt dit bestand om een wachtwoord")
        expect(page.locator("#f-letter-chosen li").nth(0)).not_to_contain_text("wachtwoord")
        assert page.locator("input[type=file]:invalid").count() == 0, "many a printer locks what may still be read"
        page.context.close()


@pytest.mark.parametrize("before", ["", "Al getypt. "])
def test_what_does_not_fit_of_what_is_pasted_is_said(house: House, browser: Browser, before: str) -> None:
    """The browser left the end of a letter out, and nobody knew."""
    with served(house.database) as (app, url):
        page = _opened(browser, house, app, url)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        question = page.locator("[name=question_board]")
        question.fill(before)
        for text, is_said in (("a" * (4_000 - len(before)), False), ("b" * 4_025, True)):
            page.evaluate("text => navigator.clipboard.writeText(text)", text)
            question.press("Control+End")
            if is_said:
                question.press("Control+A")
            question.press("Control+V")
            expect(question).to_have_value((before + text if not is_said else text)[:4_000])
            expect(page.locator(".toast-note", has_text="de laatste 25 van wat u plakte")).to_have_count(int(is_said))
        page.context.close()
