"""A11: PostgreSQL does nothing more and hangs up on nobody, as when its disk hangs. Nobody waits for ever; it wakes up, and all goes on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import httpx

from mdo_portal.commands.postgres_databases import as_role
from tests.faults.house import House, environment, free_port, running
from tests.faults.lines import Load, compared
from tests.faults.processes import listener, web, worker
from tests.faults.storing import stuck

Figures = dict[str, Any]
PAGES = 6
LONGEST = 240.0
"""Seconds until a page must have been answered, on a machine that does much besides; it is three quarters of a minute on a quiet one."""


class Visitors:
    """Who ask for a page each, and wait for whatever comes."""

    def __init__(self, port: int) -> None:
        self.heard: Counter[int] = Counter()
        self._address = f"http://127.0.0.1:{port}/health/ready"
        self._threads: list[threading.Thread] = []

    def ask(self) -> int:
        try:
            return httpx.get(self._address, timeout=2 * LONGEST, trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    def come(self, number: int) -> None:
        self._threads = [threading.Thread(target=self._come, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def still_wait(self, *, seconds: float) -> int:
        """How many wait even then."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return sum(thread.is_alive() for thread in self._threads)

    def _come(self) -> None:
        status = self.ask()
        self.heard[status] += 1


def frozen(house: House, *, rounds: int) -> Figures:
    """Under load it is stopped until every page that was asked for meanwhile has its answer, and wakes up; every time."""
    database, mllp, port = house.copy(), free_port(), free_port()
    env = environment(database, mllp_port=mllp)
    pages = {"MDO_BIND": f"127.0.0.1:{port}", "MDO_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    pages["MDO_DATABASE_URL"] = as_role(database.url, "mdo_app")
    visitors, acked, waiting, waited, again = Visitors(port), 0, 0, [], []
    with (
        running(web, env | pages, house.folder) as one,
        running(listener, env, house.folder) as two,
        running(worker, env, house.folder) as three,
    ):
        load = Load(mllp)
        load.first_ack_after(0)
        _until_ready(visitors)
        for _ in range(rounds):
            house.freeze_postgres()
            began = time.monotonic()
            visitors.come(PAGES)
            time.sleep(1.0)  # what was stored before may still be answered
            before = len(load.acked)
            waiting += visitors.still_wait(seconds=LONGEST)
            waited.append(time.monotonic() - began)
            acked += len(load.acked) - before
            house.thaw_postgres()
            again.append(load.first_ack_after(time.monotonic(), within=120))
            _until_ready(visitors)
        load.stop()
        survived = all(process.process.is_alive() for process in (one, two, three))
        left = stuck(database, seconds=60)
    found = compared(database, load)
    database.close()
    ok = found["lost"] == found["duplicates"] == waiting == acked == left == 0 and survived and set(visitors.heard) == {503}
    return found | {
        "rounds": rounds, "lost": found["lost"] + left, "acked_while_frozen": acked, "still_waiting": waiting,
        "answers": dict(visitors.heard), "answered_s_max": round(max(waited), 1), "again_s_max": round(max(again), 2),
        "survived": survived, "ok": ok,
    }  # fmt: skip


def _until_ready(visitors: Visitors) -> None:
    until = time.monotonic() + LONGEST
    while visitors.ask() != 200 and time.monotonic() < until:
        time.sleep(0.2)
