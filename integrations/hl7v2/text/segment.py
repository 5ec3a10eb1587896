"""One line of ER7: a segment, its fields, and the document in it that stays where it came in.

Positions count as in the standard: fields, components and subcomponents from 1, repetitions from 0; subcomponent 0 is the
whole component, component 0 the whole repetition. Nothing is split before somebody asks for it.
"""

from __future__ import annotations

from functools import lru_cache

from integrations.hl7v2.text.charset import Charset
from integrations.hl7v2.text.idle import null, without_idle
from integrations.hl7v2.text.marks import STANDARD, Marks

MOST_REPETITIONS = 20_000
"""Nobody who means well sends more."""

MOST_REMEMBERED = 80
"""Fields of a large segment, and components in them, whose places are kept; no segment has more that mean something."""

UTF_8 = Charset(b"MSH|", STANDARD, "UTF-8")
HEADERS = frozenset({"MSH", "FHS", "BHS"})
_TEXTS = frozenset({("OBX", 5), ("NTE", 3)})
Span = tuple[int, int]


class Segment:
    """One line of a message. Ask for text; it comes unescaped, and "" when it is not there."""

    __slots__ = ("_charset", "_fields", "_line", "_marks", "_plain_from", "name")

    name: str
    """`PID`; "" when the line is no segment."""

    def __init__(self, line: str, marks: Marks, charset: Charset = UTF_8, name: str | None = None) -> None:
        """`name`, for whoever knows it."""
        self.name = segment_name(line[:4], marks.field) if name is None else name
        self._line = line
        self._marks = marks
        self._charset = charset
        self._fields: list[str] | None = None
        self._plain_from = 0

    def __repr__(self) -> str:
        return f"<Segment {self.name or '?'}>"  # never a value: this ends up in logs

    @property
    def line(self) -> str:
        """The whole line as sent, escapes and all."""
        return self._line

    @property
    def repetition(self) -> str:
        """The sign between two repetitions."""
        return self._marks.repetition

    def as_sent(self, n: int) -> str:
        """Field `n` with separators and escapes, but for separators behind which nothing stands."""
        fields = self._fields or self.split()
        text = fields[n] if n < len(fields) else ""
        if text[-1:] == " ":
            text = self._unpadded(n, text, len(fields))
        if not text or text.isalnum() or (n < 3 and self.name in HEADERS):
            return text
        return without_idle(text, self._marks)

    def field(self, n: int) -> str:
        """The whole of field `n`, repetitions and components with their separators, unescaped."""
        fields = self._fields or self.split()
        if n < len(fields) and fields[n].isalnum():
            return fields[n]  # no sign in it can be a separator, an escape or a blank
        text = self.as_sent(n)
        if self._marks.escape not in text or (n < 3 and self.name in HEADERS):
            return text  # MSH-1 and MSH-2 are the delimiters themselves
        return self._marks.unescaped(text, self._charset.codec)

    def is_null(self, n: int) -> bool:
        """Whether field `n` is `""`: what was told there before holds no more (v2.5 2.5.3). Left out, it holds still."""
        fields = self.line.split(self._marks.field, n + 1)
        return n < len(fields) and fields[n].strip() == '""'

    def repetitions(self, n: int, most: int = MOST_REPETITIONS) -> list[Repetition]:
        """The repetitions of field `n`; none when the field is empty. After `most` the rest stays unsplit in the last."""
        text = self.as_sent(n)
        parts = text.split(self._marks.repetition, most) if text else ()
        return [Repetition(part, self._marks, self._charset) for part in parts]

    def repeats(self, n: int, repetition: int) -> bool:
        """Whether field `n` was sent so many times more."""
        return self.as_sent(n).count(self._marks.repetition) >= repetition

    def component(self, n: int, c: int = 1, s: int = 1, repetition: int = 0) -> str:
        """Component `c` (subcomponent `s`) of one repetition of field `n`."""
        try:
            text = (self._fields or self.split())[n]
        except IndexError:
            return ""
        if not text:
            return text
        if text[-1] == " " and not (text := self.as_sent(n)):
            return text
        marks = self._marks
        if n < self._plain_from or repetition or s > 1:
            if c == 1 == s and not repetition and text.isalnum():
                return text  # no sign in it can be a separator
            if n < 3 and self.name in HEADERS:
                return text
            if marks.repetition in text:
                parts = text.split(marks.repetition, repetition + 1)
                text = parts[repetition] if repetition < len(parts) else ""
            elif repetition:
                return ""
            return _component(text, c, s, marks, self._charset)
        if not c:
            return without_idle(text, marks)
        if c == 1:
            return text.partition(marks.component)[0]  # most values: the hottest place of the reader
        parts = text.split(marks.component, c)
        return parts[c - 1] if c <= len(parts) else ""

    def _unpadded(self, n: int, text: str, end: int) -> str:
        """A field of blanks alone says nothing, nor does what pads a line. In a text a line of blanks is a line."""
        if (self.name, n) in _TEXTS:
            return text
        return "" if text.isspace() else text.rstrip() if n == end - 1 else text

    def octets(self, n: int, c: int, repetition: int = 0) -> bytes | memoryview:
        """Component `c` as it was sent, for base64: of a large segment a view without a copy."""
        text = _nth(_nth(self.as_sent(n), self._marks.repetition, repetition), self._marks.component, c - 1)
        return text.encode("ascii", "replace")  # what is not ASCII is no base64; the judge of base64 says so

    def split(self) -> list[str]:
        """All fields as sent, by their number; 0 is the name."""
        line, marks = self._line, self._marks
        if '"' in line and '""' in line:  # to look for one sign is cheaper
            line = null(marks).sub("", line)
        self._fields = fields = line.split(marks.field)
        self._plain_from = 0
        if self.name in HEADERS:
            line = line[4 + len(marks.msh2) :]
            fields.insert(1, marks.field)
            self._plain_from = 3
        if marks.repetition in line or marks.sub in line or marks.escape in line:
            self._plain_from = len(fields)
        return fields


