"""How a hospital's system proves itself at the FHIR door: a key it registered, an assertion for once, a token for minutes."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from integrations.smart.client import BEARER
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.link import Link
from tests.integrations.fhir.make import sample
from tests.people import Region
from tests.web.fhir_house import app, client, messages, post

__all__ = ["app", "client"]

KEY = ECKey.generate_key("P-384", auto_kid=True)


@pytest.fixture
def registered(database: Database, region: Region) -> None:
    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        link.client_id_in, link.jwks_in = "epd-delt", json.dumps({"keys": [KEY.as_dict(private=False)]})


def assertion(client: FlaskClient, **over: Any) -> dict[str, str]:
    aud = client.get("/fhir/.well-known/smart-configuration").json["token_endpoint"]
    until = int((datetime.now(UTC) + timedelta(seconds=200)).timestamp())
    claims = {"iss": "epd-delt", "sub": "epd-delt", "aud": aud, "exp": until, "jti": uuid.uuid4().hex} | over
    token = jwt.encode({"alg": "ES384", "kid": KEY.kid}, claims, KEY, algorithms=["ES384"])
    return {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": token}


@pytest.mark.usefixtures("registered")
def test_a_system_that_registered_its_key_gets_a_token_and_hands_in_with_it(
    client: FlaskClient, database: Database, region: Region
) -> None:
    got = client.post("/fhir/token", data=assertion(client) | {"scope": "system/*.write"})
    token = got.json["access_token"]
    answer = post(client, "/fhir", sample("referral-r4.json"), token=f"Bearer {token}")

    assert got.status_code == 200 and got.json["expires_in"] == 300 and got.headers["Cache-Control"] == "no-store"
    assert answer.status_code == 200
    assert [one.hospital_id for one in messages(database)] == [region.hospitals["DELT"]]
    with database.transaction() as session:
        kept = session.scalars(text("SELECT token_hash FROM link_tokens")).all()  # type: ignore[call-overload]
    assert token not in kept


@pytest.mark.usefixtures("registered")
def test_an_assertion_is_good_for_once(client: FlaskClient) -> None:
    said = assertion(client)

    assert [client.post("/fhir/token", data=said).status_code for _ in range(3)] == [200, 401, 401]


@pytest.mark.usefixtures("registered")
def test_an_assertion_that_just_ended_is_good_for_once_as_well(client: FlaskClient) -> None:
    """Clocks may differ by half a minute: for so long it is taken after its end, and not again."""
    said = assertion(client, exp=int(datetime.now(UTC).timestamp()) - 10)
    answers = [client.post("/fhir/token", data=said).status_code]
    answers += [client.post("/fhir/token", data=one).status_code for one in (assertion(client), said)]  # another clears up

    assert answers == [200, 200, 401]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    "over", [{"iss": "epd-zeed", "sub": "epd-zeed"}, {"aud": "https://elders.example"}, {"exp": 1}, {"jti": "x"}]
)
def test_whoever_cannot_prove_it_gets_no_token(client: FlaskClient, over: dict[str, Any]) -> None:
    answer = client.post("/fhir/token", data=assertion(client, **over))

    assert (answer.status_code, answer.json) == (401, {"error": "invalid_client"})


@pytest.mark.usefixtures("registered")
def test_a_token_for_reading_does_not_hand_in(client: FlaskClient, database: Database) -> None:
    token = client.post("/fhir/token", data=assertion(client) | {"scope": "system/Task.rs"}).json["access_token"]

    assert post(client, "/fhir", sample("referral-r4.json"), token=f"Bearer {token}").status_code == 403
    assert messages(database) == []
    assert client.post("/fhir/token", data=assertion(client) | {"scope": "patient/*.read"}).json == {"error": "invalid_scope"}


@pytest.mark.usefixtures("registered")
def test_a_token_that_ended_opens_nothing(client: FlaskClient, database: Database) -> None:
    token = client.post("/fhir/token", data=assertion(client)).json["access_token"]
    with database.transaction() as session:
        session.execute(text("UPDATE link_tokens SET expires_at = now() - interval '1 second'"))

    assert post(client, "/fhir", sample("referral-r4.json"), token=f"Bearer {token}").status_code == 401


def test_statements_alone_make_no_token(database: Database, region: Region) -> None:
    """Row security: smuggled SQL in a web process lets no system in (docs/decisions/0023)."""
    web = Database(as_role(database.url, "mdo_app"), sealer=database.sealer)
    link = region.links["DELT"].link_id
    for statement in (
        f"INSERT INTO link_tokens VALUES ('x', '{link}', 'system/*.write', now() + interval '1 hour')",
        f"SELECT access.issue_link_token('{link}', 'jti-12345', now(), 'x', 'system/*.write', now() + interval '1 hour', 'wrong'::bytea)",
    ):
        with pytest.raises(Exception, match=r"permission denied|signed assertion"), web.transaction() as session:
            session.execute(text(statement))
    web.close()


# Questions: out as a Task, the answer back into the same case
