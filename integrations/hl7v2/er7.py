"""ER7, the pipes and hats of HL7 v2: a tolerant, lazy reader that loses no segment and copies no large document.

Rules of this file. A line is a segment, always, also when it is none: then its name is "" and its text is kept. Objects are
made only of what is asked for. A document stays in the bytes that came in; `Segment.octets` gives a view on it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from mdo_portal.exchange import Unreadable

from .charset import decided, is_marked, narrow
from .header import header_at
from .marks import Marks, marks_of
from .segment import LargeSegment, Repetition, Segment, spans

LARGE = 32_768
"""A segment of more bytes than this is read by offsets in the raw bytes instead of being copied."""

MOST_SEGMENTS = 200_000
"""Nobody who means well sends more."""

_PATH = re.compile(r"(\w{3})(?:\((\d+)\))?-(\d+)(?:\((\d+)\))?(?:-(\d+))?(?:-(\d+))?")


class Message:
    """A message as a list of segments, in the order in which they came."""

    __slots__ = ("_by_name", "_grouped", "_index", "_lines", "_segments", "charset", "marks")

    def __init__(self, lines: list[str], segments: list[Segment] | None, marks: Marks, charset: str) -> None:
        self._lines = lines
        self._segments = segments
        self._index: dict[str, list[str]] | None = None
        self._by_name: dict[str, list[Segment]] = {}
        self._grouped: dict[str, list[Segment]] | None = None
        self.marks = marks
        self.charset = charset  # the codec that was used, for the record

    @classmethod
    def parse(cls, raw: bytes, charset: str = "") -> Message:
        """Read a message (or batch). `charset` is what the link is known to send; see charset.decide.

        Raises Unreadable: no_header, hostile_delimiters, undecodable. Takes CR, LF and CRLF as line end.
        """
        raw, marks, link = _opened(raw, charset)
        codec, _ = decided(raw, link=link, stated=_stated_charset(raw, marks))
        if len(raw) > LARGE:
            return cls([], _segments(raw, marks, codec), marks, codec)
        return cls(raw.decode(codec).split("\r"), None, marks, codec)

    @property
    def segments(self) -> list[Segment]:
        """Every line, in order."""
        if self._segments is None:
            self._segments = [Segment(line, self.marks, self.charset) for line in self._lines if line]
        return self._segments

    def first(self, name: str) -> Segment | None:
        """The first segment called `name`."""
        found = self.all(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Segment]:
        """Every segment called `name`, in order."""
        found = self._by_name.get(name)
        if found is None:
            found = self._by_name[name] = self._named(name)
        return found

    def get(self, path: str) -> str:
        """The text at a terser path: `PID-3(1)-4-1`, `OBX(2)-5`; without component the whole field. "" when absent."""
        name, position, n, repetition, c, s = _place(path)
        try:
            segment = (self._by_name.get(name) or self.all(name))[position]
        except IndexError:
            return ""
        return segment.component(n, c, s, repetition) if repetition >= 0 else segment.field(n)

    def all_values(self, path: str) -> list[str]:
        """Every value at `path` that is not empty: over all segments and repetitions that the path does not pin down."""
        name, occurrence, n, repetition, c, s = _parsed(path)
        found = self.all(name)
        chosen = found if occurrence is None else found[occurrence : occurrence + 1]
        values = (one.component(c, s) for segment in chosen for one in _chosen(segment.repetitions(n), repetition))
        return [value for value in values if value]

    def _named(self, name: str) -> list[Segment]:
        if self._index is None:
            self._index = _index(self._lines) if self._segments is None else {}
        if self._index and name and name not in self._index:  # make objects only of what is asked for
            marks, charset = self.marks, self.charset
            lines = self._index.get(name + marks.field, ())
            if len(lines) == 1:
                return [Segment(lines[0], marks, charset, name)]
            return [Segment(line, marks, charset, name) for line in lines]
        if self._grouped is None:
            self._grouped = _grouped(self.segments)
        return self._grouped.get(name, [])


def _grouped(segments: list[Segment]) -> dict[str, list[Segment]]:
    found: dict[str, list[Segment]] = {}
    for segment in segments:
        found.setdefault(segment.name, []).append(segment)
    return found


def _index(lines: list[str]) -> dict[str, list[str]]:
    """The lines by their first four characters: name and separator."""
    found: dict[str, list[str]] = {}
    for line in lines:
        start = line[:4]
        if start in found:
            found[start].append(line)
        else:
            found[start] = [line]
    return found


@lru_cache(maxsize=4096)
def _parsed(path: str) -> tuple[str, int | None, int, int | None, int, int]:
    found = _PATH.fullmatch(path)
    if not found:
        raise ValueError(f"not a path in a message: {path!r}")
    name, occurrence, n, repetition, c, s = found.groups()
    pinned = [None if value is None else int(value) for value in (occurrence, repetition)]
    return name, pinned[0], int(n), pinned[1], int(c or 0), int(s or 1)


@lru_cache(maxsize=4096)
def _place(path: str) -> tuple[str, int, int, int, int, int]:
    """The one place `get` reads; repetition -1 means: the whole field."""
    name, occurrence, n, repetition, c, s = _parsed(path)
    whole = not c and repetition is None
    return name, occurrence or 0, n, -1 if whole else repetition or 0, c, s


def _chosen(repetitions: list[Repetition], wanted: int | None) -> list[Repetition]:
    return repetitions if wanted is None else repetitions[wanted : wanted + 1]


def codec_of(raw: bytes, charset: str = "") -> tuple[str, str]:
    """Which codec reads the message and who said so (charset.decided). Raises Unreadable as Message.parse does."""
    opened, marks, link = _opened(raw, charset)
    codec, by = decided(opened, link=link, stated=_stated_charset(opened, marks))
    return codec, by if link == charset else "(bytes)"


def _opened(raw: bytes, link: str) -> tuple[bytes, Marks, str]:
    """The message from its header (or that of its batch) on, every segment ended by CR; the delimiters of its MSH; and the charset
    that goes before MSH-18: the link's, unless the bytes begin by saying that they are Unicode.
    """
    at = 0
    if raw[:3] != b"MSH":
        link = "UTF-8" if is_marked(raw) else link
        raw = _from_header(narrow(raw))
        at = 0 if raw[:3] == b"MSH" else header_at(raw[:LARGE])
    marks = marks_of(raw[at : at + 10].decode("latin-1"))
    return (_line_ends(raw, marks) if b"\n" in raw else raw), marks, link


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


def _stated_charset(raw: bytes, marks: Marks) -> str:
    at = 0 if raw[:3] == b"MSH" else raw.find(b"\rMSH", 0, LARGE) + 1
    end = raw.find(b"\r", at, at + LARGE)
    fields = raw[at : end if end >= 0 else at + LARGE].split(raw[at + 3 : at + 4], 18)
    if len(fields) < 18 or fields[0] != b"MSH":
        return ""
    return fields[17].decode("latin-1").partition(marks.repetition)[0]


def _segments(raw: bytes, marks: Marks, codec: str) -> list[Segment]:
    """The segments of a message with a document: it stays where it is."""
    cuts = list(islice(spans(raw, b"\r", 0, len(raw)), MOST_SEGMENTS))
    if len(cuts) == MOST_SEGMENTS:
        raise Unreadable("too_large", "segments")
    return [_segment(raw, span, marks, codec) for span in cuts if span[0] < span[1]]


def _segment(raw: bytes, span: tuple[int, int], marks: Marks, codec: str) -> Segment:
    start, end = span
    if end - start > LARGE:
        return LargeSegment(raw, span, marks, codec)
    return Segment(raw[start:end].decode(codec), marks, codec)
