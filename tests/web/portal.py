"""The web application on a test database, with somebody signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.live import server
from mdo_portal.services.people import sessions
from mdo_portal.settings import Settings
from mdo_portal.web import nothing
from tests import make
from tests.audit_guard import guarded
from tests.canaries import watch_addresses
from tests.copies import as_web
from tests.people import PEOPLE, Region, person_id

CSRF = "token-of-this-test"


@contextmanager
def app_on(database: Database, *, hears: bool = False, at: str = "") -> Iterator[Flask]:
    """The application, in the database as web processes are: row security holds for it. Its live helpers end with it.

    `hears`: it listens to what other processes announce, for screens that are open on it; most tests only ask pages, and its line would
    be one more process of PostgreSQL each time. `at`: the address under which a browser finds it, and from which its pages may open a line.
    An answer with patient data and no line in the access log fails the test.
    """
    url = as_role(database.url, "mdo_app")
    own = as_web(database)
    with nullcontext() if hears else patch.object(server, "_listen", _deaf):
        settings = Settings(database_url=url, secret_key="s" * 40, demo=True)
        app = create_app(replace(settings, public_url=at) if at else settings, database=own)
    app.extensions[nothing.AFTER] = 0.0  # thousands of tests ask for what is not there: test_oracle.py waits
    watch_addresses(app)
    try:
        with guarded(app, database):
            yield app
    finally:
        app.extensions["mdo_live_stop"].set()


@dataclass(frozen=True)
class Portal:
    """The application on a database with the small region, and a browser of everybody in it."""

    app: Flask
    database: Database
    region: Region

    def person(self, name: str) -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)


def _deaf(*_: object) -> None:
    """Nobody's screen is open here."""


def signed_in(app: Flask, database: Database, region: Region, name: str) -> FlaskClient:
    """A browser of this person, with the token that a page would have given."""
    with database.transaction() as session:
        hospital = region.hospitals[PEOPLE[name][1]]
        key = sessions.start_session(session, person_id(name), hospital, proof=make.PROOF, now=datetime.now(UTC))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": key, "_fresh": True, "csrf": CSRF})
    return client
