"""Signed in through the hospital, and then: confirming who one is with the provider, and being signed out by it."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.oidc.logout import EVENT
from mdo_portal.domain.people import Membership, Role, SignedInSession
from mdo_portal.services.people import sessions
from tests.integrations.oidc import mint
from tests.people import person_id
from tests.web.oidc_house import CLIENT, House, house, key_of
from tests.web.portal import CSRF, signed_in

__all__ = ["house"]


# Confirming


def confirmed_at(house: House) -> datetime:
    return house.sessions()[0].confirmed_at


def signed_in_an_hour_ago(house: House) -> FlaskClient:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    long_ago = datetime.now(UTC) - timedelta(minutes=40)
    house.change(SignedInSession, SignedInSession.method == "oidc", confirmed_at=long_ago)
    return client


def asked_to_confirm(client: FlaskClient) -> dict[str, str]:
    answer = client.get("/confirm/with-provider", query_string={"next": "/worklist"})
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def test_a_fresh_sign_in_at_the_provider_confirms(house: House) -> None:
    client = signed_in_an_hour_ago(house)
    asked = asked_to_confirm(client)
    answer = house.back(client, asked)

    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert (answer.status_code, answer.location) == (303, "/worklist")
    assert datetime.now(UTC) - confirmed_at(house) < sessions.FRESH and len(house.sessions()) == 1
    assert len(house.lines("confirm")) == 1


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"auth_time": int(time.time()) - 600}, "too_long_ago"), ({"sub": "lars-1"}, "other_person"), ({"sub": "nobody"}, "unknown_person")],
)  # fmt: skip
def test_an_old_sign_in_or_somebody_else_confirms_nothing(house: House, claims: dict[str, Any], code: str) -> None:
    house.linked("Lars", "lars-1")
    client = signed_in_an_hour_ago(house)
    answer = house.back(client, asked_to_confirm(client), **claims)

    assert answer.status_code == 403 and f"<code>{code}</code>" in answer.text
    assert datetime.now(UTC) - confirmed_at(house) > sessions.FRESH
    assert len(house.lines("confirm.refused")) == 1 and house.lines("confirm") == []


def test_who_has_no_account_there_is_not_sent_there(house: House) -> None:
    client = signed_in(house.app, house.database, house.region, "Bram")

    assert client.get("/confirm/with-provider").status_code == 404


def test_one_hospitals_provider_confirms_nothing_for_another_that_was_chosen_meanwhile(house: House) -> None:
    """In a second window: a signature in the name of DELT, by the word of ZEED."""
    house.linked("Dirk", "dirk-1")
    delt = house.region.hospitals["DELT"]
    with house.database.transaction() as session:
        session.add(Membership(person_id=person_id("Dirk"), hospital_id=delt, role=Role.SPECIALIST))
    client = signed_in(house.app, house.database, house.region, "Dirk")
    asked = asked_to_confirm(client)
    client.post("/hospital", data={"csrf_token": CSRF, "hospital_id": str(delt)})

    answer = house.back(client, asked)

    assert answer.status_code == 403 and house.lines("confirm") == []


# Out


def leaves(house: House, code: str = "ZEED", **over: Any) -> TestResponse:
    now = int(time.time())
    claims = {
        "iss": house.server(code).url,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
        "sid": "sid-1",
        "events": {EVENT: {}},
    }
    token = mint.token({"alg": "RS256", "kid": "k1", "typ": "logout+jwt"}, {**claims, **over}, key_of(code))
    return house.browser().post(f"/oidc/logout/{house.ids[code]}", data={"logout_token": token})


@pytest.mark.parametrize("whose", [{}, {"sub": "dirk-1"}, {"sub": "dirk-1", "sid": None}], ids=["sid", "both", "sub"])
def test_the_session_ends_when_the_provider_says_so(house: House, whose: dict[str, Any]) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    over = {name: value for name, value in whose.items() if value is not None}
    if "sid" in whose:
        over["sid"] = "sid-1"
    answer = leaves(house, **over)

    assert (answer.status_code, answer.text) == (200, "")
    assert house.sessions()[0].ended_at is not None and client.get("/worklist").status_code in (302, 401)
    assert [one.person_id for one in house.lines("sign_out")] == [person_id("Dirk")]


def test_nobody_elses_session_ends(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    house.linked("Bram", "bram-1", "DELT")
    dirk, bram = house.browser(), house.browser()
    house.back(dirk, house.out(dirk))
    house.back(bram, house.out(bram, "DELT"), "DELT", sub="bram-1")

    for over in ({"sid": "sid-2"}, {"sub": "nobody"}, {"sid": "sid-1", "sub": "lars-1"}):
        assert leaves(house, **over).status_code == 200
    assert [one.ended_at for one in house.sessions()] == [None, None]
    assert leaves(house).status_code == 200
    assert dirk.get("/worklist").status_code in (302, 401) and bram.get("/worklist").status_code == 200


def test_a_logout_token_is_good_once_and_a_false_one_never(house: House) -> None:
    assert leaves(house, jti="j").status_code == 200
    assert leaves(house, jti="j").status_code == 400
    assert leaves(house, iss=house.delt.url).status_code == 400
    assert house.browser().post(f"/oidc/logout/{house.ids['ZEED']}").status_code == 400
    assert house.browser().post(f"/oidc/logout/{uuid.uuid4()}", data={"logout_token": "a.b.c"}).status_code == 404
