"""What is read of a message before anything is parsed: MSH, and the numbers in PID-3 and MRG-1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mdo_portal.exchange import MessageHeader, Unreadable

from .charset import narrow
from .marks import Marks, marks_of
from .numbers import MOST_NUMBERS, numbers
from .segment import Segment

WINDOW = 1_048_576
"""How far into a message patient numbers are looked for. Beyond it there are documents, or somebody means harm."""

_LONGEST = 65_536
_MOST_PATIENTS = 100
_MOST_LINES = 20_000
_BLANK = b"\r\n\x0b \t\0"
_NUMBER_FIELDS = {"PID": 3, "MRG": 1}


def read_header(raw: bytes) -> MessageHeader:
    """The header of a message of any size, without parsing it: at most the first megabyte is looked at.

    Raises Unreadable: no_header, hostile_delimiters.
    """
    window = narrow(raw[:WINDOW])
    at = _header_at(window)
    marks = marks_of(window[at : at + 10].decode("latin-1"))
    # MSH-1 is the separator itself, so MSH-n stands at n - 1. Split here and not by Segment: this is done for every message that comes.
    fields = [*_line(window, at).split(marks.field, 20), *[""] * 15]
    event = fields[8].partition(marks.repetition)[0].partition(marks.component)
    return MessageHeader(
        kind="^".join(filter(None, (_first(event[0], marks), _first(event[2], marks)))),
        control_id=_plain(fields[9], marks),
        sending_application=_first(fields[2], marks),
        sending_facility=_first(fields[3], marks),
        receiving_application=_first(fields[4], marks),
        receiving_facility=_first(fields[5], marks),
        version=_first(fields[11], marks),
        patient_numbers=_patient_numbers(window, at, marks),
        wants_accept=_plain(fields[14], marks) not in ("", '""', "NE"),
    )


def header_line(raw: bytes) -> bytes:
    """The MSH line as it came in, in the sender's own bytes. Raises Unreadable("no_header")."""
    window = narrow(raw[:_LONGEST])
    at = _header_at(window)
    return window[at : _end(window, at)]


def _header_at(window: bytes) -> int:
    """Where the first MSH stands: at the very start, after white space, or after the headers of a batch."""
    at = window.find(b"MSH", 0, _LONGEST)
    while at > 0 and window[at - 1] not in _BLANK:
        at = window.find(b"MSH", at + 3, _LONGEST)
    if at < 0 or window[:at].lstrip(_BLANK)[:3] not in (b"", b"FHS", b"BHS"):
        raise Unreadable("no_header", "MSH")
    return at


def _end(window: bytes, at: int) -> int:
    most = min(len(window), at + _LONGEST)
    end = window.find(b"\r", at, most)
    feed = window.find(b"\n", at, most if end < 0 else end)
    return feed if feed >= 0 else end if end >= 0 else most


def _line(window: bytes, at: int) -> str:
    line = window[at : _end(window, at)]
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")  # numbers and codes are ASCII; a name of a hospital is shown, never compared


def _first(text: str, marks: Marks) -> str:
    """What Segment.component(n) says of the field `text`."""
    return _plain(text.partition(marks.repetition)[0].partition(marks.component)[0].partition(marks.sub)[0], marks)


def _plain(text: str, marks: Marks) -> str:
    return marks.unescaped(text) if marks.escape in text else text


def _patient_numbers(window: bytes, start: int, marks: Marks) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for at in islice(_patients(window, marks.field.encode(), start), _MOST_PATIENTS):
        line = _line(window, at)
        field = _NUMBER_FIELDS[line[:3]]
        text = (line.split(marks.field, field + 1) + [""] * field)[field]
        if marks.escape in text or marks.sub in text:
            found |= {(authority, number): None for authority, number, _ in numbers(Segment(line, marks), field)}
        else:
            found |= dict.fromkeys(_plain_numbers(text, marks))
    return tuple(found)


def _plain_numbers(text: str, marks: Marks) -> list[tuple[str, str]]:
    """What `numbers` finds in a field without subcomponents and escapes, as most are."""
    parts = [one.split(marks.component, 4) for one in text.split(marks.repetition, MOST_NUMBERS)]
    return [(part[3] if len(part) > 3 else "", number) for part in parts if (number := part[0].strip())]


def _patients(window: bytes, separator: bytes, start: int) -> Iterator[int]:
    """Where the lines with patient numbers begin. From line to line, because a search for the name would read every document."""
    names = tuple(name.encode() + separator for name in _NUMBER_FIELDS)
    for line_end in (b"\r", b"\n"):
        at = window.find(line_end, start)
        for _ in range(_MOST_LINES):
            if at < 0:
                break
            if window.startswith(names, at + 1):
                yield at + 1
            at = window.find(line_end, at + 1)
