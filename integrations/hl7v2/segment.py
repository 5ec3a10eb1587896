"""One line of ER7: a segment, its fields, and the document in it that stays where it came in.

Positions count as in the standard: fields, components and subcomponents from 1, repetitions from 0; subcomponent 0 is the
whole component, component 0 the whole repetition. Nothing is split before somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from .marks import Marks

MOST_REPETITIONS = 20_000
"""Nobody who means well sends more."""

MOST_REMEMBERED, MOST_COMPONENTS = 40, 8
"""Fields of a large segment, and components of one, whose places are kept; no segment has more that mean something."""

HEADERS = ("MSH", "FHS", "BHS")
Span = tuple[int, int]


class Segment:
    """One line of a message. Ask for text; it comes unescaped, and "" when it is not there."""

    __slots__ = ("_codec", "_fields", "_is_plain", "_line", "_marks", "name")

    name: str
    """`PID`; "" when the line is no segment."""

    def __init__(self, line: str, marks: Marks, codec: str = "utf-8", name: str | None = None) -> None:
        """`name`, for whoever knows it."""
        self.name = segment_name(line[:4], marks.field) if name is None else name
        self._line = line
        self._marks = marks
        self._codec = codec
        self._fields: list[str] | None = None
        self._is_plain = False  # fields and components are all there is in this line, as in most; `split` finds out

    def __repr__(self) -> str:
        return f"<Segment {self.name or '?'}>"  # never a value: this ends up in logs

    @property
    def line(self) -> str:
        """The whole line as sent, escapes and all."""
        return self._line

    def as_sent(self, n: int) -> str:
        """Field `n` with separators and escapes."""
        fields = self._fields or self.split()
        return fields[n] if n < len(fields) else ""

    def field(self, n: int) -> str:
        """The whole of field `n`, repetitions and components with their separators, unescaped."""
        fields = self._fields or self.split()
        text = fields[n] if n < len(fields) else ""
        if self._marks.escape not in text or (n < 3 and self.name in HEADERS):
            return text  # MSH-1 and MSH-2 are the delimiters themselves
        return self._marks.unescaped(text, self._codec)

    def is_null(self, n: int) -> bool:
        """Whether field `n` is `""`: what was told there before holds no more (v2.5 2.5.3). Left out, it holds still."""
        fields = self.line.split(self._marks.field, n + 1)
        return n < len(fields) and fields[n].strip() == '""'

    def repetitions(self, n: int, most: int = MOST_REPETITIONS) -> list[Repetition]:
        """The repetitions of field `n`; none when the field is empty. After `most` the rest stays unsplit in the last."""
        text = self.as_sent(n)
        parts = text.split(self._marks.repetition, most) if text else ()
        return [Repetition(part, self._marks, self._codec) for part in parts]

    def component(self, n: int, c: int = 1, s: int = 1, repetition: int = 0) -> str:
        """Component `c` (subcomponent `s`) of one repetition of field `n`."""
        try:
            text = (self._fields or self.split())[n]
        except IndexError:
            return ""
        if not text or (c == 1 == s and not repetition and text.isalnum()):
            return text  # no sign in it can be a separator
        marks = self._marks
        if not (self._is_plain and c and s < 2 and not repetition):
            if n < 3 and self.name in HEADERS:
                return text
            if marks.repetition in text:
                parts = text.split(marks.repetition, repetition + 1)
                text = parts[repetition] if repetition < len(parts) else ""
            elif repetition:
                return ""
            if s > 1 or not c or marks.sub in text or marks.escape in text:
                return _component(text, c, s, marks, self._codec)
        try:
            return text.split(marks.component, c)[c - 1]  # most values: the hottest place of the reader
        except IndexError:
            return ""

    def octets(self, n: int, c: int, repetition: int = 0) -> bytes | memoryview:
        """Component `c` as it was sent, for base64: of a large segment a view without a copy."""
        text = _nth(_nth(self.as_sent(n), self._marks.repetition, repetition), self._marks.component, c - 1)
        return text.encode("ascii", "replace")  # what is not ASCII is no base64; the judge of base64 says so

    def split(self) -> list[str]:
        """All fields as sent, by their number; 0 is the name."""
        line, marks = self._line, self._marks
        if '""' in line:
            line = _nothing(marks).sub("", line)
        self._fields = fields = line.split(marks.field)
        if fields[0] in HEADERS:
            fields.insert(1, marks.field)
        else:
            self._is_plain = not (marks.repetition in line or marks.sub in line or marks.escape in line)
        return fields


class LargeSegment(Segment):
    """A segment with a document in it: only its small fields become text before they are asked for."""

    __slots__ = ("_components", "_first", "_raw", "_whole")

    def __init__(self, raw: bytes, span: Span, marks: Marks, codec: str) -> None:
        super().__init__(raw[span[0] : span[0] + 4].decode("latin-1"), marks, codec)
        self._raw, self._whole = raw, span
        # Where its first fields stand, and the components of what was asked for: each look behind the document would pass it again.
        self._first: list[Span] = []
        self._components: dict[tuple[int, int], list[Span]] = {}

    def split(self) -> list[str]:
        raise NotImplementedError  # thirty-two million fields, and nobody asks for all of them

    @property
    def line(self) -> str:
        return self._raw[self._whole[0] : self._whole[1]].decode(self._codec)

    def as_sent(self, n: int) -> str:
        start, end = self._span(n)
        text, marks = self._raw[start:end].decode(self._codec), self._marks
        return _nothing(marks).sub("", marks.field + text)[1:] if '""' in text else text

    def field(self, n: int) -> str:
        return self._marks.unescaped(self.as_sent(n), self._codec)

    def octets(self, n: int, c: int, repetition: int = 0) -> bytes | memoryview:
        start, end = self._place(n, c, repetition)
        return memoryview(self._raw)[start:end]

    def component(self, n: int, c: int = 1, s: int = 1, repetition: int = 0) -> str:
        start, end = self._place(n, c, repetition)
        found = _component(self._raw[start:end].decode(self._codec), min(c, 1), s, self._marks, self._codec)
        return "" if found == '""' else found

    def _place(self, n: int, c: int, repetition: int) -> Span:
        """Where component `c` of a repetition stands; 0 is all of the repetition."""
        known = self._components.get((n, repetition))
        if known is None:
            known = []
            if len(self._components) < MOST_REMEMBERED:
                self._components[n, repetition] = known
            whole = _nth_span(self._raw, self._marks.repetition.encode(), self._span(n), repetition)
            known += [whole, *islice(spans(self._raw, self._marks.component.encode(), *whole), MOST_COMPONENTS)]
        if c <= MOST_COMPONENTS:
            return known[c] if c < len(known) else (0, 0)
        return _nth_span(self._raw, self._marks.component.encode(), known[0], c - 1)

    def _span(self, n: int) -> Span:
        # No list of all fields: 32 MB of separators would make one of 32 million.
        n -= self.name in HEADERS
        if n < MOST_REMEMBERED:
            self._first = self._first or list(islice(spans(self._raw, self._marks.field.encode(), *self._whole), MOST_REMEMBERED))
            return self._first[n] if n < len(self._first) else (0, 0)
        return _nth_span(self._raw, self._marks.field.encode(), self._whole, n)


class Repetition:
    """One repetition of a field, for those who walk over all of them."""

    __slots__ = ("_codec", "_marks", "as_sent")

    def __init__(self, text: str, marks: Marks, codec: str) -> None:
        self.as_sent, self._marks, self._codec = text, marks, codec

    def component(self, c: int, s: int = 1) -> str:
        """Component `c`, subcomponent `s` of this repetition, unescaped."""
        return _component(self.as_sent, c, s, self._marks, self._codec)

    def has(self, c: int) -> bool:
        """Whether so many components were sent: cheaper than to ask for one that most leave out."""
        return self.as_sent.count(self._marks.component) >= c - 1

    @property
    def text(self) -> str:
        """The whole repetition, unescaped."""
        return self._marks.unescaped(self.as_sent, self._codec)


@lru_cache(maxsize=64)
def _nothing(marks: Marks) -> re.Pattern[str]:
    """The null of HL7 (v2.5 2.5.3): a value that is `""` and nothing else says that there is none. In a text two quotes stay."""
    around = re.escape(marks.field + marks.component + marks.repetition + marks.sub)
    return re.compile(f'(?<=[{around}])""(?=[{around}]|$)')


@lru_cache(maxsize=1024)
def segment_name(start: str, separator: str) -> str:
    name = start[:3]
    return name if start[3:] in (separator, "") and len(name) == 3 and name.isalnum() and name.isupper() else ""


def _component(text: str, c: int, s: int, marks: Marks, codec: str) -> str:
    if c:
        if c > 1 or marks.component in text:
            parts = text.split(marks.component, c)
            text = parts[c - 1] if c <= len(parts) else ""
        if s > 1 or (s and marks.sub in text):
            text = _nth(text, marks.sub, s - 1)
    return marks.unescaped(text, codec) if marks.escape in text else text


def _nth(text: str, separator: str, index: int) -> str:
    parts = text.split(separator, index + 1)
    return parts[index] if index < len(parts) else ""


def spans(raw: bytes, separator: bytes, start: int, end: int) -> Iterator[Span]:
    while (at := raw.find(separator, start, end)) >= 0:
        yield start, at
        start = at + 1
    yield start, end


def _nth_span(raw: bytes, separator: bytes, span: Span, index: int) -> Span:
    start, end = span
    for _ in range(index):
        start = raw.find(separator, start, end) + 1
        if not start:
            return 0, 0
    at = raw.find(separator, start, end)
    return start, at if at >= 0 else end
