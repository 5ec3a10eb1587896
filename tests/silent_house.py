"""Somebody who waits on a database behind a relay that falls silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mdo_portal import silence
from mdo_portal.database import Database
from mdo_portal.silence import SILENT_SECONDS, WATCH
from tests.relays import Relay, relay

LATER = SILENT_SECONDS + 1


@pytest.fixture
def between(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    monkeypatch.setattr(silence, "ASK_SECONDS", 2)
    with relay(database.url) as made:
        yield made


@pytest.fixture
def far(between: Relay) -> Iterator[Database]:
    made = Database(between.url)
    yield made
    between.is_silent = False
    made.close()


class Waiting:
    """Somebody who asks PostgreSQL something, on a thread of their own."""

    def __init__(self, database: Database, statement: str = "SELECT 1") -> None:
        self.heard: list[Any] = []
        self._database, self._statement = database, statement
        database.engine.connect().close()  # its line is there before anybody waits: none is begun while nothing answers
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def begin(self) -> None:
        self._thread.start()
        until(lambda: any(line.waits(now=time.monotonic() + LATER) for line in WATCH._lines))

    def _ask(self) -> None:
        try:
            with self._database.transaction() as session:
                self.heard.append(session.scalar(text(self._statement)))
        except OperationalError as error:
            self.heard.append(error)

    def answer(self) -> Any:
        self._thread.join(20)
        return self.heard[0] if self.heard else None


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def waited_on() -> list[silence.Line]:
    return [one for one in WATCH._lines if one.waits(now=time.monotonic() + LATER)]


def look() -> int:
    return WATCH.look(now=time.monotonic() + LATER)
