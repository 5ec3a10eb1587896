"""A text that is too long for one segment goes on in the next: ADD (HL7 v2.5.1 2.10.2). Here it is one segment again."""

from __future__ import annotations

from .marks import Marks

_TEXT = {b"OBX": 5, b"NTE": 3}
"""Where a long text stands, and so where a segment can end before its text does."""


def continued(raw: bytes, marks: Marks) -> bytes:
    """`raw` with each ADD behind what it goes on with. One that goes on with no text stays a segment, for a person."""
    field = marks.field.encode()
    if b"\rADD" + field not in raw:
        return raw
    parts: list[bytes] = []
    left = -1  # fields that may still come before the text of this segment ends; -1: it has none
    for line in raw.split(b"\r"):
        if line[:4] == b"ADD" + field and not left:
            parts.append(line[4:])
            left -= line[4:].count(field)
            continue
        parts += [b"\r", line]
        left = _TEXT[line[:3]] - line.count(field) if line[:3] in _TEXT else -1
    return b"".join(parts[1:])
