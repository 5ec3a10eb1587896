"""Signing in through the hospital: from the button to a session for that hospital, and every way in which nobody is signed in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import Identity, IdentityProvider
from mdo_portal.domain.people import Membership, Person
from mdo_portal.services.rights import credentials
from tests import make
from tests.people import person_id
from tests.web.oidc_house import House, count, house

__all__ = ["house"]


# In


def test_somebody_the_hospital_vouches_for_works_for_that_hospital(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    answer = house.back(client, house.out(client, next="/worklist?x=1"))

    (session,) = house.sessions()
    assert (answer.status_code, answer.location) == (302, "/worklist?x=1")
    assert (session.person_id, session.hospital_id) == (person_id("Dirk"), house.region.hospitals["ZEED"])
    assert (session.strong, session.issuer, session.provider_session) == (True, house.zeed.url, "sid-1")
    assert client.get("/worklist").status_code == 200
    (line,) = house.lines("sign_in")
    assert (line.person_id, line.hospital_id, line.detail) == (person_id("Dirk"), session.hospital_id, "oidc; acr=hoog")


def test_the_button_stands_on_the_sign_in_page_only_while_the_provider_is_in_use(house: House) -> None:
    address = f"/sign-in/with/{house.ids['ZEED']}"
    assert address in house.browser().get("/sign-in").text

    house.change(IdentityProvider, IdentityProvider.id == house.ids["ZEED"], enabled=False)

    assert address not in house.browser().get("/sign-in").text
    assert house.browser().get(address).status_code == 404
    assert house.browser().get(f"/sign-in/back/{house.ids['ZEED']}").status_code == 404


def test_an_invited_person_is_linked_at_the_first_sign_in_and_known_at_the_second(house: House) -> None:
    client, again = invited(house), house.browser()

    assert house.back(client, house.out(client, invitation=button_of(client))).status_code == 302

    assert house.back(again, house.out(again)).status_code == 302
    assert [one.person_id for one in house.sessions()] == [person_id("Dirk")] * 2
    assert [one.person_id for one in house.lines("account.changed")] == [person_id("Dirk")]


def test_an_invitation_does_not_take_over_an_account_that_is_somebody_elses(house: House) -> None:
    house.linked("Lars", "dirk-1")
    client = invited(house)

    assert "linked_elsewhere" in house.back(client, house.out(client, invitation=button_of(client))).text
    assert house.sessions() == []


@pytest.mark.parametrize("how", ["used", "somebody else at this browser"])
def test_who_once_saw_an_invitation_becomes_nobody_by_it(house: House, how: str) -> None:
    """The cookie of whoever had opened the link was good for ever, also after it was used: the account went to them, with its roles."""
    client = invited(house)
    button = button_of(client)
    if how == "used":
        with house.database.transaction() as session:
            credentials.use_up(session, person_id("Dirk"), now=make.NOW)
    asked = house.out(client, **({"invitation": button} if how == "used" else {}))

    assert "unknown_person" in house.back(client, asked).text
    assert house.sessions() == []


@pytest.mark.parametrize("sent", ["", "1", "guessed"])
def test_another_site_that_opens_its_own_invitation_here_is_given_nobodys_account(house: House, sent: str) -> None:
    """Two windows were enough: who was signed in at the hospital was from then on, here, whoever the invitation was for."""
    client = invited(house)
    client.get("/invitation")

    assert "unknown_person" in house.back(client, house.out(client, invitation=sent)).text
    assert house.sessions() == [] and count(house, Identity) == 0


def test_a_button_is_of_the_invitation_on_whose_page_it_stands(house: House) -> None:
    """Another site can open another one meanwhile: whoever then pressed their own button was that other person."""
    client = invited(house, "Lars")
    button = button_of(client)
    invited(house, client=client)

    assert "unknown_person" in house.back(client, house.out(client, invitation=button)).text
    assert house.sessions() == [] and count(house, Identity) == 0


def test_a_password_is_for_the_invitation_on_whose_page_it_was_typed(house: House) -> None:
    client = invited(house, "Lars")
    form = {"invitation": button_of(client), "password": "vier losse woorden", "again": "vier losse woorden"}
    invited(house, client=client)
    with client.session_transaction() as cookie:
        form["csrf_token"] = cookie["csrf"]

    answer = client.post("/invitation", data=form)

    assert (answer.status_code, "andere uitnodiging" in answer.text, "Welkom, Dirk" in answer.text) == (422, True, True)
    assert house.lines("account.changed") == []


def invited(house: House, name: str = "Dirk", *, client: FlaskClient | None = None) -> FlaskClient:
    """A browser in which somebody's invitation was opened."""
    with house.database.transaction() as session:
        token = credentials.invite(session, person_id(name), made_by=None, now=datetime.now(UTC))
    client = client or house.browser()
    client.get(f"/invitation/{token}")
    return client


