"""How fast somebody may go on: so much at once, and so much a second after that."""

from __future__ import annotations

import time


class Allowance:
    """Used by one thread at a time, or under its holder's lock."""

    def __init__(self, at_once: float, a_second: float) -> None:
        self._most, self._a_second = at_once, a_second
        self._left, self._since = at_once, time.monotonic()

    def has(self, much: float = 1.0) -> bool:
        """Whether so much is left; then it is taken."""
        self._fill()
        if self._left < much:
            return False
        self._left -= much
        return True

    def take(self, much: float) -> float:
        """Takes it in any case. The seconds until that is made up for; 0 while there was enough."""
        self._fill()
        self._left -= much
        return max(0.0, -self._left / self._a_second)

    def _fill(self) -> None:
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._since) * self._a_second)
        self._since = now
