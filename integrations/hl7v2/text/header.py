"""What is read of a message before anything is parsed: MSH, and the numbers in PID-3 and MRG-1."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from integrations.hl7v2.text.charset import narrow
from integrations.hl7v2.text.header_numbers import LONGEST_LINE, end_of_line, numbers_in
from integrations.hl7v2.text.marks import Marks, marks_of
from integrations.hl7v2.text.tidy import NEAR, as_read, cleaned
from mdo_portal.exchange import MessageHeader, Unreadable

WINDOW = 1_048_576
"""How far into a message patient numbers are looked for. Beyond it there are documents, or somebody means harm."""
CONDITIONS = ("AL", "NE", "ER", "SU")
"""Table 0155: always, never, on error, on success."""
MOST_FIELDS = 64
"""A header has 25 fields; beyond these somebody means harm, and the rest stays in the last."""
_NOTHING = [""] * 26
NULL = '""'
_TAIL = 1024
BATCH_LINES = (b"FHS", b"BHS", b"BTS", b"FTS")
_MOST_TRAILERS = 16
"""A batch ends in two of them."""
MOST_REMARKS = 2048
"""Somebody's remarks before the header (`# test 3`): longer is something else."""
_LIKE_A_SEGMENT = re.compile(rb"(?:^|[\r\n\x0b \t\0])\w{2,3}[^\w\s]")
_BLANK = b"\r\n\x0b \t\0"


class Shared(NamedTuple):
    """What nearly all messages of one sender's kind share of their MSH line: all of it but MSH-7 and MSH-10.

    `fields[n]` is MSH-n as sent, its bytes read as latin-1, and "" up to MOST_FIELDS when it is not there. `accept` and `application`:
    what MSH-15 and MSH-16 ask, AL, NE, ER or SU; "" when they say nothing that table 0155 knows. `line`: the bytes that say so.
    `header`: what all of them say in their MessageHeader.
    """

    marks: Marks
    fields: list[str]
    accept: str = ""
    application: str = ""
    line: bytes = b""
    header: MessageHeader = MessageHeader()

    @property
    def is_enhanced(self) -> bool:
        """Whether acknowledgements were asked for by MSH-15 or MSH-16 (HL7 v2.5 2.9.2: either valued)."""
        return bool(self.accept or self.application)


class Opened(NamedTuple):
    """An MSH line taken apart: what it shares with others, and the time and number that are its own, as sent."""

    shared: Shared
    at: str
    number: str

    @property
    def marks(self) -> Marks:
        return self.shared.marks

    @property
    def fields(self) -> list[str]:
        """Every field, as in Shared, its own ones included."""
        fields = self.shared.fields.copy()
        fields[7], fields[10] = self.at, self.number
        return fields


def opened(line: bytes) -> Opened:
    """The header line taken apart. What it shares with other messages of its sender is worked out once.

    Raises Unreadable("hostile_delimiters").
    """
    separator = line[3:4] or b"|"
    parts = line.split(separator, 10)
    if len(parts) < 11 or len(line) > _TAIL:
        shared = _shared(line)
        return Opened(shared, shared.fields[7], shared.fields[10])
    at, number = parts[6].decode("latin-1"), parts[9].decode("latin-1")
    parts[6] = parts[9] = b""
    return Opened(_remembered(separator.join(parts)), at, number)


def _shared(line: bytes) -> Shared:
    text = line.decode("latin-1")
    marks = marks_of(text[:10])
    # MSH-1 is the separator itself, so MSH-n stands at n - 1 of the split.
    fields = text.split(marks.field, MOST_FIELDS)
    fields.insert(1, marks.field)
    fields += _NOTHING[len(fields) :]
    accept, application = (said and _condition(said, marks) for said in fields[15:17])
    return Shared(marks, fields, accept, application, line, _header(fields, marks, accept, application))


_remembered = lru_cache(maxsize=2048)(_shared)


def _header(fields: list[str], marks: Marks, accept: str, application: str) -> MessageHeader:
    event = fields[9].partition(marks.repetition)[0].split(marks.component, 2)
    return MessageHeader(
        kind="^".join([text for one in event[:2] if (text := _first(one, marks).strip().upper())]),
        sending_application=_first(fields[3], marks),
        sending_facility=_first(fields[4], marks),
        receiving_application=_first(fields[5], marks),
        receiving_facility=_first(fields[6], marks),
        version=_first(fields[12], marks),
        wants_accept=bool(accept or application),
        application_ack="" if application == "NE" else application,
    )


def _condition(text: str, marks: Marks) -> str:
    said = text.partition(marks.repetition)[0].partition(marks.component)[0].strip().upper()
    return said if said in CONDITIONS else ""


