"""A long list of letters, and one of a link manager: nothing is out of reach or asked of whoever cannot do it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal.services.letters import post
from tests.web.portal import CSRF
from tests.web.post_house import House, house

__all__ = ["house"]


def numbers(page: str) -> list[str]:
    """The ids of the letters on the page, in its order."""
    return re.findall(r'<tr tabindex="-1" data-row="([^"]+)"', page)


def older(page: str) -> str:
    found = re.search(r'href="(/post\?[^"]*after=[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("tab", ["", "all"])
def test_of_more_letters_than_one_page_holds_the_rest_is_on_the_next_and_the_page_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    """A letter of last year was not found: the list ended at two hundred and said nothing."""
    monkeypatch.setattr(post, "MOST", 2)
    moments = [datetime.now(UTC) - timedelta(hours=hours) for hours in (9, 5, 5, 5, 1)]
    letters = [str(house.letter(created_at=at).id) for at in moments]
    aisha = house.person("Aisha")

    seen, path = [], f"/post?tab={tab}" if tab else "/post"
    while path and len(seen) < 9:
        page = aisha.get(path).text
        seen += numbers(page)
        path = older(page)
        assert ("zoeken gaat alleen door deze" in page) is bool(path)

    assert sorted(seen) == sorted(letters) and len(seen) == 5
    assert seen[0] == letters[4 if tab else 0] and seen[-1] == letters[0 if tab else 4]


def test_a_page_further_on_stays_that_page_after_a_button(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "MOST", 1)
    for _ in range(2):
        house.letter(state="refused", receipt_code="AE")
    aisha = house.person("Aisha")
    second = older(aisha.get("/post").text)

    page = aisha.get(second).text

    assert f'name="next" value="{second.replace("&", "&amp;")}"' in page
    assert f'data-live-url="{second.replace("/post?", "/post/rows?").replace("&", "&amp;")}"' in page
    assert 'href="/post"' in page and "Naar het begin van de lijst" in page


def test_all_again_is_all_and_not_only_what_stands_on_the_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """*Alle 200 opnieuw* let two hundred go; the rest came on the page when those had arrived, and then asked the same again."""
    monkeypatch.setattr(post, "MOST", 2)
    letters = [house.letter(state="refused", receipt_code="AE") for _ in range(5)]
    aisha, zeed = house.person("Aisha"), str(house.region.hospitals["ZEED"])

    page = aisha.get("/post").text
    sent = aisha.post("/post/resend", data={"csrf_token": CSRF, "hospital": zeed}, follow_redirects=True).text

    assert len(numbers(page)) == 2 and f"Alle {len(letters)} opnieuw" in page
    assert f"{len(letters)} brieven gaan nu opnieuw weg" in sent


@pytest.mark.parametrize("after", ["kapot", "01a2207d-3b4b-7f5f-9394-7904db6091fd"])
def test_a_place_in_the_list_that_is_none_is_its_beginning(house: House, after: str) -> None:
    house.letter()
    assert len(numbers(house.person("Aisha").get(f"/post?after={after}").text)) == 1


def test_who_cannot_send_again_reads_who_can(house: House) -> None:
    """A link manager read *wacht op u* beside fourteen letters, without one button."""
    house.letter(state="refused", receipt_code="AE", next_attempt_at=None)

    page = house.person("Lars").get("/post").text

    assert "wacht op u" not in page and "wacht op de MDO-coördinator" in page
    assert "<b>…</b>" not in page
    assert "wacht op u" in house.person("Aisha").get("/post").text


def test_a_letter_whose_patient_one_may_not_see_is_called_by_its_number(house: House) -> None:
    """Its link had no words at all for who hears the page, and *…* stood there for who looks after a link."""
    letter = house.letter(state="refused", receipt_code="AE")

    assert f"<b>{letter.document_number}</b>" in house.person("Lars").get("/post").text
