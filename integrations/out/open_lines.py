"""The outgoing lines that are open now, so that whoever may not send any more can hang up."""

from __future__ import annotations

import socket
import threading
import weakref

_lines: weakref.WeakSet[socket.socket] = weakref.WeakSet()
_lock = threading.Lock()


def opened(line: socket.socket) -> None:
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


def shut(line: socket.socket) -> None:
    """End it in both directions, also under somebody who reads from it."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was gone already
