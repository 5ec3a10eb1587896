"""A text that is too long for one segment goes on in the next: ADD (HL7 v2.5.1 2.10.2). Here it is one segment again."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.hl7v2.text.marks import Marks

ADD = "ADD"
_TEXT = {"OBX": 5, "NTE": 3}
"""Where a long text stands, and so where a segment can end before its text does."""


def continued(lines: Iterable[str], marks: Marks) -> list[str]:
    """The lines with each ADD behind what it goes on with. One that goes on with no text stays a segment, for a person."""
    kept: list[list[str]] = []
    left = -1  # fields that may still come before the text of this segment ends; -1: it has none
    for line in lines:
        if line[:4] == ADD + marks.field and not left:
            kept[-1].append(line[4:])
            left -= line[4:].count(marks.field)
            continue
        kept.append([line])
        left = _TEXT[line[:3]] - line.count(marks.field) if line[:3] in _TEXT else -1
    return ["".join(parts) for parts in kept]


def continued_bytes(raw: bytes, marks: Marks) -> bytes:
    """The same of a whole message."""
    return "\r".join(continued(raw.decode("latin-1").split("\r"), marks)).encode("latin-1")
