"""What is read of a message before anything is parsed: MSH, and the numbers in PID-3 and MRG-1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

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
CONDITIONS = ("AL", "NE", "ER", "SU")
"""Table 0155: always, never, on error, on success."""
MOST_FIELDS = 64
"""A header has 25 fields; beyond these somebody means harm, and the rest stays in the last."""
_NOTHING = [""] * 26
_TAIL = 1024
_SMALL = 16_384
BATCH_LINES = (b"FHS", b"BHS", b"BTS", b"FTS")
_STAMP_SIGNS = str.maketrans("", "", "-:T")
_BLANK = b"\r\n\x0b \t\0"
_NUMBER_FIELDS = {"PID": 3, "MRG": 1}


class Opened(NamedTuple):
    """An MSH line taken apart: `fields[n]` is MSH-n as sent, its bytes read as latin-1, and "" up to MOST_FIELDS when it is not there.

    `accept` and `application`: what MSH-15 and MSH-16 ask, AL, NE, ER or SU; "" when they say nothing that table 0155 knows.
    """

    marks: Marks
    fields: list[str]
    accept: str = ""
    application: str = ""

    @property
    def is_enhanced(self) -> bool:
        """Whether acknowledgements were asked for by MSH-15 or MSH-16 (HL7 v2.5 2.9.2: either valued)."""
        return bool(self.accept or self.application)


@lru_cache(maxsize=512)
def opened(line: bytes) -> Opened:
    """The header line taken apart. Remembered, because the answer needs it again moments after the message was kept.

    Raises Unreadable("hostile_delimiters").
    """
    text = line.decode("latin-1")
    marks = marks_of(text[:10])
    # MSH-1 is the separator itself, so MSH-n stands at n - 1 of the split.
    fields = text.split(marks.field, MOST_FIELDS)
    fields.insert(1, marks.field)
    fields += _NOTHING[len(fields) :]
    accept, application = fields[15], fields[16]
    return Opened(marks, fields, accept and _condition(accept, marks), application and _condition(application, marks))


def _condition(text: str, marks: Marks) -> str:
    said = text.partition(marks.component)[0].strip().upper()
    return said if said in CONDITIONS else ""


def read_header(raw: bytes) -> MessageHeader:
    """The header of a message of any size, without parsing it: at most the first megabyte is looked at.

    Raises Unreadable: no_header, hostile_delimiters.
    """
    window = narrow(raw[:WINDOW] if len(raw) > WINDOW else raw)
    at = header_at(window)
    found = opened(window[at : _end(window, at)])
    marks, fields = found.marks, found.fields
    event = fields[9].partition(marks.repetition)[0].split(marks.component, 2)
    return MessageHeader(
        kind="^".join([text for one in event[:2] if (text := _first(one, marks))]),
        control_id=_plain(fields[10], marks),
        sending_application=_first(fields[3], marks),
        sending_facility=_first(fields[4], marks),
        receiving_application=_first(fields[5], marks),
        receiving_facility=_first(fields[6], marks),
        version=_first(fields[12], marks),
        patient_numbers=_patient_numbers(window, at, marks),
        wants_accept=found.is_enhanced,
        body=body_of(raw) if b"TS" in raw[-_TAIL:] or raw[:3] in BATCH_LINES else (0, 0),
        application_ack="" if found.application == "NE" else found.application,
    )


def header_line(raw: bytes) -> bytes:
    """The MSH line as it came in, in the sender's own bytes. Raises Unreadable("no_header")."""
    window = narrow(raw[:_LONGEST] if len(raw) > _LONGEST else raw)
    at = header_at(window)
    return window[at : _end(window, at)]


def stamp(now: datetime) -> str:
    """A time as MSH-7 writes it, to the second, with its offset."""
    # A quarter of the time of strftime, and this is said once per message.
    text = now.isoformat(timespec="seconds")
    return text[:19].translate(_STAMP_SIGNS) + text[19:].replace(":", "")


def body_of(raw: bytes) -> tuple[int, int]:
    """Where the message itself stands in what was kept of a batch; (0, 0) when it is all of it, as nearly always.

    The first message of a batch is kept with the lines of the batch before it, the last with those behind it; whether a message
    is a double is asked of the message alone.
    """
    start, end = 0, len(raw)
    if raw[:3] in BATCH_LINES:
        start = header_at(raw[:_LONGEST])
    while (at := _last_line(raw, end)) > start and raw[at : at + 3] in BATCH_LINES:
        end = at
    return (start, end) if (start, end) != (0, len(raw)) else (0, 0)


def _last_line(raw: bytes, end: int) -> int:
    """Where the last line before `end` begins, empty lines passed over."""
    while end > 0 and raw[end - 1] in b"\r\n":
        end -= 1
    return max(raw.rfind(b"\r", 0, end), raw.rfind(b"\n", max(0, end - _LONGEST), end)) + 1


def header_at(window: bytes) -> int:
    """Where the first MSH stands: at the very start, after white space, or after the headers of a batch."""
    if window[:3] == b"MSH":
        return 0
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
    if text.isalnum():
        return text
    return _plain(text.partition(marks.repetition)[0].partition(marks.component)[0].partition(marks.sub)[0], marks)


def _plain(text: str, marks: Marks) -> str:
    text = marks.unescaped(text) if marks.escape in text else text
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text  # numbers and codes are ASCII; a name of a hospital is shown, and compared as it was written down


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
    """Where the lines with patient numbers begin, those that end in CR first."""
    names = tuple(name.encode() + separator for name in _NUMBER_FIELDS)
    for line_end in (b"\r", b"\n"):
        if len(window) < _SMALL:
            yield from sorted(at for name in names for at in _all(window, line_end + name, start))
        else:
            yield from _along(window, line_end, names, start)


def _all(window: bytes, wanted: bytes, at: int) -> Iterator[int]:
    while (at := window.find(wanted, at)) >= 0:
        yield at + 1
        at += 1


def _along(window: bytes, line_end: bytes, names: tuple[bytes, ...], start: int) -> Iterator[int]:
    """From line to line, because a search for the name would read every document."""
    at = window.find(line_end, start)
    for _ in range(_MOST_LINES):
        if at < 0:
            return
        if window.startswith(names, at + 1):
            yield at + 1
        at = window.find(line_end, at + 1)
