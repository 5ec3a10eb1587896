"""What is read of a message before anything is parsed: MSH, and the numbers in PID-3 and MRG-1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mdo_portal.exchange import MessageHeader, Unreadable

from .charset import narrow
from .marks import Marks, marks_of
from .numbers import numbers
from .segment import Segment

WINDOW = 1_048_576
"""How far into a message patient numbers are looked for. Beyond it there are documents, or somebody means harm."""

_LONGEST = 65_536
_MOST_PATIENTS = 100
_BLANK = b"\r\n\x0b \t\0"
_NUMBER_FIELDS = {"PID": 3, "MRG": 1}


def read_header(raw: bytes) -> MessageHeader:
    """The header of a message of any size, without parsing it: at most the first megabyte is looked at.

    Raises Unreadable: no_header, hostile_delimiters.
    """
    window = narrow(raw[:WINDOW])
    at = _header_at(window)
    marks = marks_of(window[at : at + 10].decode("latin-1"))
    header = Segment(_line(window, at), marks)
    return MessageHeader(
        kind="^".join(part for part in (header.component(9), header.component(9, 2)) if part),
        control_id=header.field(10),
        sending_application=header.component(3),
        sending_facility=header.component(4),
        receiving_application=header.component(5),
        receiving_facility=header.component(6),
        version=header.component(12),
        patient_numbers=_patient_numbers(window, at, marks),
        wants_accept=header.field(15) not in ("", '""', "NE"),
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
    ends = [end for end in (window.find(b"\r", at, at + _LONGEST), window.find(b"\n", at, at + _LONGEST)) if end >= 0]
    return min(ends, default=min(len(window), at + _LONGEST))


def _line(window: bytes, at: int) -> str:
    line = window[at : _end(window, at)]
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")  # numbers and codes are ASCII; a name of a hospital is shown, never compared


def _patient_numbers(window: bytes, start: int, marks: Marks) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for name, field in _NUMBER_FIELDS.items():
        places = _places(window, f"{name}{marks.field}".encode(), start)
        for at in islice(places, _MOST_PATIENTS):
            for authority, number, _ in numbers(Segment(_line(window, at), marks), field):
                found[authority, number] = None
    return tuple(found)


def _places(window: bytes, wanted: bytes, start: int) -> Iterator[int]:
    for line_end in (b"\r", b"\n"):
        at = window.find(line_end + wanted, start)
        while at >= 0:
            yield at + 1
            at = window.find(line_end + wanted, at + 4)
