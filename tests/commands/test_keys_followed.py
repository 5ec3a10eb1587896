"""A process seals with a new data key soon after it was made: it asks for them for as long as its database is open."""

from __future__ import annotations

import weakref

import pytest

from mdo_portal.commands import process
from mdo_portal.database import Database

MANY = 5


class Keys:
    """A sealer of which the database is closed when its keys were asked for twice."""

    def __init__(self, database: Database) -> None:
        self.asked, self._database = 0, database

    def refresh(self) -> None:
        self.asked += 1
        if self.asked == MANY:
            pytest.fail("asked on and on for the keys of a database that was closed")
        if self.asked > 1:
            self._database.close()


def test_nobody_asks_for_the_keys_of_a_database_that_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "KEYS_FRESH_SECONDS", 0)
    database = Database("postgresql+psycopg://nobody@127.0.0.1/none")
    database.sealer = found = Keys(database)

    process._know_new_keys(weakref.ref(database))

    assert found.asked == 2
