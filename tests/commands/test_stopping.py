"""Told to stop: in the middle of whatever the process does just then."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter

import pytest

from mdo_portal.commands import process, work
from mdo_portal.commands.process import until_stopped
from mdo_portal.database import Database

IN_THE_MIDDLE_OF_A_WAIT = """
import os, signal, sys
from mdo_portal.commands.process import stop_on_signals, until_stopped

stop = stop_on_signals()
with stop._cond:  # as `stop.wait()` does, for a moment, before and after it sleeps
    os.kill(os.getpid(), signal.SIGTERM)
until_stopped([("job", lambda: stop.wait() and None)], stop)
sys.exit(7)
"""


def test_a_signal_in_the_middle_of_a_wait_ends_the_process_all_the_same() -> None:
    assert subprocess.run([sys.executable, "-c", IN_THE_MIDDLE_OF_A_WAIT], timeout=30).returncode == 7


def test_a_worker_that_is_told_to_stop_leaves_no_job_that_still_waits_for_something_to_do(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, ended = threading.Event(), Counter[str]()

    def watched(jobs: list[work.Job], *arguments: object, **named: object) -> None:
        for name, _ in jobs:
            ended[name] = 0

        def once(name: str, job: work.Job) -> None:
            job[1]()
            ended[name] += 1

        threading.Timer(1.0, stop.set).start()
        until_stopped([(job[0], lambda job=job: once(job[0], job)) for job in jobs], *arguments, **named)  # type: ignore[arg-type,misc]

    monkeypatch.setattr(work, "until_stopped", watched)
    for patrol in ("PATROL_SECONDS", "KEYS_SECONDS", "SUBSCRIPTIONS_SECONDS", "ROUTE_SECONDS"):
        monkeypatch.setattr(work, patrol, 600.0)  # whoever ends only because it looks again comes too late

    work.run(database, stop)

    assert [name for name, times in ended.items() if times != 1] == []


def test_jobs_that_hang_are_waited_for_together_and_not_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty of them, on a database that said nothing, took five minutes: systemd killed the worker after one."""
    passed = 0.0

    class Hanging(threading.Thread):
        def join(self, timeout: float | None = None) -> None:
            nonlocal passed
            assert timeout is not None
            passed += timeout

    hangs, stop = threading.Event(), threading.Event()
    stop.set()
    monkeypatch.setattr(process.threading, "Thread", Hanging)
    monkeypatch.setattr(process.time, "monotonic", lambda: passed)

    until_stopped([(str(number), lambda: hangs.wait() and None) for number in range(30)], stop)
    hangs.set()

    assert passed == process.STOP_SECONDS
