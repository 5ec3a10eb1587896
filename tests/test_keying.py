"""A hospital that shows its public keys renews them by itself: what it shows holds, what it took away does not, and no bad answer counts."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import select, update

from integrations.smart.client import BEARER
from mdo_portal import keying, wiring
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.fetched_keys import FetchedKeys
from mdo_portal.domain.link import Changed, Link
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.links import link_history
from tests.integrations.fhir.pull_house import Hospital, hospital
from tests.people import Region
from tests.web.portal import app_on

T0 = datetime.now(UTC).replace(microsecond=0)
OLD, NEW = (ECKey.generate_key("P-384", auto_kid=True) for _ in range(2))


def public(*keys: Any, **more: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) | more for key in keys]}


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    SHORT = public(RSAKey.generate_key(1024, auto_kid=True))


@dataclass
class House:
    """The portal, and the hospital that shows its keys; each look is ten minutes later."""

    app: Flask
    worker: Database
    database: Database
    region: Region
    there: Hospital
    looks: int = 0
    url: str = field(default="")

    def shows(self, answer: Any) -> None:
        self.there.pages["keys"] = answer

    def look(self) -> bool:
        self.looks += 1
        fetcher = wiring.outward(client_secret(self.worker)).keys
        return keying.fetch_next(self.worker, fetcher, clock=lambda: T0 + timedelta(minutes=10 * self.looks))

    def gets_a_token(self, key: ECKey, **header: str) -> bool:
        client = self.app.test_client()
        aud = client.get("/fhir/.well-known/smart-configuration").json["token_endpoint"]
        until = int((datetime.now(UTC) + timedelta(seconds=200)).timestamp())
        claims = {"iss": "epd-delt", "sub": "epd-delt", "aud": aud, "exp": until, "jti": uuid.uuid4().hex}
        signed = jwt.encode({"alg": "ES384", "kid": key.kid, **header}, claims, key, algorithms=["ES384"])
        form = {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": signed}
        return client.post("/fhir/token", data=form).status_code == 200

    @property
    def reason(self) -> str:
        with self.database.transaction() as session:
            return session.scalars(select(FetchedKeys.reason)).one()

    def set(self, **values: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Link).where(Link.hospital_id == self.region.hospitals["DELT"]).values(**values))


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    worker = Database(as_role(database.url, "mdo_work"), sealer=database.sealer)
    with hospital({"keys": public(OLD)}) as there, app_on(database) as app:
        made = House(app, worker, database, region, there, url=f"{there.url}/fhir/keys")
        made.set(client_id_in="epd-delt", jwks_url_in=made.url, inside_networks=["127.0.0.0/8"])
        yield made
    worker.engine.dispose()


def test_a_system_comes_in_by_the_keys_its_hospital_shows(house: House) -> None:
    assert not house.gets_a_token(OLD)
    assert house.look()
    assert house.gets_a_token(OLD) and house.reason == ""


def test_a_new_key_is_known_without_anybody_doing_anything_and_one_that_is_gone_lets_nobody_in(house: House) -> None:
    house.look()
    house.shows(public(OLD, NEW))
    house.look()
    assert house.gets_a_token(OLD) and house.gets_a_token(NEW)

    house.shows(public(NEW))
    house.look()
    assert house.gets_a_token(NEW) and not house.gets_a_token(OLD)
    with house.database.transaction() as session:
        changes = link_history.history(session, house.region.hospitals["DELT"])
    assert [one.what for one in changes if one.what is Changed.KEYS] == [Changed.KEYS] * 3
    assert not any(OLD.as_dict()["x"] in one.after for one in changes)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((503, {}, b""), "unreachable"),
        ((404, {}, b""), "refused"),
        ((302, {"Location": "https://elders.example/keys"}, b""), "refused"),
        ((200, {}, b"<html>onderhoud</html>"), "answer"),
        ((200, {}, b"\xff\xfe"), "answer"),
        ({"keys": []}, "answer"),
        ({"keys": [OLD.as_dict(private=True)]}, "private"),
        (SHORT, "answer"),
        ((200, {}, b" " * 70_000), "too_large"),
    ],
)
def test_what_was_not_fetched_well_changes_nothing_and_is_said(house: House, answer: Any, reason: str) -> None:
    house.look()
    house.shows(answer)
    assert house.look()

    assert house.reason == reason and house.gets_a_token(OLD)


def test_while_nobody_answers_the_keys_we_had_go_on(house: House) -> None:
    house.look()
    house.set(jwks_url_in="https://127.0.0.1:9/keys")
    assert house.look()

    assert house.reason == "unreachable" and house.gets_a_token(OLD)


def test_keys_for_other_uses_are_passed_by(house: House) -> None:
    other = {
        "keys": [
            NEW.as_dict(private=False) | {"use": "enc"},
            OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False),
        ]
    }
    house.shows({"keys": [*other["keys"], OLD.as_dict(private=False) | {"use": "sig"}]})
    house.look()

    assert house.gets_a_token(OLD) and not house.gets_a_token(NEW)


@pytest.mark.parametrize("more", [{"exp": 1.5}, {"x5c": [{"a": 1}]}, {"nested": [[[[]]]]}, {"key_ops": ["verify"]}])
def test_what_stands_beside_a_key_may_be_anything(house: House, more: dict[str, Any]) -> None:
    house.shows(public(OLD, **more))
    house.look()

    assert house.reason == "" and house.gets_a_token(OLD)


def test_a_server_at_which_something_breaks_holds_up_nobody(house: House) -> None:
    class Breaks:
        def keys(self, url: str, address: object) -> str:
            raise ZeroDivisionError

    assert keying.fetch_next(house.worker, Breaks(), clock=lambda: T0)
    assert house.reason == "answer"


def test_an_address_inside_our_own_walls_is_not_asked(house: House) -> None:
    house.set(inside_networks=[])
    house.look()

    assert house.reason == "address" and house.there.asked == []


def test_an_address_is_looked_at_once_in_five_minutes_and_another_one_at_once(house: House) -> None:
    assert house.look()
    house.looks -= 1
    assert not house.look()

    house.set(jwks_url_in=f"{house.there.url}/fhir/other")
    house.looks -= 1
    assert house.look() and house.reason == "refused"


def test_keys_that_are_pasted_are_not_fetched(house: House) -> None:
    house.set(jwks_url_in="", jwks_in=json.dumps(public(OLD)))

    assert not house.look() and house.gets_a_token(OLD)


def test_an_address_that_was_given_up_while_it_was_asked_changes_nothing(house: House) -> None:
    class GivenUp:
        def keys(self, url: str, address: object) -> str:
            house.set(jwks_url_in="", jwks_in=json.dumps(public(NEW)))
            return json.dumps(public(OLD))

    assert keying.fetch_next(house.worker, GivenUp(), clock=lambda: T0)
    assert house.gets_a_token(NEW) and not house.gets_a_token(OLD)


def test_a_system_may_repeat_where_its_keys_are_and_may_name_no_other_place(house: House) -> None:
    house.look()

    assert house.gets_a_token(OLD, jku=house.url)
    assert not house.gets_a_token(OLD, jku="https://elders.example/keys")
    house.set(jwks_url_in="")
    assert not house.gets_a_token(OLD, jku=house.url)