def read_header(raw: bytes) -> MessageHeader:
    """The header of a message of any size, without parsing it: at most the first megabyte is looked at.

    Raises Unreadable: no_header, hostile_delimiters.
    """
    window = narrow(raw[:WINDOW] if len(raw) > WINDOW else raw)
    at = header_at(window)
    found = opened(window[at : end_of_line(window, at)])
    read = as_read(window)
    numbers, is_cut = numbers_in(read, at if read is window else 0, found.marks)
    if len(read) > NEAR:  # with more than one patient: behind the start nothing was mended
        numbers = tuple((authority, cleaned(number)) for authority, number in numbers)
    told = found.shared.header
    return MessageHeader(
        told.kind,
        _plain(found.number, found.marks) if found.number != NULL else "",
        *told[2:7],  # who sends, who receives, and the version
        numbers,
        is_cut or len(raw) > WINDOW,
        told.wants_accept,
        body_of(raw) if _is_of_batch(raw) else (0, 0),
        told.application_ack,
    )


def _is_of_batch(raw: bytes) -> bool:
    """Whether lines of a batch stand before or behind the message."""
    tail = raw[-_TAIL:].rstrip(b"\r\n")
    last = max(tail.rfind(b"\r"), tail.rfind(b"\n")) + 1
    return tail[last : last + 3] in BATCH_LINES or raw[:3] in BATCH_LINES


def header_line(raw: bytes) -> bytes:
    """The MSH line as it came in, in the sender's own bytes. Raises Unreadable("no_header")."""
    window = narrow(raw[:LONGEST_LINE] if len(raw) > LONGEST_LINE else raw)
    at = header_at(window)
    return window[at : end_of_line(window, at)]


def stamp(now: datetime) -> str:
    """A time as MSH-7 writes it, to the second, with its offset."""
    if now.tzinfo is UTC:  # said once per message: thousands in one second say the same
        return _stamped(now.year, now.month, now.day, now.hour, now.minute, now.second)
    return f"{now.year:04}{now:%m%d%H%M%S%z}"


@lru_cache(maxsize=256)
def _stamped(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    return f"{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}+0000"


def body_of(raw: bytes) -> tuple[int, int]:
    """Where the message itself stands in what was kept of a batch; (0, 0) when it is all of it, as nearly always.

    The first message of a batch is kept with the lines of the batch before it, the last with those behind it; whether a message
    is a double is asked of the message alone.
    """
    start, end = 0, len(raw)
    if raw[:3] in BATCH_LINES:
        start = header_at(raw[:LONGEST_LINE])
    for _ in range(_MOST_TRAILERS):
        if (at := _last_line(raw, end)) <= start or raw[at : at + 3] not in BATCH_LINES:
            break
        end = at
    return (start, end) if (start, end) != (0, len(raw)) else (0, 0)


def _last_line(raw: bytes, end: int) -> int:
    """Where the last line before `end` begins, empty lines passed over; 0 when it is farther away than a line can be long."""
    begin = max(0, end - LONGEST_LINE)
    end = begin + len(raw[begin:end].rstrip(b"\r\n"))
    return max(raw.rfind(b"\r", begin, end), raw.rfind(b"\n", begin, end)) + 1


def header_at(window: bytes) -> int:
    """Where the first MSH stands: at the very start, after white space, the headers of a batch, or a few lines of plain remarks."""
    if window[:3] == b"MSH":
        return 0
    at = window.find(b"MSH", 0, LONGEST_LINE)
    while at > 0 and window[at - 1] not in _BLANK:
        at = window.find(b"MSH", at + 3, LONGEST_LINE)
    if at < 0 or not _may_precede(window[:at]):
        raise Unreadable("no_header", "MSH")
    return at


def _may_precede(before: bytes) -> bool:
    """Whether nothing of a message is passed over: white space, headers of a batch, or remarks, none of which looks like a segment."""
    before = before.lstrip(_BLANK)
    if before[:3] in (b"", b"FHS", b"BHS"):
        return True
    return len(before) <= MOST_REMARKS and before[-1:] in b"\r\n" and not _LIKE_A_SEGMENT.search(before)


def _first(text: str, marks: Marks) -> str:
    """What Segment.component(n) says of the field `text`."""
    if text.isalnum() or text == NULL:
        return text.replace(NULL, "")
    return _plain(text.partition(marks.repetition)[0].partition(marks.component)[0].partition(marks.sub)[0], marks)


def _plain(text: str, marks: Marks) -> str:
    text = marks.unescaped(text) if marks.escape in text else text
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text  # numbers and codes are ASCII; a name of a hospital is shown, and compared as it was written down
