"""The outgoing lines that are open now, so that whoever may not send any more can hang up."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol

BOTH_WAYS = 2
"""SHUT_RDWR of socket(7). No socket is made here, so none is imported (tests/test_house_rules.py)."""


class Line(Protocol):
    """A socket, as far as ending it goes."""

    def fileno(self) -> int: ...
    def shutdown(self, how: int, /) -> None: ...


_lines: weakref.WeakSet[Line] = weakref.WeakSet()
_lock = threading.Lock()


def opened(line: Line) -> None:
    """This line goes out from here."""
    with _lock:
        _lines.add(line)


def hang_up() -> int:
    """Shut every line that is open: whoever waits on one hears that it broke. Says how many there were."""
    with _lock:
        lines = [line for line in _lines if line.fileno() != -1]
    for line in lines:
        shut(line)
    return len(lines)


def shut(line: Line) -> None:
    """End it in both directions, also under somebody who reads from it."""
    try:
        line.shutdown(BOTH_WAYS)
    except OSError:
        return  # it was gone already
