"""The child: reads one message after another and hands back what each means. It has no database, no keys and no network address.

Whatever a message does to it, the parent goes on: the child ends by itself when a message takes too long also if the parent is
no more, when the memory it may have is used up, and when the parent closes the line.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from mdo_portal.exchange import Explainer, Reader, Unreadable, Wire

from .frames import Gone, receive, send
from .values import packed

SPARE_SECONDS = 2.0
"""How much longer than the parent waits; then the parent is gone and nobody else would end this."""
_OPEN_FILES = 32
Acts = Mapping[str, Mapping[Wire, Callable[[bytes, str, str], object]]]


def main(descriptor: int, readers_at: str, memory_bytes: int) -> None:
    """Read until the line is closed."""
    _bound(memory_bytes)
    module, _, name = readers_at.partition(":")
    loaded = importlib.import_module(module)
    readers: Mapping[Wire, Reader] = getattr(loaded, name)()
    explainers: Mapping[Wire, Explainer] = getattr(loaded, "explainers", dict)()
    acts: Acts = {
        "read": {wire: one.read for wire, one in readers.items()},
        "explain": {wire: one.explain for wire, one in explainers.items()},
    }
    line = socket.socket(fileno=descriptor)
    with suppress(Gone):
        send(line, "ready")
        while True:
            said, blobs = receive(line)
            _answer(line, acts, said, blobs[0])


def _bound(memory_bytes: int) -> None:
    """SIGTERM is for the parent, which finishes what it has in hand; this process ends when the line is closed."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _answer(line: socket.socket, acts: Acts, said: list[str | float], raw: bytes) -> None:
    what, wire, profile, charset = (str(one) for one in said[:4])
    signal.setitimer(signal.ITIMER_REAL, float(said[4]) + SPARE_SECONDS)  # nobody handles it: it ends this process
    try:
        plain, beside = packed(acts[what][Wire(wire)](raw, profile, charset))
        send(line, ["read", plain], beside)
    except Unreadable as unreadable:
        send(line, ["unreadable", unreadable.reason, unreadable.where])
    except (MemoryError, RecursionError):
        send(line, ["unreadable", "reader_died", ""])
        os._exit(1)  # what is left of this process is not to be trusted
    except Gone:
        raise
    except Exception as error:
        # The edge of this process: the name only, the words may hold what the message says.
        send(line, ["broke", type(error).__name__])
    signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