class LargeSegment(Segment):
    """A segment with a document in it: only its small fields become text before they are asked for."""

    __slots__ = ("_first", "_places", "_raw", "_whole")

    def __init__(self, raw: bytes, span: Span, marks: Marks, charset: Charset) -> None:
        super().__init__(raw[span[0] : span[0] + 4].decode("latin-1"), marks, charset)
        self._raw, self._whole = raw, span
        # Where its first fields stand, and what was asked for: each look behind the document would pass it again.
        self._first: list[Span] = []
        self._places: dict[tuple[int, int, int], Span] = {}

    def split(self) -> list[str]:
        raise NotImplementedError  # thirty-two million fields, and nobody asks for all of them

    @property
    def line(self) -> str:
        return self._charset.text(self._raw[self._whole[0] : self._whole[1]])

    def as_sent(self, n: int) -> str:
        start, end = self._span(n)
        text, marks = self._charset.text(self._raw[start:end]), self._marks
        text = null(marks).sub("", marks.field + text)[1:] if '""' in text else text
        return without_idle(text, marks) if text else text

    def field(self, n: int) -> str:
        return _component(self.as_sent(n), 0, 0, self._marks, self._charset)

    def octets(self, n: int, c: int, repetition: int = 0) -> bytes | memoryview:
        start, end = self._place(n, c, repetition)
        return memoryview(self._raw)[start:end]

    def repeats(self, n: int, repetition: int) -> bool:
        start, end = self._place(n, 0, repetition)[0], self._span(n)[1]
        idle = self._marks.between.encode()
        # A document is not copied to see that it is there.
        return start > 0 and any(self._raw[at:to].strip(idle) for at, to in ((start, min(start + 99, end)), (start, end)))

    def component(self, n: int, c: int = 1, s: int = 1, repetition: int = 0) -> str:
        start, end = self._place(n, c, repetition)
        found = _component(self._charset.text(self._raw[start:end]), min(c, 1), s, self._marks, self._charset)
        return "" if found == '""' else found

    def _place(self, n: int, c: int, repetition: int) -> Span:
        """Where component `c` of a repetition stands; 0 is all of the repetition."""
        known = self._places.get((n, c, repetition))
        if known is None:
            known = self._looked_for(n, c, repetition)
            if len(self._places) < MOST_REMEMBERED:
                self._places[n, c, repetition] = known
        return known

    def _looked_for(self, n: int, c: int, repetition: int) -> Span:
        if c:
            whole = self._place(n, 0, repetition)
            return _nth_span(self._raw, self._marks.component.encode(), whole, c - 1) if whole[1] else whole
        return _nth_span(self._raw, self._marks.repetition.encode(), self._span(n), repetition)

    def _span(self, n: int) -> Span:
        """Where field `n` stands. The first are looked for once, each behind the one before: a document is passed once."""
        n -= self.name in HEADERS
        if n >= MOST_REMEMBERED:  # no list of all fields: 32 MB of separators would make one of 32 million
            return _nth_span(self._raw, self._marks.field.encode(), self._whole, n)
        found, end = self._first, self._whole[1]
        start = found[-1][1] + 1 if found else self._whole[0]
        while len(found) <= n and start <= end:
            at = self._raw.find(self._marks.field.encode(), start, end)
            found.append((start, at if at >= 0 else end))
            start = found[-1][1] + 1
        return found[n] if n < len(found) else (0, 0)


