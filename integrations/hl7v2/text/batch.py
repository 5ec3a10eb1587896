"""Several messages in one frame: taken apart before they are kept, and answered as a batch (HL7 v2.5 2.10.3).

A file or batch header (FHS, BHS) stays with the message behind it, a trailer (BTS, FTS) with the message before it: put one behind
the other again, the messages are the frame as it came, so nothing of it is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise

from integrations.hl7v2.text.header import opened, stamp
from integrations.hl7v2.text.header_numbers import end_of_line
from mdo_portal.exchange import Unreadable

OPENING = (b"FHS", b"BHS")
_SMALL, _LARGE = 16_384, 1_048_576
_OPENS = (re.compile(rb"\r(?=MSH|FHS|BHS)"), re.compile(rb"\n(?=MSH|FHS|BHS)"))
"""From line end to line end, because documents are long and have few."""
_MARKS = re.compile(rb"[^\w\s]+")
MOST_MESSAGES, MOST_LINES = 5_000, 200_000
"""Nobody who means well sends more in one frame; such a frame is kept as one, for a person. Looked at before anything is stored."""


@dataclass(frozen=True)
class Batch:
    """`messages` in their order; `headers` are the FHS and BHS lines, first of each kind only; `stated` is BTS-1, -1 = not said."""

    messages: tuple[bytes, ...]
    headers: tuple[bytes, ...]
    stated: int


def split(raw: bytes) -> Batch | None:
    """The messages of a frame that holds a batch, or more than one message; None when it is one message, as nearly always."""
    if raw[:3] == b"MSH" and len(raw) < _SMALL and raw.rfind(b"MSH") == 0:
        return None
    starts = _starts(raw)
    if len(starts) < 2 and raw[:3] not in OPENING:
        return None
    cuts = _cuts(raw, starts)
    if not cuts or len(cuts) > MOST_MESSAGES:
        return None
    edges = [0, *cuts[1:], len(raw)]
    lines = raw.replace(b"\n", b"\r").split(b"\r")
    headers = [next((line for line in lines if line[:3] == name), b"") for name in OPENING]
    return Batch(tuple(raw[start:end] for start, end in pairwise(edges)), tuple(filter(None, headers)), _stated(lines))


def _starts(raw: bytes) -> list[int]:
    """Where a line begins that opens a message or a batch; none when there are more lines than anybody would send."""
    if len(raw) > _LARGE and raw.count(b"\r") + raw.count(b"\n") > MOST_LINES:
        return []
    found = [0] if raw[:3] == b"MSH" or raw[:3] in OPENING else []
    for opens in _OPENS:
        found += [one.end() for one in islice(opens.finditer(raw), MOST_MESSAGES + 3)]
    return sorted(found)


def _cuts(raw: bytes, starts: Sequence[int]) -> list[int]:
    """Where each message begins, with the headers of its batch before it; none when there are too many to look at."""
    cuts: list[int] = []
    pending = -1  # a header of a batch, whose message is not there yet
    for looked_at, at in enumerate(starts):
        if looked_at > MOST_MESSAGES + len(OPENING):
            return []
        if raw[at : at + 3] == b"MSH":
            if not _is_header(raw, at):
                continue
            cuts.append(at if pending < 0 else pending)
            pending = -1
        elif pending < 0:
            pending = at
    return cuts


def _is_header(raw: bytes, at: int) -> bool:
    """Whether this MSH is one, with delimiters and a type: a text may quote the name of a segment."""
    line = raw[at : min(end_of_line(raw, at), at + 4096)]
    fields = line.split(line[3:4] or b"|", 9)
    return len(fields) > 8 and bool(fields[8]) and _MARKS.fullmatch(fields[1]) is not None


def _stated(lines: Sequence[bytes]) -> int:
    trailer = next((line for line in lines if line[:3] == b"BTS"), b"")
    count = trailer[4:].split(trailer[3:4] or b"|", 1)[0].strip()
    return int(count) if count.isdigit() and len(count) < 9 else -1


def answered(batch: Batch, answers: Sequence[bytes], *, now: datetime, control_id: str) -> bytes:
    """The acknowledgements of a batch as a batch: headers turned round that name the one that is answered, and the counts.

    Without a batch header the acknowledgements stand behind each other, as the messages did. A count that is not what the sender
    said stands in BTS-2.
    """
    files = [line for line in batch.headers if line[:3] == b"FHS"]
    groups = [line for line in batch.headers if line[:3] == b"BHS"]
    lines = [_turned(line, now, control_id) for line in (*files, *groups)]
    separator = (batch.headers[0][3:4] if batch.headers else b"|") or b"|"
    ends = []
    if groups:
        short = batch.stated >= 0 and batch.stated != len(batch.messages)
        told = [b"BTS", b"%d" % len(answers), *([b"received %d of %d" % (len(batch.messages), batch.stated)] if short else [])]
        ends.append(separator.join(told) + b"\r")
    if files:
        ends.append(separator.join([b"FTS", b"1"]) + b"\r")
    return b"".join([*lines, *answers, *ends])


def _turned(line: bytes, now: datetime, control_id: str) -> bytes:
    """FHS or BHS of the answer: sender and receiver change places, field 11 is ours, field 12 theirs."""
    try:
        marks, fields = opened(line).shared[:2]
    except Unreadable:
        return line[:3] + b"|^~\\&\r"
    values = [
        line[:3].decode(), marks.msh2, *(fields[n] for n in (5, 6, 3, 4)), stamp(now), "", "", "", control_id, fields[11],
    ]  # fmt: skip
    return marks.field.join(values).rstrip(marks.field).encode("latin-1") + b"\r"
