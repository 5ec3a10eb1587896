"""The web application on a test database, with somebody signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from mdo_portal.app import create_app
from mdo_portal.commands.postgres import as_role
from mdo_portal.database import Database
from mdo_portal.services import sessions
from mdo_portal.settings import Settings
from tests import make
from tests.audit_guard import guarded
from tests.canaries import watch_addresses
from tests.people import PEOPLE, Region, person_id

CSRF = "token-of-this-test"


class Compiled(BytecodeCache):
    """Templates compiled once per run of tests, not once per application: that was half of the time of every page."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@contextmanager
def app_on(database: Database) -> Iterator[Flask]:
    """The application, in the database as web processes are: row security holds for it. Its live helpers end with it.

    An answer with patient data and no line in the access log fails the test.
    """
    url = as_role(database.url, "mdo_app")
    own = Database(url, sealer=database.sealer, pool_size=10)
    app = create_app(Settings(database_url=url, secret_key="s" * 40, demo=True), database=own)
    app.jinja_env.bytecode_cache = COMPILED
    watch_addresses(app)
    try:
        with guarded(app, database):
            yield app
    finally:
        app.extensions["mdo_live_stop"].set()
        own.close()


def signed_in(app: Flask, database: Database, region: Region, name: str) -> FlaskClient:
    """A browser of this person, with the token that a page would have given."""
    with database.transaction() as session:
        hospital = region.hospitals[PEOPLE[name][1]]
        key = sessions.start_session(session, person_id(name), hospital, proof=make.PROOF, now=datetime.now(UTC))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": key, "_fresh": True, "csrf": CSRF})
    return client
