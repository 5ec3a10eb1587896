"""The portal as hospitals run it (no demo), and somebody's browser: pages, forms with their token, a clock that can be put on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP
from werkzeug.test import TestResponse

from mdo_portal.app import create_app
from mdo_portal.database import Database
from mdo_portal.services.people import second_factors
from mdo_portal.settings import Settings
from tests import make
from tests.conftest import as_web
from tests.people import PASSWORD, person_id


@contextmanager
def portal(database: Database) -> Iterator[Flask]:
    settings = Settings(database_url=database.url, secret_key="s" * 40, keyring=make.KEYS, public_url="http://localhost")
    app = create_app(settings, database=as_web(database))
    try:
        yield app
    finally:
        app.extensions["mdo_live_stop"].set()


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, reads the form token from the page it is on."""

    app: Flask
    address: str = "198.51.100.4"
    client: FlaskClient = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str) -> TestResponse:
        return self._seen(self.client.get(path, environ_overrides={"REMOTE_ADDR": self.address}))

    def post(self, path: str, **fields: str) -> TestResponse:
        data = fields | {"csrf_token": self.token}
        return self._seen(self.client.post(path, data=data, environ_overrides={"REMOTE_ADDR": self.address}))

    def _seen(self, answer: TestResponse) -> TestResponse:
        found = re.search(r'name="csrf-token" content="([^"]+)"', answer.text)
        if found:
            self.token = found[1]
        return answer

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        self.get("/sign-in")
        answer = self.post("/sign-in", email=f"{name.lower()}@example.nl", password=password)
        if answer.status_code == 302:
            self.get(answer.location)
        return answer

    def with_code(self, code: str) -> TestResponse:
        answer = self.post("/sign-in/second", code=code)
        if answer.status_code == 302:
            self.get(answer.location)
        return answer


def with_app(database: Database, name: str) -> str:
    """This person has an app with codes since a while; its secret."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    with database.transaction() as session:
        made = second_factors.begin_app(session, person_id(name), network="", now=then)
        assert second_factors.confirm_app(session, person_id(name), TOTP(made.secret).at(then), now=then)
    return made.secret


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with portal(database) as made:
        yield made


@pytest.fixture
def own(app: Flask) -> Browser:
    return Browser(app)


def now_code(secret: str, *, later: float = 0) -> str:
    return TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=later))
