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

LETTER, NEXT = cast(Any, object()), cast(Any, object())


class Alive:
    """A worker that all others know to live, and that sees none of them die."""

    number = count = 1

    def until_proved(self, stop: object) -> bool:
        return True

    def look(self) -> int:
        return 0


class Home:
    """A database that stands where it stood."""

    is_sure = True

    def make_sure(self) -> None:
        pass


class Elsewhere(Home):
    """A connection was made while the letter was taken."""

    is_sure = False


@pytest.mark.parametrize("seconds", [0.0, 1.2])
def test_a_letter_that_is_taken_while_the_worker_is_told_to_stop_is_sent(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Senders look for work every half second: with a slower outbox they would all have gone home, and its lease would hold the queue."""
    stop, taking, sent, left = threading.Event(), threading.Event(), list[object](), [LETTER]

    def take(*_: object, **__: object) -> object:
        taking.set()
        time.sleep(seconds)
        return left.pop() if left else None

    monkeypatch.setattr(dispatch, "take", take)
    monkeypatch.setattr(dispatch, "deliver", lambda database, senders, claimed, **_: sent.append(claimed))
    half = Sending(
        cast(Any, None), {}, Bell(), clock=lambda: datetime.now(UTC), living=cast(Any, Alive()), place=cast(Any, Home())
    )
    threads = [threading.Thread(target=job) for _, job in half.jobs(stop)]
    for thread in threads:
        thread.start()
    assert taking.wait(5)

    stop.set()
    for thread in threads:
        thread.join(10)

    assert sent == [LETTER] and not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize(("others_busy", "is_stopping", "goes_on"), [(0, False, True), (5, False, False), (0, True, False)])
def test_a_sender_goes_on_with_its_destination_while_no_other_may_want_it(
    monkeypatch: pytest.MonkeyPatch, others_busy: int, is_stopping: bool, goes_on: bool
) -> None:
    stop, sent = threading.Event(), list[object]()

    def deliver(database: object, senders: object, claimed: object, *, clock: object, goes_on: Any, again: Any) -> object:
        sent.append(claimed)
        if is_stopping:
            stop.set()
        return NEXT if claimed is LETTER and goes_on() else None

    monkeypatch.setattr(dispatch, "deliver", deliver)
    half = Sending(
        cast(Any, None), {}, Bell(), clock=lambda: datetime.now(UTC), living=cast(Any, Alive()), place=cast(Any, Home())
    )
    half._add(1 + others_busy)

    half._deliver_on(LETTER, 1, stop)

    assert sent == ([LETTER, NEXT] if goes_on else [LETTER])


def test_what_was_taken_before_the_lock_was_lost_is_sent_only_when_it_is_still_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    alive, sent = Alive(), list[object]()

    def deliver(database: object, senders: object, claimed: object, **_: object) -> object:
        sent.append(claimed)
        alive.count = 2  # lost, and proved anew, while this letter was under way
        return NEXT if claimed is LETTER else None

    monkeypatch.setattr(dispatch, "deliver", deliver)
    monkeypatch.setattr(dispatch, "is_ours", lambda database, claimed: False)
    half = Sending(cast(Any, None), {}, Bell(), clock=lambda: datetime.now(UTC), living=cast(Any, alive), place=cast(Any, Home()))

    half._deliver_on(LETTER, 1, threading.Event())

    assert sent == [LETTER]


@pytest.mark.parametrize("is_held", [True, False])
def test_a_letter_taken_over_a_new_connection_is_looked_at_again(monkeypatch: pytest.MonkeyPatch, is_held: bool) -> None:
    left, sent = [LETTER], list[object]()
    monkeypatch.setattr(dispatch, "take", lambda *_, **__: left.pop() if left else None)
    monkeypatch.setattr(dispatch, "is_held", lambda database, claimed: is_held)
    half = Sending(
        cast(Any, None), {}, Bell(), clock=lambda: datetime.now(UTC), living=cast(Any, Alive()), place=cast(Any, Elsewhere())
    )

    half._give_one()
    while not half._taken.empty():
        sent.append(half._taken.get()[0])

    assert sent == ([] if is_held else [LETTER])


def test_no_sender_goes_on_over_a_connection_that_is_new() -> None:
    half = Sending(
        cast(Any, None), {}, Bell(), clock=lambda: datetime.now(UTC), living=cast(Any, Alive()), place=cast(Any, Elsewhere())
    )

    assert not half._may_go_on(threading.Event())
