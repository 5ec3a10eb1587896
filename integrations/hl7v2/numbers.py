"""Patient numbers (CX) as the sender gave them: used before parsing by the header and after it by the reader."""

from __future__ import annotations

import re

from .segment import Repetition, Segment


def authority(repetition: Repetition) -> str:
    """Who gave the number: the name in CX.4, else the OID in CX.4.2."""
    return repetition.component(4, 1) or repetition.component(4, 2)


def is_possible_bsn(number: str) -> bool:
    """Nine digits that pass the eleven-test (Besluit BSN, article 2): one in eleven of all numbers does so too."""
    if not re.fullmatch(r"[0-9]{9}", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0 and total != 0


MOST_NUMBERS = 32


def numbers(segment: Segment, n: int) -> list[tuple[str, str, str]]:
    """(authority, number, type) of every repetition of field `n` that has a number; nobody has more than MOST_NUMBERS."""
    found = ((authority(one), one.component(1).strip(), one.component(5)) for one in segment.repetitions(n, MOST_NUMBERS))
    return [number for number in found if number[1]]
