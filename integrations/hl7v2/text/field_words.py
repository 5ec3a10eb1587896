"""A field in words, whatever its type."""

from __future__ import annotations

from integrations.hl7v2.text.segment import Repetition, Segment
from integrations.hl7v2.text.values import coded


def field_words(segment: Segment, n: int) -> str:
    """A coded or plain field as words, each repetition a line: of a coded one its words; none where nothing stands but separators."""
    lines = (line_words(one) for one in segment.repetitions(n))
    return "\n".join(dict.fromkeys(filter(None, lines)))


def line_words(one: Repetition) -> str:
    """The words of a code, else the code (`RT^^HL70282`), else the plain text."""
    words = one.component(2, 0) or one.component(1, 0) or coded(one)
    return words if words.strip("^~& ") else ""


def first_words(segment: Segment, n: int) -> str:
    """The words, else the code, of the first repetition that has any."""
    return next(filter(None, map(coded, segment.repetitions(n))), "")
