"""The segments of a message by their name: made of its lines when they are first asked for.

Two ways to hold the lines. Most messages are a text. One with a document stays the bytes that came in; of its lines only the places
are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from integrations.hl7v2.text.charset import Charset
from integrations.hl7v2.text.continued import ADD, continued, continued_bytes
from integrations.hl7v2.text.marks import Marks
from integrations.hl7v2.text.segment import LargeSegment, Segment, Span
from integrations.hl7v2.text.shifted import unshifted
from mdo_portal.exchange import Unreadable

LARGE = 32_768
"""A message, or a segment, of more bytes than this is read by offsets in the raw bytes instead of being copied."""

_OBX = "OBX"
MOST_SEGMENTS = 200_000
"""Nobody who means well sends more."""


class TextLines:
    """The lines of a message without a document."""

    __slots__ = ("_by_start", "_charset", "_lines", "_marks")

    def __init__(self, lines: list[str], marks: Marks, charset: Charset) -> None:
        self._lines = lines
        self._by_start: dict[str, list[str]] | None = None
        self._marks = marks
        self._charset = charset

    def all(self) -> list[Segment]:
        """Every line that is not empty, in order."""
        if self._by_start is None:
            self._sort()
        return [Segment(line, self._marks, self._charset) for line in self._lines if line]

    def named(self, name: str) -> list[Segment]:
        """The lines called `name`, in order; "" are those that are no segment."""
        by_start = self._by_start or self._sort()
        if name in by_start or not name:  # there is one with a name and nothing else
            return [one for one in self.all() if one.name == name]
        marks, charset = self._marks, self._charset
        lines = by_start.get(name + marks.field, ())
        if len(lines) == 1:
            return [Segment(lines[0], marks, charset, name)]
        return [Segment(line, marks, charset, name) for line in lines]

    def _sort(self) -> dict[str, list[str]]:
        """The lines by their name and separator; a text that goes on in the next is one line again."""
        found = _by_start(self._lines)
        if ADD + self._marks.field in found:
            self._lines = continued(self._lines, self._marks)
            found = _by_start(self._lines)
        if _OBX + self._marks.field in found:
            self._lines = [unshifted(line, self._marks.field) if line[:3] == _OBX else line for line in self._lines]
            found = _by_start(self._lines)
        self._by_start = found
        return found


def _by_start(lines: list[str]) -> dict[str, list[str]]:
    """The lines by their first four characters: name and separator."""
    found: dict[str, list[str]] = {}
    for line in lines:
        start = line[:4]
        if start in found:
            found[start].append(line)
        else:
            found[start] = [line]
    return found


class PlacedLines:
    """The lines of a message with a document, which stays where it is."""

    __slots__ = ("_by_start", "_charset", "_made", "_marks", "_raw")

    def __init__(self, raw: bytes, marks: Marks, charset: Charset) -> None:
        """Raises Unreadable: too_large, when it has more lines than anybody means well."""
        self._raw = raw
        self._marks = marks
        self._charset = charset
        self._made: dict[Span, Segment | None] = dict.fromkeys(_few_places(raw))
        self._by_start: dict[bytes, list[Span]] = {}

    def all(self) -> list[Segment]:
        """Every line that is not empty, in order."""
        if not self._by_start:
            self._sort()
        return [self._segment(span) for span in self._made if span[0] < span[1]]

    def named(self, name: str) -> list[Segment]:
        """The lines called `name`, in order; "" are those that are no segment."""
        by_start, start = self._by_start or self._sort(), name.encode()
        if start in by_start or not name:  # there is one with a name and nothing else
            return [one for one in self.all() if one.name == name]
        places = by_start.get(start + self._marks.field.encode())
        return [self._segment(span) for span in places] if places else []

    def _sort(self) -> dict[bytes, list[Span]]:
        """The places of the lines by their name and separator; a text that goes on in the next is one line again."""
        found = self._starts()
        if (ADD + self._marks.field).encode() in found:
            self._raw = continued_bytes(self._raw, self._marks)
            self._made = dict.fromkeys(_few_places(self._raw))
            found = self._starts()
        self._by_start = found
        return found

    def _starts(self) -> dict[bytes, list[Span]]:
        """The places of the lines by their first four bytes."""
        found: dict[bytes, list[Span]] = {}
        for span in self._made:
            start, end = span
            found.setdefault(self._raw[start : min(start + 4, end)], []).append(span)
        return found

    def _segment(self, span: Span) -> Segment:
        """Made once: a large segment remembers where its fields stand."""
        known = self._made[span]
        if known is None:
            known = self._made[span] = self._read(*span)
        return known

    def _read(self, start: int, end: int) -> Segment:
        if end - start > LARGE:
            return LargeSegment(self._raw, (start, end), self._marks, self._charset)
        line = self._charset.text(self._raw[start:end])
        return Segment(unshifted(line, self._marks.field) if line[:3] == _OBX else line, self._marks, self._charset)


def _few_places(raw: bytes) -> list[Span]:
    """Where the lines stand. Raises Unreadable: too_large."""
    places = list(islice(_places(raw), MOST_SEGMENTS))
    if len(places) == MOST_SEGMENTS:
        raise Unreadable("too_large", "segments")
    return places


def _places(raw: bytes) -> Iterator[Span]:
    start = 0
    while (at := raw.find(b"\r", start)) >= 0:
        yield start, at
        start = at + 1
    yield start, len(raw)
