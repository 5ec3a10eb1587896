"""That what stood still in the traffic with a hospital runs again, as the worker mails it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mdo_portal import reminding
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.standstill import Standstill, StandstillMailed
from mdo_portal.exchange import Reminder
from tests.people import Region, person_id
from tests.reminding_house import MORNING, mail, mails

__all__ = ["mail"]


def test_that_it_runs_again_is_mailed_by_the_worker_and_says_neither_what_nor_where(
    database: Database, region: Region, mail: tuple[Path, Reminder]
) -> None:
    folder, reminder_ = mail
    with database.transaction() as session:
        since = MORNING - timedelta(hours=1)
        session.add(StandstillMailed(person_id=person_id("Ada"), what=Standstill.NOT_READ, mailed_at=since, runs_since=since))
    worker = Database(as_role(database.url, "mdo_work"), sealer=database.sealer)
    assert reminding.remind_next(worker, reminder_, reminding.RUNS, clock=lambda: MORNING, passed=set())
    assert not reminding.remind_next(worker, reminder_, reminding.RUNS, clock=lambda: MORNING, passed=set())
    worker.engine.dispose()

    ((message, text),) = mails(folder)
    assert message["To"] == "ada@example.nl" and "https://mdo.example/links\n" in text
    for word in ("ZEED", "Ziekenhuis ", "2026"):
        assert word not in message["Subject"] + message["Message-ID"] + text
