"""Stopping the sending half of a worker: what was taken from the outbox is sent, however long the taking took."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from mdo_portal import dispatch
from mdo_portal.commands.bell import Bell
from mdo_portal.commands.sending import Sending

LETTER = cast(Any, object())


class Alive:
    """A worker that all others know to live, and that sees none of them die."""

    number = count = 1

    def until_proved(self, stop: object) -> bool:
        return True

    def look(self) -> int:
        return 0


@pytest.mark.parametrize("seconds", [0.0, 1.2])
def test_a_letter_that_is_taken_while_the_worker_is_told_to_stop_is_sent(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Senders look for work every half second: with a slower outbox they would all have gone home, and its lease would hold the queue."""
    stop, taking, sent, left = threading.Event(), threading.Event(), list[object](), [LETTER]

    def take(*_: object, **__: object) -> object:
        taking.set()
        time.sleep(seconds)
        return left.pop() if left else None

    monkeypatch.setattr(dispatch, "take", take)
    monkeypatch.setattr(dispatch, "deliver", lambda database, senders, claimed, clock: sent.append(claimed))
    half = Sending(cast(Any, None), {}, Bell(), clock=lambda: datetime.now(UTC), living=cast(Any, Alive()))
    threads = [threading.Thread(target=job) for _, job in half.jobs(stop)]
    for thread in threads:
        thread.start()
    assert taking.wait(5)

    stop.set()
    for thread in threads:
        thread.join(10)

    assert sent == [LETTER] and not any(thread.is_alive() for thread in threads)
