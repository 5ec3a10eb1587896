"""Two upgrades at once, and one beside what PostgreSQL does by itself."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from mdo_portal.commands import every_table, migrate
from mdo_portal.database import Database

SOMEBODY_WAITED_LONG = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'cases'::regclass"
    " AND clock_timestamp() - waitstart > current_setting('deadlock_timeout')::interval)"
)


def test_of_two_upgrades_at_once_one_does_it_and_the_other_finds_it_done(empty_database: Database) -> None:
    """Two machines that start together: each had read the version, and neither could have that table from the other."""
    migrate.downgrade(empty_database.url, to="0072")
    both = threading.Barrier(2)

    def one() -> None:
        both.wait()
        migrate.upgrade(empty_database.url, patience=5.0)

    with ThreadPoolExecutor(2) as people:
        for ended in [people.submit(one) for _ in range(2)]:
            ended.result()

    assert migrate.differences(empty_database.url) == []


class Autovacuum:
    """Has a table as PostgreSQL's own does, for hours: it goes for who waited as long as it takes to look who waits for whom."""

    def __init__(self, database: Database) -> None:
        self._database, self._has_it, self._is_over = database, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._has_it.wait(20)

    def end(self) -> None:
        self._is_over.set()
        self._thread.join(20)

    def _run(self) -> None:
        with self._database.transaction() as session:
            session.execute(text("LOCK TABLE cases IN SHARE UPDATE EXCLUSIVE MODE"))
            self._has_it.set()
            with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as beside:
                while not self._is_over.is_set() and not beside.scalar(SOMEBODY_WAITED_LONG):
                    time.sleep(0.01)


def test_an_upgrade_waits_long_enough_for_a_table_that_postgresql_cleans_up_by_itself(empty_database: Database) -> None:
    """No table was waited for so long that PostgreSQL put its own work aside: beside that of a large one no upgrade got through."""
    cleaning = Autovacuum(empty_database)
    try:
        with empty_database.engine.begin() as upgrade:
            assert every_table.hold(upgrade, patience=5.0)
    finally:
        cleaning.end()
