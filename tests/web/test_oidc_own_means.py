"""A hospital's provider says who somebody is there. Its word gives nobody what opens another hospital, or the network (ADR 0093)."""

from __future__ import annotations

import html
import re
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from pyotp import TOTP

from mdo_portal.domain.credentials import Passkey
from mdo_portal.domain.identity import Identity
from mdo_portal.domain.people import Membership, Person, Role, SignedInSession
from mdo_portal.services.people import second_factors
from mdo_portal.zone import day_of
from tests.people import PASSWORD, person_id
from tests.web.oidc_house import House, count, house
from tests.web.portal import CSRF, signed_in
from tests.web.test_another_telephone import secret_on
from tests.web.test_oidc_setup import FORM

__all__ = ["house"]
CHOSEN = "een heel nieuw wachtwoord"
OPENS_MORE = "uw account opent meer"
WAYS = ("/account/app", "/account/passkeys", "/account/passkeys/options", "/account/app/remove", "/account/passkeys/remove",
        "/account/recovery-codes", "/account/password")  # fmt: skip


def vouched_for(house: House) -> FlaskClient:
    """Dirk, a moment ago, by the word of ZEED's provider."""
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    with client.session_transaction() as kept:
        kept["csrf"] = CSRF
    return client


def works(
    house: House, name: str, code: str, role: Role = Role.SPECIALIST, *, starts_in: int = 0, ended: int | None = None
) -> None:
    """`ended`: how many days ago was the last one on which it counted."""
    begins = (datetime.now(UTC) + timedelta(days=starts_in)).date() if starts_in else None
    ends = None if ended is None else day_of(datetime.now(UTC)) - timedelta(days=ended)
    with house.database.transaction() as session:
        where = house.region.hospitals[code]
        session.add(Membership(person_id=person_id(name), hospital_id=where, role=role, starts_on=begins, ends_on=ends))


@pytest.mark.parametrize(
    ("code", "role", "starts_in"), [("ODUL", Role.SPECIALIST, 0), ("ODUL", Role.MEMBER, 9), ("ZEED", Role.ADMINISTRATOR, 0)]
)
def test_by_one_hospitals_word_nobody_changes_what_opens_more(house: House, code: str, role: Role, starts_in: int) -> None:
    """Who works at two, who will, and who administers the network: whoever rules ZEED's provider would be them everywhere."""
    works(house, "Dirk", code, role, starts_in=starts_in)
    client = vouched_for(house)
    with house.database.transaction() as session:
        was = session.get_one(Person, person_id("Dirk")).password_hash
        app = second_factors.begin_app(session, person_id("Dirk"), network="", now=datetime.now(UTC))
    told = {"csrf_token": CSRF, "password": CHOSEN, "again": CHOSEN, "code": TOTP(app.secret).at(datetime.now(UTC))}

    answers = [client.get("/account/second-factor"), *(client.post(way, data=told) for way in WAYS)]

    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert all(OPENS_MORE in answer.text for answer in answers)
    with house.database.transaction() as session:
        dirk = session.get_one(Person, person_id("Dirk"))
        assert (dirk.password_hash, dirk.totp_sealed) == (was, b"")
    assert count(house, Passkey) == 0


def test_the_page_offers_it_not_and_says_why(house: House) -> None:
    works(house, "Dirk", "ODUL")
    page = vouched_for(house).get("/account").text

    assert "en niet via uw ziekenhuis" in page
    assert not any(f'"{way}"' in page for way in (*WAYS, "/account/second-factor"))


def test_who_works_there_only_arranges_a_second_step_of_their_own(house: House) -> None:
    client = vouched_for(house)
    secret = secret_on(client.get("/account/second-factor").text)

    answer = client.post("/account/app", data={"code": TOTP(secret).at(datetime.now(UTC)), "csrf_token": CSRF})

    assert answer.status_code == 200
    with house.database.transaction() as session:
        assert session.get_one(Person, person_id("Dirk")).totp_sealed


@pytest.mark.parametrize(("ended", "status"), [(0, 403), (1, 200)])
def test_so_does_whose_time_elsewhere_is_over(house: House, ended: int, status: int) -> None:
    """A locum of last year: their provider vouches for one factor, and without a second one of ours they see no patient."""
    works(house, "Dirk", "ODUL", ended=ended)
    client = vouched_for(house)

    assert client.get("/account/second-factor").status_code == status
    assert ("en niet via uw ziekenhuis" in client.get("/account").text) is (status == 403)


def test_by_own_means_they_change_it_as_before(house: House) -> None:
    works(house, "Dirk", "ODUL")
    dirk = signed_in(house.app, house.database, house.region, "Dirk")

    assert dirk.get("/account/second-factor").status_code == 200
    assert dirk.post("/account/password", data={"password": CHOSEN, "again": CHOSEN, "csrf_token": CSRF}).status_code == 303


