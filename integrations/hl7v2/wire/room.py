"""How much may be with reception at once, over all lines together, and who waits until there is room for more."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol


class Waiting(Protocol):
    """Who asks for room; told to go on when it is their turn, it asks again, or wants none any more."""

    def go_on(self) -> None: ...


class Room:
    """Bytes that are with reception, of `total` at most; one message alone always fits."""

    def __init__(self, total: int) -> None:
        self._total, self._taken = total, 0
        self._queue: OrderedDict[Waiting, None] = OrderedDict()  # in the order in which they asked
        self._turn: Waiting | None = None

    def has(self, one: Waiting, size: int) -> bool:
        """Whether a message of that size may go now; if not, `one` is told to go on when there is room.

        Nobody who asks later goes first: small messages would pass a large one for as long as they come.
        """
        is_turn = one is self._turn or not self._queue
        if is_turn and (self._taken == 0 or self._taken + size <= self._total):
            return True
        self._queue[one] = None
        return False

    def take(self, size: int) -> None:
        self._taken += size

    def give_back(self, size: int) -> None:
        """So many bytes are no longer with reception: whoever waits for room goes on."""
        self._taken -= size
        while self._queue and self._taken < self._total:
            self._turn, _ = self._queue.popitem(last=False)
            self._turn.go_on()
            if self._turn in self._queue:
                self._queue.move_to_end(self._turn, last=False)
                break
        self._turn = None

    def forget(self, one: Waiting) -> None:
        self._queue.pop(one, None)

    def close(self) -> None:
        """Nobody is told to go on any more."""
        self._queue.clear()
