"""Whose account it is: who is added and invited, whose name or address is corrected, and whose mailbox takes no mail."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from mdo_portal.domain.people import Person
from mdo_portal.services.people import mailboxes
from mdo_portal.services.rights import credentials
from tests.people import person_id
from tests.web.people_house import House, house, lines
from tests.web.portal import CSRF

__all__ = ["house"]


def added(house: House, *, email: str = "nieuw@example.nl", name: str = "N. Nieuw") -> str:
    """The page of somebody new whom the coordinator of a board added to it."""
    form = {"email": email, "name": name, "role": "observer", "hospital_id": house.region.hospitals["ZEED"]}
    answer = house.post("Aisha", f"{house.uro}/add", **form)
    assert answer.status_code == 302
    return answer.headers["Location"]


def shown_link(page: str) -> str:
    found = re.search(r'id="invitation" readonly value="([^"]+)"', page)
    assert found, "no link is shown"
    return found[1]


def after(page: str) -> str:
    """Which link the page with the button knows as the newest."""
    found = re.search(r'name="after" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_somebody_new_is_added_and_invited_once(house: House) -> None:
    page = added(house)
    link = shown_link(house.post("Aisha", f"{page}/invite").text)
    token = link.rsplit("/", 1)[-1]

    assert token not in house.person("Aisha").get(page).text
    assert "invited" in [line.detail for line in lines(house)]
    assert not any(token in line.detail or "Nieuw" in line.detail for line in lines(house))


def test_the_link_that_is_shown_lets_who_gets_it_in(house: House) -> None:
    page = added(house)
    link = shown_link(house.post("Aisha", f"{page}/invite").text)

    opened = house.app.test_client().get(urlsplit(link).path, follow_redirects=True)

    assert opened.status_code == 200 and "Welkom, N. Nieuw" in opened.text


def test_who_hands_out_an_account_corrects_a_name_or_an_address_and_the_log_says_which(house: House) -> None:
    form = {"name": "D. de Nieuwe", "email": "dirk@elders.example.nl", "discipline": "uroloog"}
    page = house.post("Lars", f"/people/{person_id('Dirk')}/correct", **form)

    assert page.status_code == 302
    with house.database.transaction() as session:
        dirk = session.get_one(Person, person_id("Dirk"))
        assert (dirk.name, dirk.email) == ("D. de Nieuwe", "dirk@elders.example.nl")
    said = [line.detail for line in lines(house)]
    assert said == ["name corrected", "address corrected"]


@pytest.mark.parametrize("email", ["bram@example.nl", "geen adres", ""])
def test_an_address_of_another_or_of_nobody_changes_nothing_and_keeps_what_was_typed(house: House, email: str) -> None:
    answer = house.post("Lars", f"/people/{person_id('Dirk')}/correct", name="D. de Nieuwe", email=email, discipline="uroloog")

    assert answer.status_code == 422 and 'value="D. de Nieuwe"' in answer.text
    with house.database.transaction() as session:
        assert session.get_one(Person, person_id("Dirk")).name == "Dirk"


def test_a_coordinator_mends_a_typing_error_in_whom_she_added_and_not_somebody_with_an_account(house: House) -> None:
    page = added(house, email="neiuw@example.nl")

    mended = house.post("Aisha", f"{page}/correct", name="N. Nieuw", email="Nieuw@example.nl", discipline="")
    assert mended.status_code == 302 and "nieuw@example.nl" in house.person("Aisha").get(page).text
    assert house.post("Aisha", f"/people/{person_id('Mila')}/correct", name="X", email="x@example.nl").status_code == 403


@pytest.mark.parametrize(("email", "works"), [("nieuw@example.nl", False), ("neiuw@example.nl", True)])
def test_a_link_that_went_to_a_wrong_address_opens_nothing_once_that_is_corrected(house: House, email: str, works: bool) -> None:
    """Whoever has that address became the colleague. A name that is corrected leaves the link as it is."""
    page = added(house, email="neiuw@example.nl", name="N. Neiuw")
    link = shown_link(house.post("Aisha", f"{page}/invite").text)

    typed = {"csrf_token": CSRF, "name": "N. Nieuw", "email": email, "discipline": ""}
    answer = house.person("Aisha").post(f"{page}/correct", data=typed, follow_redirects=True)

    opened = house.app.test_client().get(urlsplit(link).path, follow_redirects=True)
    assert (opened.status_code == 200, "Welkom" in opened.text) == (works, works)
    assert ("De uitnodiging die nog openstond werkt niet meer" in answer.text) is not works


def test_a_mailbox_that_takes_no_mail_is_seen_by_who_looks_after_people_and_by_that_person(house: House) -> None:
    with house.database.transaction() as session:
        mailboxes.refused(session, person_id("Dirk"), "dirk@example.nl", now=datetime(2026, 3, 2, 9, 2, tzinfo=UTC))

    pages = {
        "list": house.person("Lars").get(f"/people/hospital/{house.region.hospitals['ZEED']}").text,
        "person": house.person("Lars").get(f"/people/{person_id('Dirk')}").text,
        "account": house.person("Dirk").get("/account").text,
        "another's": house.person("Bram").get("/account").text,
    }
    assert {name: "Mail komt niet aan" in text for name, text in pages.items()} == {
        "list": True, "person": True, "account": True, "another's": False,
    }  # fmt: skip


def test_a_page_that_is_loaded_anew_ends_no_invitation_that_was_sent(house: House) -> None:
    """F5 on the page with the link made a second one: the first, mailed already, was no longer good and nobody knew."""
    page = added(house)
    drawn = house.person("Aisha").get(page).text
    first = house.post("Aisha", f"{page}/invite", after=after(drawn)).text

    again = house.post("Aisha", f"{page}/invite", after=after(drawn)).text

    assert 'id="invitation"' not in again and "Er is geen nieuwe uitnodiging gemaakt." in again
    welcome = house.app.test_client().get(urlsplit(shown_link(first)).path, follow_redirects=True).text
    assert "Welkom" in welcome
    assert "Daarna stelt u een app met codes in" in welcome  # the address is one of numbers: a passkey has none there
    meant = house.post("Aisha", f"{page}/invite", after=after(again)).text
    assert shown_link(meant) != shown_link(first) and "De vorige werkt dan niet meer." in again


@pytest.mark.parametrize("name", ["Dirk", "Mila"])
def test_a_secretary_does_not_invite_who_has_an_account_or_is_more_elsewhere(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever holds the link is that person: also of a specialist who never signed in."""
    monkeypatch.setattr(credentials, "invite", lambda *_, **__: pytest.fail("made a link"))
    with house.database.transaction() as session:
        session.get_one(Person, person_id(name)).password_hash = ""
    house.post("Aisha", f"{house.uro}/roles", person_id=person_id(name), role="observer")

    assert house.post("Aisha", f"/people/{person_id(name)}/invite").status_code in (403, 404)
