"""What was looked at, as an order of before v2.7 says it (SPS, OBR-15)."""

from __future__ import annotations

import re

from integrations.hl7v2.text.coding_systems import CODING_SYSTEM, is_coding_system
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import day


def material(segment: Segment, n: int) -> str:
    """The words of a specimen source (SPS, OBR-15 before 2.7): what it is, in what, free words, where it was taken, which side, how.

    All of it: some write something else there, and half of that reads as what it is not.
    """
    if not n:
        return ""
    if _is_person(segment, n):
        number, family, given, title = (segment.component(n, c) for c in (1, 2, 3, 6))
        return f"{' '.join(filter(None, (title, given, family)))} ({number})"
    if is_coding_system(segment.component(n, 3)) and not any(segment.component(n, c) for c in range(4, 8)):
        return segment.component(n, 2) or segment.component(n)  # a code as it is written elsewhere
    said = [one for c in range(1, 8) if (one := segment.component(n, c, 2) or segment.component(n, c))]
    is_moment = len(said) == 1 and day(said[0]) is not None and said[0].isdigit()  # when it came in, one field late
    return "" if is_moment else ", ".join(said)


_NUMBERED = re.compile(r"[A-Za-z]{0,8}\d{3,}")
_NAMED = re.compile(r"[^\W\d_][^\d&]*")


def _is_person(segment: Segment, n: int) -> bool:
    """Whether somebody stands there with number, surname and name, one field too early: and nobody where he should."""
    number, *names = (segment.component(n, c) for c in (1, 2, 3))
    is_code = CODING_SYSTEM.fullmatch(names[1]) is not None
    return bool(_NUMBERED.fullmatch(number) and all(map(_NAMED.fullmatch, names))) and not is_code and not segment.as_sent(n + 1)
