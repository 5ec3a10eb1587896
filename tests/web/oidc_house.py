"""A portal, and a provider of ZEED and of DELT, for the tests of signing in through the hospital."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.identity import Registration
from mdo_portal.domain.people import SignedInSession
from mdo_portal.services.people import identities, providers
from tests import make
from tests.integrations.oidc import idp, mint
from tests.integrations.oidc.idp import OTHER_RSA, RSA, Idp
from tests.people import Region, person_id
from tests.web.portal import app_on

CLIENT = "mdo-portaal"
SAID = Registration(
    label="Zeeduin (werkaccount)", issuer="", client_id=CLIENT, client_secret="geheim", scopes="openid", required_acr=("hoog",),
    required_amr=(), strong_values=("hoog",), max_age_seconds=3600, algorithms=("RS256",), extra_hosts=(), reads_userinfo=False,
    enabled=True,
)  # fmt: skip


@dataclass
class House:
    """A portal, ZEED's provider and DELT's."""

    app: Flask
    database: Database
    region: Region
    zeed: Idp
    delt: Idp
    ids: dict[str, uuid.UUID]

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def out(self, client: FlaskClient, code: str = "ZEED", **query: str) -> dict[str, str]:
        """The button: what the browser is sent to the provider with."""
        answer = client.get(f"/sign-in/with/{self.ids[code]}", query_string=query)
        assert answer.status_code == 303, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}

    def back(
        self, client: FlaskClient, asked: dict[str, str], code: str = "ZEED", *, by: str = "", **claims: Any
    ) -> TestResponse:
        """The provider (of `by`) vouches; the browser comes back at the door of `code`."""
        server = self.server(by or code)
        now = int(time.time())
        said = {
            "iss": server.url, "sub": "dirk-1", "aud": CLIENT, "exp": now + 60, "iat": now, "auth_time": now, "nonce": asked["nonce"],
            "acr": "hoog", "sid": "sid-1", **claims,
        }  # fmt: skip
        self.server(code).answer = {
            "access_token": "a",
            "id_token": mint.token({"alg": "RS256", "kid": "k1"}, said, key_of(by or code)),
        }
        return client.get(f"/sign-in/back/{self.ids[code]}", query_string={"state": asked["state"], "code": "c"})

    def server(self, code: str) -> Idp:
        return self.zeed if code == "ZEED" else self.delt

    def linked(self, name: str, subject: str, code: str = "ZEED") -> None:
        with self.database.transaction() as session:
            identities.link(
                session, person_id(name), self.region.hospitals[code], self.server(code).url, subject, now=datetime.now(UTC)
            )

    def sessions(self) -> list[SignedInSession]:
        with self.database.transaction() as session:
            return list(session.scalars(select(SignedInSession).where(SignedInSession.method == "oidc")))

    def lines(self, act: str) -> list[AuditEntry]:
        with self.database.transaction() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.seq)))

    def change(self, model: type[Any], condition: Any, **values: Any) -> None:
        with self.database.transaction() as session:
            for one in session.scalars(select(model).where(condition)):
                for name, value in values.items():
                    setattr(one, name, value)


def key_of(code: str) -> Any:
    return RSA if code == "ZEED" else OTHER_RSA


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with idp.serving([mint.jwk(RSA)]) as zeed, idp.serving([mint.jwk(OTHER_RSA)]) as delt, app_on(database) as app:
        made = House(app, database, region, zeed, delt, {})
        with database.transaction() as session:
            for code in ("ZEED", "DELT"):
                row = providers.empty_for(session, region.ada, uuid.uuid4(), region.hospitals[code])
                said = replace(SAID, issuer=made.server(code).url, label=code)
                providers.save(session, row, said, viewer=region.ada, now=make.NOW)
                made.ids[code] = row.provider_id
        yield made


def count(house: House, model: type[Any]) -> int:
    with house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
