"""A hospital's system that is not let in at /fhir is told on the page of the link: what it did, from where, and what to set there."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from sqlalchemy import select

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.refused_call import OVER_FHIR, RefusedCall
from mdo_portal.exchange import Wire
from mdo_portal.services.links import refused_calls
from mdo_portal.web import refused_calls as at_the_door
from mdo_portal.web.refused_calls import RefusedCalls
from tests.integrations.fhir.make import sample
from tests.make import NOW
from tests.people import Region
from tests.web.fhir_house import app, client, post
from tests.web.portal import signed_in
from tests.web.test_fhir_tokens import KEY, assertion, registered

__all__ = ["app", "client", "registered"]

HERE = "127.0.0.1"


def told(database: Database) -> list[tuple[str, str, int]]:
    with database.transaction() as session:
        kept = session.scalars(select(RefusedCall).order_by(RefusedCall.reason)).all()
        return [(one.address, one.reason, one.times) for one in kept]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_the_door, "PAUSE_SECONDS", 0.0)


@pytest.mark.parametrize(("token", "reason"), [("", "no_token"), ("Basic YTpi", "no_token"), ("Bearer elders", "unknown_token")])
def test_who_hands_in_without_a_good_token_is_told(client: FlaskClient, database: Database, token: str, reason: str) -> None:
    assert post(client, "/fhir", sample("referral-r4.json"), token=token).status_code == 401
    assert told(database) == [(HERE, reason, 1)]


def test_who_asks_how_a_task_stands_without_a_good_token_is_told(client: FlaskClient, database: Database) -> None:
    asked = {"Accept": "application/fhir+json", "Authorization": "Bearer verlopen"}

    assert client.get("/fhir/Task/7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a99", headers=asked).status_code == 401
    assert told(database) == [(HERE, "unknown_token", 1)]


def test_who_only_knocks_on_the_address_is_not_told(client: FlaskClient, database: Database) -> None:
    assert client.post("/fhir", data=b"cmd=id", content_type="application/x-www-form-urlencoded").status_code == 401
    assert client.post("/fhir/token", data={"user": "admin"}).status_code == 400
    assert client.get("/fhir/Task/1", headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}).status_code == 401
    assert told(database) == []


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"iss": "epd-zeed", "sub": "epd-zeed"}, "token_client"),
        ({"sub": "iemand anders"}, "token_form"),
        ({"aud": "https://elders.example"}, "token_aud"),
        ({"exp": 1}, "token_exp"),
        ({"jti": "x"}, "token_jti"),
    ],
)
def test_why_an_assertion_gets_no_token_is_told(
    client: FlaskClient, database: Database, over: dict[str, Any], reason: str
) -> None:
    assert client.post("/fhir/token", data=assertion(client, **over)).json == {"error": "invalid_client"}
    assert told(database) == [(HERE, reason, 1)]
    assert reason in OVER_FHIR


@pytest.mark.usefixtures("registered")
def test_an_assertion_that_was_used_and_a_scope_that_is_not_there_are_told(client: FlaskClient, database: Database) -> None:
    said = assertion(client)
    client.post("/fhir/token", data=said)
    client.post("/fhir/token", data=said)
    client.post("/fhir/token", data=assertion(client) | {"scope": "patient/*.read"})

    assert told(database) == [(HERE, "token_jti", 1), (HERE, "token_scope", 1)]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("kid", "reason"), [("", "token_key"), ("the same", "token_signature")])
def test_another_key_than_the_one_that_was_written_down_is_told(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, kid: str, reason: str
) -> None:
    another = ECKey.generate_key("P-384", {"kid": KEY.kid} if kid else None, auto_kid=not kid)
    monkeypatch.setattr("tests.web.test_fhir_tokens.KEY", another)
    client.post("/fhir/token", data=assertion(client))

    assert told(database) == [(HERE, reason, 1)]


def test_every_reason_of_an_assertion_has_a_sentence() -> None:
    whys = ("form", "header", "key", "signature", "aud", "exp", "jti", "client", "scope")

    assert {f"token_{why}" for why in whys} | {"no_token", "unknown_token"} == set(OVER_FHIR)


def test_what_is_new_is_written_down_at_once_and_the_same_once_more_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_the_door, "PAUSE_SECONDS", 5.0)
    moment = [100.0]
    calls = RefusedCalls(clock=lambda: moment[0])
    first, other = (HERE, "no_token"), (HERE, "unknown_token")

    assert calls.due(first) == Counter({first: 1})
    assert [calls.due(first) for _ in range(3)] == [Counter()] * 3
    assert calls.due(other) == Counter({first: 3, other: 1})
    assert calls.due(first) == Counter()
    moment[0] += 5
    assert calls.due(first) == Counter({first: 2})


def test_a_scan_from_everywhere_is_not_all_written_nor_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_the_door, "MOST", 3)
    monkeypatch.setattr(at_the_door, "PAUSE_SECONDS", 5.0)
    moment = [100.0]
    calls = RefusedCalls(clock=lambda: moment[0])
    written = [calls.due((f"10.0.0.{number}", "no_token")) for number in range(100)]
    moment[0] += 5

    assert len([one for one in written if one]) == at_the_door.WRITES.at_once
    assert len(calls.due(("10.0.0.99", "no_token"))) == 3


def test_a_web_process_notes_by_the_function_alone_and_no_more_than_the_newest(database: Database, region: Region) -> None:
    web = Database(as_role(database.url, "mdo_app"), sealer=database.sealer)
    with web.transaction() as session:
        many = {(f"10.0.{number // 250}.{number % 250}", "no_token"): 1 for number in range(300)}
        refused_calls.write_down(session, many, now=NOW)
        refused_calls.write_down(session, {("<b>x</b>", "no_token"): 1, (HERE, "geen reden"): 1}, now=NOW)
    web.close()

    kept = told(database)
    assert len(kept) == 200 and not {HERE, "<b>x</b>"} & {address for address, _, _ in kept}


def test_a_page_shows_what_failed_over_its_own_kind_of_line(database: Database, region: Region) -> None:
    moment = datetime.now(UTC)
    with database.transaction() as session:
        refused_calls.write_down(session, {(HERE, "no_token"): 2, (HERE, "not_framed"): 1}, now=moment)
        shown = {wire: [one.reason for one in refused_calls.lately(session, wire, now=moment)] for wire in (*Wire, None)}

    assert shown == {Wire.HL7V2: ["not_framed"], Wire.FHIR: ["no_token"], Wire.FORM: [], Wire.PAPER: [], None: []}


def test_the_page_of_a_fhir_link_says_whose_calls_came_to_nothing_and_what_to_do(
    app: Flask, client: FlaskClient, database: Database, region: Region
) -> None:
    post(client, "/fhir", sample("referral-r4.json"), token="Bearer elders")
    manager = signed_in(app, database, region, "Ada")

    page = manager.get(f"/links/{region.hospitals['DELT']}").text

    assert '<details class="fold" id="refused-calls" open>' in page
    assert f"<b>{HERE}</b> stuurde een token mee dat hier niet geldt." in page
