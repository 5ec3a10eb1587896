"""The numbers a name stands for now, looked up once and judged: the number that was judged is the number that is called."""

from __future__ import annotations

import socket
import threading

from integrations.out.reach import NotRegistered, Reach

MOST_NUMBERS = 4
"""So many numbers of one name are tried when nobody answers at the first."""


def judged(host: str, port: int, reach: Reach, *, seconds: float, within: bool = False) -> list[str]:
    """The numbers that may be called; empty when the name stands for none, or nobody said within `seconds`.

    Raises NotRegistered: one number that may not be called spoils them all, for a name with two faces is not trusted. `within`: only
    registered networks will do, not the internet.
    """
    numbers = _resolved(host, port, seconds)
    if not all(map(reach.is_within if within else reach.allows, numbers)):
        raise NotRegistered()
    return numbers[:MOST_NUMBERS]


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Looked up in a thread of its own: the system's resolver knows no deadline of ours."""
    found: list[str] = []

    def look_up() -> None:
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(one[4][0]) for one in told))

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(seconds)
    return list(found)
