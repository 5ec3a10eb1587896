"""An upgrade beside processes that are at work: neither is ended for the other."""

from __future__ import annotations

import threading
import time

from sqlalchemy import text

from mdo_portal.commands import every_table, migrate
from mdo_portal.database import Database

SOMEBODY_WAITS = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'cases'::regclass)")


class Page:
    """Somebody who reads a case, and what happens to its letter once the upgrade waits for that case."""

    def __init__(self, database: Database) -> None:
        self.failure: list[Exception] = []
        self._database, self._reads = database, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._reads.wait(20)

    def ended(self) -> list[Exception]:
        self._thread.join(30)
        return self.failure

    def _run(self) -> None:
        try:
            with self._database.transaction() as session:
                session.execute(text("LOCK TABLE cases IN ACCESS SHARE MODE"))
                self._reads.set()
                self._until_the_upgrade_waits()
                session.execute(text("LOCK TABLE deliveries IN ROW EXCLUSIVE MODE"))
        except Exception as error:
            self.failure.append(error)

    def _until_the_upgrade_waits(self) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with self._database.engine.connect() as beside:
                if beside.scalar(SOMEBODY_WAITS):
                    return
            time.sleep(0.01)


def test_an_upgrade_and_a_page_that_want_what_the_other_has_both_come_to_their_end(empty_database: Database) -> None:
    """Under load PostgreSQL ended one of the two each time: *deadlock detected*, and no version ever came beside busy processes."""
    migrate.downgrade(empty_database.url, to="0072")
    page = Page(empty_database)

    migrate.upgrade(empty_database.url)

    assert page.ended() == []
    assert migrate.differences(empty_database.url) == []


def test_where_nothing_is_to_be_done_nobody_stands_aside(empty_database: Database) -> None:
    """The service that migrates starts with every start of the portal."""
    with empty_database.engine.begin() as reads:
        reads.execute(text("LOCK TABLE cases IN ACCESS SHARE MODE"))

        migrate.upgrade(empty_database.url, patience=0.2)


def test_what_could_not_be_had_is_let_go_of_and_waited_for_first(empty_database: Database) -> None:
    with empty_database.engine.begin() as reads, empty_database.engine.begin() as upgrade:
        reads.execute(text("LOCK TABLE cases IN ACCESS SHARE MODE"))

        assert not every_table.hold(upgrade, patience=1.0)
        reads.execute(text("LOCK TABLE sessions IN ROW EXCLUSIVE MODE"))
