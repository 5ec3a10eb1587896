"""The inbox on the screen: what waits for an answer is told apart, each button can do something, and the choice of rows stays."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Membership, Role
from mdo_portal.services import intake
from tests import make
from tests.web.identity_house import House, house
from tests.web.portal import CSRF

__all__ = ["house"]

NOBODY = "kan zeggen wie de patiënt is"


def kept(house: House, reason: str, code: str = "ZEED", **over: Any) -> None:
    with house.database.transaction() as session:
        link = house.region.links[code] if code else None
        intake.keep(session, [make.arrival(link, reason=reason, at=datetime.now(UTC), **over)])


def deserted(house: House, *, but: Role | None = None) -> None:
    """Nobody at ZEED has a role any more but this one, and who looks after the network."""
    stay = {Role.ADMINISTRATOR, but} - {None}
    with house.database.transaction() as session:
        here = Membership.hospital_id == house.region.hospitals["ZEED"], Membership.role.not_in(stay)
        session.execute(update(Membership).where(*here).values(ended_at=datetime.now(UTC)))


def table(page: str) -> str:
    found = re.search(r'<table[^>]*id="inbox-list".*?</table>', page, re.DOTALL)
    return found[0] if found else ""


def filters(page: str) -> dict[str, str]:
    """The word of each state -> its count."""
    return {word.strip(): count for word, count in re.findall(r'>([\w ]+) <span class="count">(\d+)</span></a>', page)}


def test_what_waits_for_an_answer_has_its_own_filter_and_is_not_unreadable(house: House) -> None:
    kept(house, "no_patient")
    client = house.person(Role.LINK_MANAGER)

    counted = filters(client.get("/inbox").text)

    assert (counted["Wacht op antwoord"], counted["Onleesbaar"]) == ("1", "1")
    assert table(client.get("/inbox?state=waiting").text).count("<tr tabindex") == 1
    assert "Wacht op antwoord" not in table(client.get("/inbox?state=unreadable").text)


def test_a_question_is_no_last_error_of_the_link(house: House) -> None:
    page = house.person(Role.LINK_MANAGER).get(f"/links/{house.region.hospitals['ZEED']}").text

    assert "Laatste fout" not in page
    assert re.search(r"Wacht op antwoord</a></th><td[^>]*>1<", page)


@pytest.mark.parametrize("path", ["/inbox", "/inbox?state=waiting", "/links"])
def test_nobody_gets_a_way_to_a_page_that_they_may_not_open(house: House, path: str) -> None:
    ada = house.person(Role.ADMINISTRATOR, "KREE")

    assert 'href="/identities"' not in ada.get(path).text
    assert ada.get("/identities").status_code == 403


def test_who_may_not_answer_reads_who_must(house: House) -> None:
    rows = table(house.person(Role.ADMINISTRATOR, "KREE").get("/inbox?state=waiting").text)

    assert re.search(r"Alleen iemand van [\w ]+ kan antwoorden", rows)
    assert "Alleen iemand van" not in table(house.person(Role.LINK_MANAGER).get("/inbox?state=waiting").text)


@pytest.mark.parametrize("path", ["/inbox", "/inbox/rows", "/links", "/links/ZEED"])
def test_a_hospital_where_nobody_can_answer_is_named(house: House, path: str) -> None:
    path = path.replace("ZEED", str(house.region.hospitals["ZEED"]))
    ada = house.person(Role.ADMINISTRATOR, "KREE")
    assert NOBODY not in ada.get(path).text

    deserted(house)

    assert NOBODY in ada.get(path).text


@pytest.mark.parametrize(("role", "can"), [(Role.LINK_MANAGER, True), (Role.CASE_MANAGER, True), (Role.PRIVACY_OFFICER, False)])
def test_somebody_is_who_may_decide_by_their_role(house: House, role: Role, can: bool) -> None:
    house.person(role)
    deserted(house, but=role)

    assert (NOBODY not in house.person(Role.ADMINISTRATOR, "KREE").get("/inbox").text) is can


@pytest.mark.parametrize(
    ("reason", "offered"), [("no_patient", True), ("unknown_kind", True), ("no_control_id", False), ("no_header", False)]
)
def test_reading_again_is_offered_where_it_can_have_another_end(house: House, reason: str, offered: bool) -> None:
    kept(house, reason)
    client = house.person(Role.LINK_MANAGER)

    page = client.get("/inbox?state=unreadable").text
    answer = client.post("/inbox/replay", data={"csrf_token": CSRF, "reason": reason}, follow_redirects=True).text

    assert ("/replay" in page) is offered
    assert ("1 bericht wordt opnieuw gelezen" in answer) is offered


@pytest.mark.parametrize("what", ["replay", "ignore"])
def test_the_choice_of_rows_stays_after_a_button(house: House, what: str) -> None:
    kept(house, "no_patient")
    client, here = house.person(Role.LINK_MANAGER), str(house.region.hospitals["ZEED"])
    page = client.get(f"/inbox?state=unreadable&reason=no_patient&hospital={here}").text
    form = re.search(rf'<form[^>]*action="(/inbox/[^"]*/{what})".*?</form>', page, re.DOTALL)
    assert form is not None
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))

    answer = client.post(form[1], data=sent | {"csrf_token": CSRF})

    assert answer.headers["Location"] == f"/inbox?state=unreadable&reason=no_patient&hospital={here}"


def signed_by_a_stranger(house: House) -> None:
    raw = make.hl7_referral("W1", sender="HIX").replace(b"|HIX|ZEED|", b"|HIX^1.2.3^ISO|VECHT|")
    kept(house, "unknown_sender", "", raw=raw, control_id="W1")


def test_a_stranger_is_shown_as_it_signs_to_the_administrator_alone(house: House) -> None:
    signed_by_a_stranger(house)

    rows = table(house.person(Role.ADMINISTRATOR, "KREE").get("/inbox?state=unreadable").text)

    assert "tekent als HIX / VECHT" in rows
    assert "van Voorbeeld" not in rows
    assert "HIX" not in house.person(Role.LINK_MANAGER).get("/inbox").text


def test_once_a_link_knows_the_stranger_the_row_says_who_must_send_again(house: House) -> None:
    signed_by_a_stranger(house)
    ada = house.person(Role.ADMINISTRATOR, "KREE")
    assert "Deze afzender is nu bekend" not in ada.get("/inbox").text

    with house.database.transaction() as session:
        link = session.get_one(Link, house.region.links["KREE"].link_id)
        link.sending_applications = [*link.sending_applications, "HIX"]
        link.sending_facilities = []

    assert "Deze afzender is nu bekend" in ada.get("/inbox").text
