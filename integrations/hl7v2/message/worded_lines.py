"""A segment of the sender's own (Z…) that comes once for each thing it tells, with what that is in one field (`ZVR|2|SPOED|P2`).

Which of them comes first is not the same in every message: such a value is found by the word beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment

FUNCTION = "@line "
_FUNCTIONS = (FUNCTION, "@lines ")
_FIELD = re.compile(r"(Z[A-Z0-9]{2})(?:\((\d+)\))?-(\d{1,2})")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
"""What a program calls a field; a name or a sentence is none."""
_MOST_FIELDS, _MOST = 40, 400
_MOST_DIGITS = 3
"""With more it is somebody's number."""


def lines_at(message: Message, place: str) -> list[str]:
    """Where such a place (`@line ZVR-3 SPOED`, `@lines ZQU-2`) stands in this message; of any other one nowhere."""
    return next((line_places(message, place.removeprefix(one)) for one in _FUNCTIONS if place.startswith(one)), [])


def line_places(message: Message, argument: str) -> list[str]:
    """Where `ZVR-3 SPOED` stands in this message: that field of each segment with this word in another, where anything stands in it.

    Without a word: of each of these segments, which then tell one thing in lines (`ZQU-2`).
    """
    place, _, word = argument.partition(" ")
    name, _, field = place.partition("-")
    lines = (
        (n, one) for n, one in enumerate(message.all(name)) if one.field(int(field)).strip("^~& ") and _has(one, word, int(field))
    )
    return [f"{name}({n})-{field}" if n else place for n, _ in lines]


def _has(segment: Segment, word: str, but: int) -> bool:
    return not word or any(segment.component(m).strip() == word for m in range(1, _MOST_FIELDS) if m != but)


def line_value(message: Message, argument: str) -> str:
    """What stands there; of several lines all of it, each once: a second question is one too, and two urgencies are for a person."""
    return "\n".join(dict.fromkeys(filter(None, (message.get(at).strip() for at in line_places(message, argument)))))


def by_word(parts: Sequence[tuple[str, str]], people: Set[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """(place, the same place by what its line is called) for each of these fields of a segment that comes more often under another word.

    `people`: words, in small letters, that are no name of a field: names and numbers of who is in the message.
    """
    fields = [
        (found[1], found[2] or "0", int(found[3]), at, value) for at, value in parts[:_MOST] if (found := _FIELD.fullmatch(at))
    ]
    words = {(name, n, field): value for name, n, field, _, value in fields if _is_word(value, people)}
    columns: dict[tuple[str, int], list[str]] = {}
    for (name, _, field), value in words.items():
        columns.setdefault((name, field), []).append(value)
    calls = {at: (len(set(said)), sum(map(str.isalpha, "".join(said)))) for at, said in columns.items() if len(set(said)) > 1}
    # What lines are called tells most of them apart, and in words: `SPOED`, and not its value `P2`.
    for name, n, field, at, _ in fields:
        before = [one for one in range(1, field) if (name, n, one) in words and (name, one) in calls]
        called = max(before, default=0, key=lambda one: calls[name, one])
        if called:
            yield at, f"{FUNCTION}{name}-{field} {words[name, n, called]}"


def _is_word(value: str, people: Set[str]) -> bool:
    is_number = sum(map(str.isdigit, value)) > _MOST_DIGITS
    return _WORD.fullmatch(value) is not None and not is_number and value.casefold() not in people