# Under which name a provider knows somebody


def tie(house: House, by: str, name: str) -> int:
    client = signed_in(house.app, house.database, house.region, by)
    told = {"person_id": str(person_id(name)), "subject": "lars-zelf", "csrf_token": CSRF}
    return client.post(f"/links/sign-in/{house.ids['ZEED']}/people", data=told).status_code


@pytest.mark.parametrize(("code", "role"), [("ODUL", Role.MEMBER), ("ZEED", Role.ADMINISTRATOR)])
def test_a_link_manager_ties_nobody_who_is_more_than_the_hospitals(house: House, code: str, role: Role) -> None:
    """Their own provider would say that they are that colleague: on every board, or of the whole network."""
    works(house, "Dirk", code, role)

    assert tie(house, "Lars", "Dirk") == 403 and count(house, Identity) == 0
    assert tie(house, "Ada", "Dirk") == 303 and count(house, Identity) == 1


def test_a_link_manager_ties_no_chair_whom_they_gave_a_role_themselves(house: House) -> None:
    """Bram works for DELT, and leads a board: his roles there count in every session."""
    works(house, "Bram", "ZEED", Role.MEMBER)

    assert tie(house, "Lars", "Bram") == 403 and count(house, Identity) == 0


def test_a_link_manager_ties_a_colleague(house: House) -> None:
    assert tie(house, "Lars", "Dirk") == 303 and count(house, Identity) == 1


def left_open(house: House) -> FlaskClient:
    """The screen of ZEED's link manager, ten minutes after anybody proved to be there."""
    lars = signed_in(house.app, house.database, house.region, "Lars")
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    house.change(SignedInSession, SignedInSession.person_id == person_id("Lars"), confirmed_strongly_at=long_ago)
    return lars


def test_who_says_by_whose_word_people_come_in_proves_who_they_are(house: House) -> None:
    """A link manager's screen that stands open lets nobody register a provider of their own, nor tie a name to a colleague."""
    lars, address = left_open(house), f"/links/sign-in/{house.ids['ZEED']}"
    told = {"person_id": str(person_id("Dirk")), "subject": "dirk-1", "csrf_token": CSRF}

    page = lars.get(address)
    answers = [lars.post(address, data=FORM | {"password": "onzin"}), lars.post(f"{address}/people", data=told)]

    assert (page.status_code, page.location.partition("?")[0]) == (303, "/confirm")
    assert [answer.status_code for answer in answers] == [422, 422] and count(house, Identity) == 0


def test_who_typed_for_long_proves_it_on_the_form_and_types_nothing_twice(house: House) -> None:
    lars, address = left_open(house), f"/links/sign-in/{house.ids['ZEED']}"
    told = {"person_id": str(person_id("Dirk")), "subject": "dirk-1", "csrf_token": CSRF}
    typed = FORM | {"label": "Zeeduyn, werkaccount"}

    asked, tied = lars.post(address, data=typed).text, lars.post(f"{address}/people", data=told).text

    assert "Wat u typte staat er nog." in asked and "kies het bestand" not in asked
    assert 'value="Zeeduyn, werkaccount"' in asked and asked.count('name="password"') == 1
    assert 'value="dirk-1"' in tied and f'value="{person_id("Dirk")}" selected' in tied and tied.count('name="password"') == 1
    assert lars.post(address, data=typed | {"password": PASSWORD}).status_code == 303
    assert left_open(house).post(f"{address}/people", data=told | {"password": PASSWORD}).status_code == 303
    assert count(house, Identity) == 1


def test_who_proves_it_at_the_hospital_comes_back_to_the_provider_that_is_being_added(house: House) -> None:
    """A second one, say; its page was not found without the hospital that it is for."""
    house.linked("Lars", "lars-1")
    lars, new = house.browser(), f"/links/sign-in/{uuid.uuid4()}"
    house.back(lars, house.out(lars), sub="lars-1")
    with lars.session_transaction() as kept:
        kept["csrf"] = CSRF
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    house.change(SignedInSession, SignedInSession.person_id == person_id("Lars"), confirmed_strongly_at=long_ago)

    asked = lars.post(new, data=FORM | {"hospital": str(house.region.hospitals["ZEED"])}).text

    way = re.search(r'href="(/[^"]*confirm[^"]*)"', asked)
    wanted = parse_qs(urlsplit(html.unescape(way[1])).query)["next"][0] if way else ""
    house.change(SignedInSession, SignedInSession.person_id == person_id("Lars"), confirmed_strongly_at=datetime.now(UTC))
    assert wanted.startswith(new) and lars.get(wanted).status_code == 200