class Repetition:
    """One repetition of a field, for those who walk over all of them."""

    __slots__ = ("_charset", "_marks", "as_sent")

    def __init__(self, text: str, marks: Marks, charset: Charset) -> None:
        self.as_sent, self._marks, self._charset = text, marks, charset

    def component(self, c: int, s: int = 1) -> str:
        """Component `c`, subcomponent `s` of this repetition, unescaped."""
        return _component(self.as_sent, c, s, self._marks, self._charset)

    def components(self, most: int) -> list[str]:
        """The first `most` components, whole and unescaped, cut in one go: one of them may be a document."""
        marks = self._marks
        return [_subcomponent(one, 0, marks, self._charset) for one in self.as_sent.split(marks.component, most)[:most]]

    def has(self, c: int) -> bool:
        """Whether so many components were sent: cheaper than to ask for one that most leave out."""
        return self.as_sent.count(self._marks.component) >= c - 1

    @property
    def is_parted(self) -> bool:
        """Whether a component of it has parts."""
        return self._marks.sub in self.as_sent

    @property
    def text(self) -> str:
        """The whole repetition, unescaped."""
        return _component(self.as_sent, 0, 0, self._marks, self._charset)


@lru_cache(maxsize=1024)
def segment_name(start: str, separator: str) -> str:
    name = start[:3]
    return name if start[3:] in (separator, "") and len(name) == 3 and name.isalnum() and name.isupper() else ""


def _component(text: str, c: int, s: int, marks: Marks, charset: Charset) -> str:
    if c > 1:
        parts = text.split(marks.component, c)
        text = parts[c - 1] if c <= len(parts) else ""
    elif c:
        text = text.partition(marks.component)[0]
    else:
        text = without_idle(text, marks)
        return marks.unescaped(text, charset.codec) if marks.escape in text else text
    return text if s == 1 and text.isalnum() else _subcomponent(text, s, marks, charset)


def _subcomponent(text: str, s: int, marks: Marks, charset: Charset) -> str:
    """Of a component; 0 is all of it."""
    if s > 1 or (s and marks.sub in text):
        text = _nth(text, marks.sub, s - 1)
    elif not s:
        text = text.rstrip(marks.sub)
    return marks.unescaped(text, charset.codec) if marks.escape in text else text


def _nth(text: str, separator: str, index: int) -> str:
    parts = text.split(separator, index + 1)
    return parts[index] if index < len(parts) else ""


def _nth_span(raw: bytes, separator: bytes, span: Span, index: int) -> Span:
    start, end = span
    for _ in range(index):
        start = raw.find(separator, start, end) + 1
        if not start:
            return 0, 0
    at = raw.find(separator, start, end)
    return start, at if at >= 0 else end