def button_of(client: FlaskClient) -> str:
    """What the button of the page that is open says."""
    found = re.search(r"invitation=([^\"&]+)", client.get("/invitation").text)
    assert found is not None
    return found[1]


# Not in: (what is different, the code on the page)
Change = Callable[[House], dict[str, Any]]


def of_another_hospital(house: House) -> dict[str, Any]:
    """Carla works in KREE only; DELT's and ZEED's providers know her all the same."""
    with house.database.transaction() as session:
        session.add(
            Identity(
                hospital_id=house.region.hospitals["ZEED"],
                person_id=person_id("Carla"),
                issuer=house.zeed.url,
                subject="carla-1",
                linked_at=make.NOW,
            )
        )
    return {"sub": "carla-1"}


def no_longer(house: House) -> dict[str, Any]:
    house.change(Membership, Membership.person_id == person_id("Dirk"), ended_at=make.NOW)
    return {}


def disabled(house: House) -> dict[str, Any]:
    house.change(Person, Person.id == person_id("Dirk"), disabled_at=make.NOW)
    return {}


def other_employer(house: House) -> dict[str, Any]:
    house.change(Hospital, Hospital.code == "ZEED", ura="00001234")
    return {"relations": [{"ura": "00009999", "roles": ["01.015"]}]}


