"""ER7, the pipes and hats of HL7 v2: a tolerant, lazy reader that loses no segment and copies no large document.

Rules of this file. A line is a segment, always, also when it is none: then its name is "" and its text is kept. Objects are
made only of what is asked for. A document stays in the bytes that came in; `Segment.octets` gives a view on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from integrations.hl7v2.text.charset import Charset, is_marked, narrow
from integrations.hl7v2.text.header import header_at
from integrations.hl7v2.text.lines import LARGE, PlacedLines, TextLines
from integrations.hl7v2.text.marks import Marks, marks_of
from integrations.hl7v2.text.segment import UTF_8, Repetition, Segment

Lines = TextLines | PlacedLines
MOST_PATHS = 4096
"""Remembered; profiles and our own code together have a few hundred."""

_PATH = re.compile(r"(\w{3})(?:\((\d+)\))?-(\d+)(?:\((\d+)\))?(?:-(\d+))?(?:-(\d+))?")


class Message:
    """A message as a list of segments, in the order in which they came."""

    __slots__ = ("_by_name", "_charset", "_lines", "_segments", "marks")

    def __init__(self, lines: Lines, marks: Marks, charset: Charset) -> None:
        self._lines = lines
        self._segments: list[Segment] | None = None
        self._by_name: dict[str, list[Segment]] = {}
        self._charset = charset
        self.marks = marks

    @classmethod
    def parse(cls, raw: bytes, charset: str = "") -> Message:
        """Read a message (or batch). `charset` is what the link is known to send; see charset.decide.

        Raises Unreadable: no_header, hostile_delimiters, undecodable. Takes CR, LF and CRLF as line end.
        """
        raw, marks, link = _opened(raw, charset)
        written = Charset(raw, marks, link)
        if len(raw) <= LARGE:
            return cls(TextLines(written.text(raw).split("\r"), marks, written), marks, written)
        if not raw.isascii():
            written.decided()  # now: later it would be a half-read message that turns out unreadable
        return cls(PlacedLines(raw, marks, written), marks, written)

    @classmethod
    def of_lines(cls, lines: list[str], marks: Marks) -> Message:
        """A message of which only these lines are known."""
        return cls(TextLines(lines, marks, UTF_8), marks, UTF_8)

    @property
    def charset(self) -> str:
        """The codec that reads it, for the record."""
        return self._charset.codec

    @property
    def segments(self) -> list[Segment]:
        """Every line, in order. From then on each is one object, that is cut into fields once."""
        if self._segments is None:
            self._segments = self._lines.all()
            self._by_name = _by_name(self._segments)
        return self._segments

    def first(self, name: str) -> Segment | None:
        """The first segment called `name`."""
        found = self.all(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Segment]:
        """Every segment called `name`, in order."""
        if (found := self._by_name.get(name)) is None:
            found = self._by_name[name] = [] if self._segments is not None else self._lines.named(name)
        return found

    def without(self, names: Collection[str], is_gone: Callable[[Segment], bool]) -> Message:
        """The same without those segments of these names."""
        rest = Message(self._lines, self.marks, self._charset)
        rest._segments = [one for one in self.segments if one.name not in names or not is_gone(one)]
        rest._by_name = _by_name(rest._segments)
        return rest

    def get(self, path: str) -> str:
        """The text at a terser path: `PID-3(1)-4-1`, `OBX(2)-5`; without component the whole field. "" when absent."""
        name, position, n, repetition, c, s = _places[path]
        if (found := self._by_name.get(name)) is None:
            found = self.all(name)
        if position >= len(found):
            return ""
        segment = found[position]
        return segment.component(n, c, s, repetition) if repetition >= 0 else segment.field(n)

    def all_values(self, path: str) -> list[str]:
        """Every value at `path` that is not empty: over all segments and repetitions that the path does not pin down."""
        _, _, _, _, c, s = _parsed(path)
        return [value for one in self.repetitions_at(path) if (value := one.component(c, s))]

    def field_at(self, path: str) -> tuple[Segment, int] | None:
        """The segment and the number of the field of a path; the first segment where it counts none. None without that segment."""
        name, occurrence, n, _, _, _ = _parsed(path)
        found = self.all(name)[occurrence or 0 :]
        return (found[0], n) if found else None

    def repetitions_at(self, path: str) -> Iterator[Repetition]:
        """Those of a field (`ORC-12`), of every segment of its name; of `ORC(1)-12` those of the second alone."""
        name, occurrence, n, repetition, _, _ = _parsed(path)
        found = self.all(name)
        for segment in found if occurrence is None else found[occurrence : occurrence + 1]:
            repetitions = segment.repetitions(n)
            yield from repetitions if repetition is None else repetitions[repetition : repetition + 1]


def _by_name(segments: list[Segment]) -> dict[str, list[Segment]]:
    found: dict[str, list[Segment]] = {}
    for one in segments:
        found.setdefault(one.name, []).append(one)
    return found


def field_of(path: str) -> int:
    """The number of the field in a path."""
    return _parsed(path)[2]


def beside(path: str) -> str:
    """Where the words stand of a code in the first component at this path; "" where it is no component."""
    return f"{path[:-2]}-2" if path.endswith("-1") and path.count("-") > 1 else ""


@lru_cache(maxsize=MOST_PATHS)
def _parsed(path: str) -> tuple[str, int | None, int, int | None, int, int]:
    found = _PATH.fullmatch(path)
    if not found:
        raise ValueError(f"not a path in a message: {path!r}")
    name, occurrence, n, repetition, c, s = found.groups()
    pinned = [None if value is None else int(value) for value in (occurrence, repetition)]
    return name, pinned[0], int(n), pinned[1], int(c or 0), int(s or 1)


Place = tuple[str, int, int, int, int, int]
"""Segment, which of them, field, repetition (-1: the whole field), component, subcomponent."""


class _Places(dict[str, Place]):
    """The one place `get` reads, by its path. A dict: every value that is read looks here, and a cache is a call more."""

    def __missing__(self, path: str) -> Place:
        name, occurrence, n, repetition, c, s = _parsed(path)
        whole = not c and repetition is None
        if len(self) >= MOST_PATHS:
            self.clear()
        self[path] = place = name, occurrence or 0, n, -1 if whole else repetition or 0, c, s
        return place


_places = _Places()


def codec_of(raw: bytes, charset: str = "") -> tuple[str, str]:
    """Which codec reads the message and who said so (charset.decided). Raises Unreadable as Message.parse does."""
    codec, by = Charset(*(opened := _opened(raw, charset))).decided()
    return codec, by if opened[2] == charset else "(bytes)"


def _opened(raw: bytes, link: str) -> tuple[bytes, Marks, str]:
    """The message from its header (or that of its batch) on, every segment ended by CR; the delimiters of its MSH; and the charset
    that goes before MSH-18: the link's, unless the bytes begin by saying that they are Unicode.
    """
    at = 0
    if raw[:3] != b"MSH":
        link = "UTF-8" if is_marked(raw) else link
        raw = _from_header(narrow(raw))
        at = 0 if raw[:3] == b"MSH" else header_at(raw[:LARGE])
    marks = _marks_of(raw[at : at + 10])
    return (_line_ends(raw, marks) if b"\n" in raw else raw), marks, link


@lru_cache(maxsize=64)
def _marks_of(start: bytes) -> Marks:
    return marks_of(start.decode("latin-1"))


def _from_header(raw: bytes) -> bytes:
    """The message from its header on; white space, a stray VT and remarks before it mean nothing."""
    if raw[:3] != b"MSH":
        raw = raw.lstrip(b" \t\r\n\x0b\0")
    return raw if raw[:3] in (b"MSH", b"FHS", b"BHS") else raw[header_at(raw[:LARGE]) :]


def _line_ends(raw: bytes, marks: Marks) -> bytes:
    """Every segment ends in CR. Where CR ends segments, a LF inside a text stays in the text."""
    if b"\r" not in raw:
        return raw.replace(b"\n", b"\r")
    raw = raw.replace(b"\r\n", b"\r").replace(b"\n\r", b"\r").rstrip(b"\n")
    if b"\n" not in raw:
        return raw
    return re.sub(rb"\n(?=[A-Z][A-Z0-9]{2}" + re.escape(marks.field.encode()) + rb")", b"\r", raw)
