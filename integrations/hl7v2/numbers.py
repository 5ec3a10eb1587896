"""Patient numbers (CX) as the sender gave them: used before parsing by the header and after it by the reader."""

from __future__ import annotations

from .segment import Repetition, Segment


def authority(repetition: Repetition) -> str:
    """Who gave the number: the name in CX.4, else the OID in CX.4.2."""
    return repetition.component(4, 1) or repetition.component(4, 2)


MOST_NUMBERS = 32


def numbers(segment: Segment, n: int) -> list[tuple[str, str, str]]:
    """(authority, number, type) of every repetition of field `n` that has a number; nobody has more than MOST_NUMBERS."""
    found = ((authority(one), one.component(1).strip(), one.component(5)) for one in segment.repetitions(n, MOST_NUMBERS))
    return [number for number in found if number[1]]
