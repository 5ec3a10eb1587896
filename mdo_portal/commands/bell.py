"""Waking threads: every ring is heard by each of them, also by one that was busy when it rang."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Bell:
    """Rings for all who wait. Who was busy hears at once, when it next waits, that it rang since it last heard."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._times = 0

    def ring(self) -> None:
        with self._rung:
            self._times += 1
            self._rung.notify_all()

    def heard(self) -> int:
        """How often it has rung: ask before looking for work, and say it to `wait`."""
        with self._rung:
            return self._times

    def wait(self, heard: int, seconds: float) -> None:
        """Until it rings again after `heard`, or that long."""
        with self._rung:
            self._rung.wait_for(lambda: self._times > heard, timeout=seconds)


def drain(stop: threading.Event, bell: Bell, one: Callable[[], bool], *, patrol_seconds: float) -> None:
    """Do one piece of work after another; when there is none, wait for the bell, or look anyway after a while."""
    while not stop.is_set():
        heard = bell.heard()
        if not one():
            bell.wait(heard, patrol_seconds)
