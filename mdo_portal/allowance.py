"""How fast somebody may go on: by requests (web/limits.py), by what their live lines send (live/)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So much at once, and so much a second after that."""

    at_once: float
    a_second: float


class Allowance:
    """What one may do at a rate. Used by one thread at a time, or under its holder's lock."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] | None = None) -> None:
        self._rate, self._clock = rate, clock or time.monotonic
        self._left, self._since = rate.at_once, self._clock()

    def wait(self, much: float = 1.0) -> float:
        """0 when so much is left, and then it is taken; otherwise the seconds until it is."""
        self._fill()
        if self._left < much:
            return (much - self._left) / self._rate.a_second
        self._left -= much
        return 0.0

    def has(self, much: float = 1.0) -> bool:
        """Whether so much is left; then it is taken."""
        return self.wait(much) == 0

    def take(self, much: float) -> float:
        """Takes it in any case. The seconds until that is made up for; 0 while there was enough."""
        self._fill()
        self._left -= much
        return max(0.0, -self._left / self._rate.a_second)

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._rate.at_once, self._left + (now - self._since) * self._rate.a_second)
        self._since = now


class Allowances:
    """One for each who asks; the longest unused are forgotten. Under its holder's lock."""

    def __init__(self, most: int, *, clock: Callable[[], float] | None = None) -> None:
        self._most, self._clock = most, clock
        self._each: OrderedDict[Hashable, Allowance] = OrderedDict()

    def of(self, who: Hashable, rate: Rate) -> Allowance:
        found = self._each.pop((who, rate), None) or Allowance(rate, clock=self._clock)
        self._each[who, rate] = found
        while len(self._each) > self._most:
            self._each.popitem(last=False)
        return found
