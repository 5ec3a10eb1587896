"""Whole numbers as Yjs writes them: seven bits a byte, the least first; the eighth says that there is more."""

from __future__ import annotations

from collections.abc import Callable

_MOST_BYTES = 8
"""Of one number: a browser's whole numbers end at 2 to the 53rd."""


def written(value: int) -> bytes:
    """As lib0 writes it: seven bits a byte, the lowest first, and the eighth says that another follows."""
    made = bytearray()
    while value >= 0x80:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def read(byte: Callable[[], int]) -> int | None:
    """The number that begins with the next byte; None for one that does not end. What `byte` raises where none is left, is raised."""
    value = 0
    for at in range(_MOST_BYTES):
        one = byte()
        value |= (one & 0x7F) << (7 * at)
        if one < 0x80:
            return value
    return None
