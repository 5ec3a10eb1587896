"""A line that is opened while the database is away is refused, and its page tries again: it waited for a word that never came."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator

import pytest
import websocket
from flask import Flask
from werkzeug.serving import make_server

from mdo_portal.database import Database
from mdo_portal.live.registry import REGISTRY
from tests.people import Region
from tests.web.portal import app_on, signed_in

NOWHERE = "postgresql+psycopg://mdo_app@/mdo?host=/nowhere"


class Page:
    """The live line of a browser in which somebody is signed in, to a portal on a real port."""

    def __init__(self, app: Flask, database: Database, region: Region) -> None:
        self.app, self.server = app, make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        client = signed_in(app, database, region, "Dirk")
        kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert kept is not None
        self._cookie = f"{kept.key}={kept.value}"

    @property
    def lines(self) -> int:
        """How many the portal thinks there are."""
        return len(list(self.app.extensions["mdo_live"].server.manager.get_participants("/", None)))

    def open(self) -> tuple[websocket.WebSocket, str]:
        """A line, and what the portal answers to who says that it is here; "" = nothing."""
        address = f"ws://127.0.0.1:{self.server.server_port}/socket.io/?EIO=4&transport=websocket"
        origin = self.app.extensions["mdo_settings"].public_url
        line = websocket.create_connection(address, timeout=2, cookie=self._cookie, origin=origin)
        line.recv()
        line.send("40")
        try:
            return line, str(line.recv())
        except websocket.WebSocketTimeoutException:
            return line, ""


@pytest.fixture
def page(database: Database, region: Region) -> Iterator[Page]:
    with app_on(database) as app:
        made = Page(app, database, region)
        yield made
        made.server.shutdown()


@pytest.fixture
def away(page: Page, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The database is, until this is undone."""
    with monkeypatch.context() as away:
        yield away


def go(page: Page, away: pytest.MonkeyPatch) -> None:
    away.setattr(page.app.extensions["mdo_database"], "engine", Database(NOWHERE).engine)


def test_a_line_is_refused_while_the_database_is_away_and_taken_afterwards(page: Page, away: pytest.MonkeyPatch) -> None:
    go(page, away)
    _, refused = page.open()
    away.undo()
    _, taken = page.open()

    assert refused.startswith("44") and taken.startswith("40")


def test_a_line_that_ends_while_the_database_is_away_is_over(page: Page, away: pytest.MonkeyPatch) -> None:
    """It stayed among the lines of the process for as long as that ran."""
    line, _ = page.open()
    for _, one in REGISTRY.all():
        one.meetings.add(uuid.uuid4())
    go(page, away)

    line.close()

    until = time.monotonic() + 20
    while page.lines and time.monotonic() < until:
        time.sleep(0.01)
    assert page.lines == 0
