"""A segment of the sender's own (Z…) that comes once for each thing it tells, with what that is in one field (`ZVR|2|SPOED|P2`).

Which of them comes first is not the same in every message: such a value is found by the word beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from integrations.hl7v2.text.er7 import Message

FUNCTION = "@line "
_FIELD = re.compile(r"(Z[A-Z0-9]{2})(?:\((\d+)\))?-(\d{1,2})")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
"""What a program calls a field; a name or a sentence is none."""
_MOST_FIELDS, _MOST = 40, 400


def line_place(message: Message, argument: str) -> str:
    """Where `ZVR-3 SPOED` stands in this message: the field of the segment with this word in another; "" = no such segment."""
    place, _, word = argument.partition(" ")
    name, _, field = place.partition("-")
    for n, segment in enumerate(message.all(name)):
        if any(segment.component(m).strip() == word for m in range(1, _MOST_FIELDS) if m != int(field)):
            return f"{name}({n})-{field}" if n else place
    return ""


def by_word(parts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(place, the same place by the word before it) for each of these fields of a segment that comes more often with another word."""
    fields = [
        (found[1], found[2] or "0", int(found[3]), at, value) for at, value in parts[:_MOST] if (found := _FIELD.fullmatch(at))
    ]
    words = {(name, n, field): value for name, n, field, _, value in fields if _WORD.fullmatch(value)}
    times = Counter((name, field, value) for (name, _, field), value in words.items())
    for name, n, field, at, _ in fields:
        before = max((one for one in words if one[:2] == (name, n) and one[2] < field), default=None, key=lambda one: one[2])
        others = [one for one in words if before and one[0] == name and one[2] == before[2] and one[1] != n]
        if before and others and times[(name, before[2], words[before])] == 1:
            yield at, f"{FUNCTION}{name}-{field} {words[before]}"
