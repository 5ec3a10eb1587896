"""A13: our own processes stand still for a minute (a machine that is paused, moved or out of memory) and wake up; and pages that are told to
stop while they are at work. What was acknowledged is there once, every letter arrives, nobody dies of it.
"""

from __future__ import annotations

import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.delivery import DeliveryState
from tests.faults.disks import all_compared, until
from tests.faults.house import House, Running, environment, free_port, running
from tests.faults.lines import Load
from tests.faults.posting import Posts, cookie_of_somebody
from tests.faults.processes import listener, quick_worker, web
from tests.faults.receivers import ANSWERS, Receiver
from tests.faults.sending import _reach, _signed, _states, _until_received
from tests.faults.storing import by_state, stuck, unreadable

Figures = dict[str, Any]
STILL_SECONDS = 70.0
"""Longer than a web process may be silent to the one that started it, and far longer than the leases of these workers."""
LETTERS = 12


def stopped_and_woken(house: House, *, rounds: int) -> Figures:
    """Listener, pages and one of two workers get SIGSTOP under load, with messages and a letter in hand; later SIGCONT; every time."""
    database, receiver, letters = house.copy(), Receiver(), list[uuid.UUID]()
    receiver.answer = _slowly
    _reach(database, house, "ZEED", receiver.port)
    env, door_of_pages = _environment(database)
    resumed, moved = [], 0
    with (
        running(listener, env, house.folder) as door,
        _pages(database, env, door_of_pages, house) as screens,
        running(quick_worker, env, house.folder) as first,
        running(quick_worker, env, house.folder) as second,
    ):
        load, posts = _at_work(database, house, env, door_of_pages)
        for _ in range(rounds):
            letters += _signed(database, house, count=LETTERS)
            time.sleep(0.7)
            for one in (door, screens, first):
                one.tell(signal.SIGSTOP)
            before = by_state(database).get("understood", 0)
            time.sleep(STILL_SECONDS)
            moved += by_state(database).get("understood", 0) > before
            for one in (first, screens, door):
                one.tell(signal.SIGCONT)
            resumed.append(load.first_ack_after(time.monotonic()))
        seen = posts.seen[200]
        again = until(lambda: posts.seen[200] > seen)
        load.stop()
        posts.stop()
        left = stuck(database, seconds=60)
        _until_received(database, letters, seconds=300)
        survived = all(one.process.is_alive() for one in (door, screens, first, second))
    receiver.close()
    states, came, found = _states(database, letters), Counter(receiver.came), all_compared(database, load, posts)
    reasons = unreadable(database)
    database.close()
    lost = found["lost"] + left + len(letters) - states[DeliveryState.RECEIVED]
    failures = {status for status in posts.statuses | posts.seen if status >= 500}
    return found | {
        "rounds": rounds,
        "lost": lost,
        "letters": len(letters),
        "letters_twice": sum(times - 1 for times in came.values()),  # each under its own number
        "others_went_on": moved,
        "resume_s_max": round(max(resumed), 2),
        "handed_in": dict(posts.statuses),
        "pages": dict(posts.seen),
        "survived": survived,
        "unreadable": reasons,
        "ok": lost == found["duplicates"] == 0 and survived and again and not reasons and not failures and max(resumed) < 30,
    }


def pages_told_to_stop(house: House, *, rounds: int) -> Figures:
    """SIGTERM to the web process while a hospital hands in and somebody looks. What was answered is kept; it leaves within its time."""
    database = house.copy()
    env, door_of_pages = _environment(database)
    leaving = []
    with _pages(database, env, door_of_pages, house) as screens:
        posts = Posts(door_of_pages, cookie_of_somebody(database, house.region, env["MDO_SECRET_KEY"]))
        for _ in range(rounds):
            seen = len(posts.stored)
            until(lambda before=seen: len(posts.stored) > before + 3)  # type: ignore[misc]
            began = time.monotonic()
            screens.kill(signal.SIGTERM)
            leaving.append(time.monotonic() - began)
            screens.restart()
        posts.stop()
    stored = sum(by_state(database).values())
    database.close()
    lost = max(0, len(posts.stored) - stored)
    failures = {status for status in posts.statuses | posts.seen if status >= 500}
    return {
        "rounds": rounds,
        "lost": lost,
        "duplicates": 0,
        "handed_in": dict(posts.statuses),
        "stored": stored,
        "pages": dict(posts.seen),
        "stop_s_max": round(max(leaving), 2),
        "ok": lost == 0 and not failures and max(leaving) < 15,
    }


def _slowly(number: str) -> bytes:
    time.sleep(0.3)
    return ANSWERS["AA"][0](number)


def _environment(database: Database) -> tuple[dict[str, str], int]:
    return environment(database, mllp_port=free_port()), free_port()


@contextmanager
def _pages(database: Database, env: dict[str, str], port: int, house: House) -> Iterator[Running]:
    own = {"MDO_BIND": f"127.0.0.1:{port}", "MDO_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with running(web, env | own | {"MDO_DATABASE_URL": as_role(database.url, "mdo_app")}, house.folder) as screens:
        yield screens


def _at_work(database: Database, house: House, env: dict[str, str], port: int) -> tuple[Load, Posts]:
    """When everybody was seen to work."""
    load = Load(int(env["MDO_MLLP_BIND"].rpartition(":")[2]))
    posts = Posts(port, cookie_of_somebody(database, house.region, env["MDO_SECRET_KEY"]))
    until(lambda: bool(posts.stored) and posts.seen[200] > 0 and by_state(database).get("understood", 0) > 0)
    return load, posts
