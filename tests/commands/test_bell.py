"""A ring that comes while one is busy is not lost; one that nobody heard does not ring twice."""

from __future__ import annotations

import threading
import time

from mdo_portal.commands.bell import Bell, drain


def test_a_ring_during_work_makes_the_next_wait_short() -> None:
    bell = Bell()
    heard = bell.heard()
    bell.ring()
    began = time.monotonic()

    bell.wait(heard, 5)

    assert time.monotonic() - began < 1
    assert bell.heard() == heard + 1


def test_every_thread_hears_a_ring() -> None:
    bell, stop, did = Bell(), threading.Event(), []
    work = [True, True, True]

    def one(name: int) -> bool:
        if work:
            work.pop()
            did.append(name)
            return False
        return False

    work.clear()
    threads = [
        threading.Thread(target=drain, args=(stop, bell, lambda n=n: one(n)), kwargs={"patrol_seconds": 30}) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    work.extend([True] * 3)
    bell.ring()
    until = time.monotonic() + 5
    while len(did) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    stop.set()
    bell.ring()
    for thread in threads:
        thread.join(5)

    assert sorted(did) == [0, 1, 2]
