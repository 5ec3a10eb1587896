"""A worker that is killed leaves its letter to another one within seconds; one that lives keeps it, however long it takes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import structlog

from mdo_portal import dispatch
from mdo_portal.commands import living
from mdo_portal.commands.living import Living
from mdo_portal.database import Database
from mdo_portal.services.letters import succession
from tests.make import NOW
from tests.outbox_house import AA, Outbox, Receiver
from tests.people import Region

TAKES_AND_HANGS = """
import sys, threading, time
from mdo_portal import dispatch
from mdo_portal.commands.living import Living
from mdo_portal.database import Database
from tests import make
database = Database(sys.argv[1], sealer=make.sealer())
alive = Living(database, clock=lambda: make.NOW, hang_up=lambda: 0)
alive.begin()
alive.until_proved(threading.Event())
claimed = dispatch.take(database, clock=lambda: make.NOW, worker=alive.number)
print(claimed.delivery_id, flush=True)
time.sleep(60)
"""


@contextmanager
def worker(database: Database) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that has taken a letter, and its number."""
    command = [sys.executable, "-c", TAKES_AND_HANGS, database.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def until(holds: Callable[[], object], *, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


@pytest.fixture
def alive(database: Database) -> Iterator[Living]:
    made = Living(database, clock=lambda: NOW, hang_up=lambda: 0)
    made.begin()
    assert made.until_proved(threading.Event())
    yield made
    made.end()


def test_a_killed_worker_leaves_its_letter_within_seconds_and_a_living_one_keeps_it(
    database: Database, region: Region, alive: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession, "GONE", 0.4)
    outbox, receiver = Outbox(database, region), Receiver([AA])
    outbox.signed()
    with worker(database) as (process, taken):
        assert not until(alive.look, seconds=1.2) and not outbox.work(receiver)

        process.kill()
        assert until(alive.look)

    assert outbox.work(receiver)
    assert [one.delivery_id for one in receiver.came] == [taken]


def cut(database: Database) -> None:
    """An administrator, or a restart, ends every line that holds a worker's lock."""
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with psycopg.Connection.connect(database.plain_url) as line:
        assert line.execute(ended, (succession.LOCKS,)).fetchall() == [(True,)]


def test_a_worker_whose_line_breaks_takes_its_lock_again_and_keeps_its_letter(
    database: Database, region: Region, alive: Living
) -> None:
    Outbox(database, region).signed()
    assert dispatch.take(database, clock=lambda: NOW, worker=alive.number)
    other = Living(database, clock=lambda: NOW, hang_up=lambda: 0)

    cut(database)

    assert not until(other.look, seconds=1.0)
    assert until(lambda: alive.count == 2) and alive.is_proved and other.look() == 0


def test_a_worker_that_cannot_prove_that_it_lives_hangs_up_and_sends_nothing(
    database: Database, alive: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = ["a letter on its way"]
    monkeypatch.setattr(succession, "FRESH", 1.5)
    monkeypatch.setattr(alive, "_hang_up", lambda: len([lines.pop()]))
    monkeypatch.setattr(alive, "_hold", lambda: alive._ended.wait(5))
    told_to_stop = threading.Event()
    told_to_stop.set()
    assert alive.until_proved(told_to_stop) and lines

    cut(database)

    assert until(lambda: not lines)
    assert not alive.until_proved(told_to_stop)


def test_a_database_that_stays_away_is_said_once_and_not_twice_a_second(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, lonely = list[int](), Living(database, clock=lambda: NOW, hang_up=lambda: 0)

    def away() -> None:
        tried.append(1)
        if len(tried) == 2:
            lonely.count += 1  # it was there again for a moment
        if len(tried) == 4:
            lonely.end()
        raise psycopg.OperationalError

    monkeypatch.setattr(lonely, "_hold", away)
    with structlog.testing.capture_logs() as said:
        lonely._prove()

    assert [line["event"] for line in said] == ["worker.lock_lost"] * 2


def test_nobody_is_called_dead_before_a_living_worker_has_hung_up() -> None:
    assert succession.FRESH + 2 * living.PROOF_SECONDS < succession.GONE