REFUSALS: dict[str, tuple[Change, str]] = {
    "unknown to us": (lambda _: {"sub": "nobody", "email": "dirk@example.nl"}, "unknown_person"),
    "works elsewhere": (of_another_hospital, "not_here"),
    "works here no longer": (no_longer, "not_here"),
    "disabled": (disabled, "not_here"),
    "another employer": (other_employer, "other_employer"),
    "one factor": (lambda _: {"acr": "laag"}, "too_weak"),
    "signed in there yesterday": (lambda _: {"auth_time": int(time.time()) - 90_000}, "too_long_ago"),
    "for another sign-in": (lambda _: {"nonce": "other"}, "nonce"),
    "by the other hospital's provider": (lambda house: {"iss": house.delt.url}, "issuer"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_nobody_is_signed_in_and_the_page_and_the_log_say_why(house: House, name: str) -> None:
    change, code = REFUSALS[name]
    house.linked("Dirk", "dirk-1")
    before = count(house, Person)
    claims = change(house)
    client = house.browser()
    answer = house.back(client, house.out(client), **claims)

    assert answer.status_code == 403 and f"<code>{code}</code>" in answer.text
    assert house.sessions() == [] and client.get("/worklist").status_code in (302, 401)
    assert count(house, Person) == before
    (line,) = house.lines("sign_in.refused")
    assert (line.outcome, line.hospital_id, line.detail.split("; ")[1].split()[0]) == (4, house.region.hospitals["ZEED"], code)


@pytest.mark.parametrize("days", [{"ends_on": date(2026, 1, 31)}, {"starts_on": date(9000, 1, 1)}], ids=["over", "not yet"])
def test_the_log_does_not_say_that_somebody_signed_in_whose_role_is_not_of_today(house: House, days: dict[str, date]) -> None:
    house.linked("Dirk", "dirk-1")
    house.change(Membership, Membership.person_id == person_id("Dirk"), **days)
    client = house.browser()

    answer = house.back(client, house.out(client))

    assert (answer.status_code, "nu geen rol: die is afgelopen of begint nog" in answer.text, house.sessions()) == (403, True, [])
    assert house.lines("sign_in") == []
    told = [(line.hospital_id, line.person_id) for line in house.lines("sign_in.refused")]
    assert told == [(house.region.hospitals["ZEED"], person_id("Dirk"))]


def test_an_invitation_is_not_used_up_by_who_is_not_let_in_yet(house: House) -> None:
    client = invited(house)
    asked = house.out(client, invitation=button_of(client))
    house.change(Membership, Membership.person_id == person_id("Dirk"), starts_on=date(9000, 1, 1))
    assert house.back(client, asked).status_code == 403
    house.change(Membership, Membership.person_id == person_id("Dirk"), starts_on=None)

    assert client.get("/invitation").status_code == 200


def test_the_own_employer_is_let_in_and_the_role_is_logged(house: House) -> None:
    house.change(Hospital, Hospital.code == "ZEED", ura="00001234")
    house.linked("Dirk", "dirk-1")
    client = house.browser()

    assert house.back(client, house.out(client), relations=[{"ura": "00001234", "roles": ["01.015"]}]).status_code == 302
    assert house.lines("sign_in")[0].detail.endswith("role=01.015")


def test_a_state_is_good_once_and_only_in_the_browser_it_was_made_for(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client, stranger = house.browser(), house.browser()
    asked = house.out(client)

    assert "<code>state</code>" in house.back(stranger, asked).text
    assert house.back(client, asked).status_code == 302
    assert "<code>state</code>" in house.back(client, asked).text
    assert len(house.sessions()) == 1


def test_an_answer_after_ten_minutes_is_too_late(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    asked = house.out(client)
    with client.session_transaction() as cookie:
        cookie["oidc"] = [{**one, "at": one["at"] - 601} for one in cookie["oidc"]]

    assert "<code>state</code>" in house.back(client, asked).text


def test_an_attempt_with_one_provider_cannot_end_at_the_door_of_another(house: House) -> None:
    """Mix-up: ZEED's provider sends the browser on to DELT's, which vouches for Bram; the code comes back with ZEED's state."""
    house.linked("Bram", "bram-1", "DELT")
    client = house.browser()
    asked = house.out(client, "ZEED")

    assert "<code>state</code>" in house.back(client, asked, "DELT", sub="bram-1").text
    assert house.sessions() == []


def test_who_works_for_two_hospitals_lands_in_that_of_the_button(house: House) -> None:
    with house.database.transaction() as session:
        session.add(Membership(person_id=person_id("Dirk"), hospital_id=house.region.hospitals["DELT"], role="specialist"))
    house.linked("Dirk", "dirk-1", "DELT")
    client = house.browser()

    assert "unknown_person" in house.back(client, house.out(client, "ZEED"), "ZEED").text  # DELT's word is not ZEED's
    assert house.back(client, house.out(client, "DELT"), "DELT").status_code == 302
    assert [one.hospital_id for one in house.sessions()] == [house.region.hospitals["DELT"]]


def test_a_provider_that_is_down_is_said_plainly_and_who_is_in_stays_in(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    house.delt.odd["/.well-known/openid-configuration"] = (503, {}, b"")
    answer = house.browser().get(f"/sign-in/with/{house.ids['DELT']}")

    assert answer.status_code == 503 and "antwoordt niet" in answer.text and "gewoon doorwerken" in answer.text
    assert client.get("/worklist").status_code == 200
