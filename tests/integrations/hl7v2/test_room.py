"""Who asks for room first goes first, however much it is; nobody waits for ever, and no more is under way than may be."""

from __future__ import annotations

import random
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7v2.wire.room import Room

TOTAL = 100


class Sender:
    """A line with messages of these sizes."""

    def __init__(self, name: int, room: Room, sizes: list[int], went: list[tuple[int, int]]) -> None:
        self.name, self.left, self._room, self._went = name, deque(sizes), room, went

    def go_on(self) -> None:
        while self.left and self._room.has(self, self.left[0]):
            self._room.take(self.left[0])
            self._went.append((self.name, self.left.popleft()))


def test_a_large_message_is_not_passed_by_the_small_ones_that_asked_later() -> None:
    """While they kept coming it never went: a letter with a PDF on a busy listener."""
    room, went = Room(TOTAL), list[tuple[int, int]]()
    room.take(TOTAL)
    for name, size in enumerate([90, 20, 20, 20]):
        Sender(name, room, [size], went).go_on()

    for _ in range(5):
        room.give_back(20)
    late = Sender(9, room, [5], went)
    late.go_on()

    assert went == [(0, 90)]
    room.give_back(90)
    assert went[1:] == [(1, 20), (2, 20), (3, 20), (9, 5)]


@given(st.lists(st.lists(st.integers(1, 2 * TOTAL), min_size=1, max_size=6), min_size=1, max_size=8), st.randoms())
def test_everything_goes_in_the_order_of_each_line_and_never_too_much_at_once(
    lines: list[list[int]], dice: random.Random
) -> None:
    room, went = Room(TOTAL), list[tuple[int, int]]()
    senders = [Sender(name, room, sizes, went) for name, sizes in enumerate(lines)]
    for one in senders:
        one.go_on()
    answered = 0
    under_way: list[int] = []
    while True:
        under_way += [size for _, size in went[answered:]]
        answered = len(went)
        assert sum(under_way) <= TOTAL or len(under_way) == 1
        if not under_way:
            break
        room.give_back(under_way.pop(dice.randrange(len(under_way))))

    assert [[size for name, size in went if name == one.name] for one in senders] == lines
