"""The numbers of patients in a message that nobody parsed: PID-3 and MRG-1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from integrations.hl7v2.text.marks import Marks
from integrations.hl7v2.text.numbers import BSN_DIGITS, MOST_NUMBERS, numbers, ungrouped
from integrations.hl7v2.text.segment import Segment

LONGEST_LINE = 65_536
_MOST_PATIENTS = 400
"""Lines with patients in one message; a merge of a whole archive has two for each."""
_MOST_LINES = 10_000
_LINE_ENDS = (b"\r", b"\n")
_SMALL = 16_384
_NUMBER_FIELDS = {b"PID": (3, 2, 4), b"MRG": (1, 4)}
"""Where the reader looks for numbers (patient.py, change.py): the first of these fields that holds one."""


def end_of_line(window: bytes, at: int) -> int:
    """Where the line that begins at `at` ends: at a CR or LF, or where it is too long for a line."""
    most = at + LONGEST_LINE
    end = window.find(b"\r", at, most)
    if (feed := window.find(b"\n", at, most if end < 0 else end)) >= 0:
        return feed
    return end if end >= 0 else min(len(window), most)


def _text(written: bytes) -> str:
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("latin-1")  # numbers and codes are ASCII; a name of a hospital is shown, never compared


def numbers_in(window: bytes, start: int, marks: Marks) -> tuple[tuple[tuple[str, str], ...], bool]:
    """(authority, number) of every patient that the window names, and whether there may be more of them than were looked at."""
    found: list[tuple[str, str]] = []
    lines, is_cut = _numbered(window, start, marks.field)
    for line in lines:
        told = _told_by(line, marks)
        is_cut = is_cut or len(told) >= MOST_NUMBERS
        found += told
        found += [(authority, bsn) for authority, number in told if not number.isalnum() and (bsn := _in_groups(number))]
    return tuple(dict.fromkeys(found)), is_cut


def _in_groups(number: str) -> str:
    """The BSN that is written in groups: as it is kept of a patient, or a feed about somebody with a case would be about nobody."""
    plain = ungrouped(number)
    return plain if plain != number and len(plain) == BSN_DIGITS else ""


_Line = tuple[bytes, ...]
"""The name of a segment and its first four fields, as they were written; b"" for one that is not there."""


def _numbered(window: bytes, start: int, separator: str) -> tuple[list[_Line], bool]:
    """The lines in which a patient's numbers stand, and whether there are more of them, or may be."""
    found: list[_Line] = []
    is_cut = False
    for line_end, pattern in _patterns(separator):
        if len(window) < _SMALL:
            found += pattern.findall(window, start) if line_end in window else ()
            continue
        beginnings, has_more = _along(window, tuple(line_end + name + separator.encode() for name in _NUMBER_FIELDS), start)
        lines = (pattern.match(window, at - 1, at + LONGEST_LINE) for at in beginnings)
        found += [line.groups(b"") for line in lines if line]
        is_cut = is_cut or has_more
    return found[:_MOST_PATIENTS], is_cut or len(found) > _MOST_PATIENTS


@lru_cache(maxsize=64)
def _patterns(separator: str) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """For those that stand behind a CR, and for those behind a LF."""
    sign = re.escape(separator.encode())
    field = sign + b"([^" + sign + b"\r\n]*)"
    line = b"(" + b"|".join(_NUMBER_FIELDS) + b")" + field + (b"(?:" + field + b")?") * 3
    return tuple((end, re.compile(end + line)) for end in _LINE_ENDS)


def _told_by(line: _Line, marks: Marks) -> list[tuple[str, str]]:
    """The numbers in the first field of this line that holds one; and a BSN in another of them that says that it is one."""
    told: list[tuple[str, str]] = []
    for field in _NUMBER_FIELDS[line[0]]:
        if line[field] and (not told or _SAYS_BSN.search(line[field])):
            told += _told(line, _text(line[field]), field, marks)
    return told


_SAYS_BSN = re.compile(
    rb"NNNL|NLMINBIZA|BSN|BURGER ?SERVICE|SOFI|RVIG|2\.16\.840\.1\.113883\.2\.4\.6\.3|NLD?\W(?:NN|NI|SS)|\W{4}SS", re.IGNORECASE
)
"""What the reader knows one by (patient.is_bsn, `patient.bsn_authorities` and `bsn_types` of the profiles), whatever the separators."""


def _told(line: _Line, text: str, field: int, marks: Marks) -> list[tuple[str, str]]:
    if marks.escape in text or marks.sub in text or '""' in text:
        return [one[:2] for one in numbers(Segment(_text(marks.field.encode().join(line)), marks), field)]
    # What `numbers` finds in a field without subcomponents and escapes, as most are.
    parts = [one.split(marks.component, 4) for one in text.split(marks.repetition, MOST_NUMBERS)]
    return [(part[3].strip() if len(part) > 3 else "", number) for part in parts if (number := part[0].strip())]


def lines_called(names: Iterable[str], window: bytes, start: int, marks: Marks) -> list[str]:
    """The lines of the segments with these names, as text, the first four hundred of them."""
    found, _ = _beginnings(window, names, marks.field.encode(), start)
    return [_text(window[at : end_of_line(window, at)]) for at in found]


def _beginnings(window: bytes, called: Iterable[str], separator: bytes, start: int) -> tuple[list[int], bool]:
    """Where the lines of these segments begin, those that end in CR first; and whether there are more of them, or may be."""
    found: list[int] = []
    is_cut = False
    for line_end, needles, pattern in _needles(tuple(called), separator):
        if line_end not in window:
            continue
        if len(window) < _SMALL:
            found += [one.start() + 1 for one in pattern.finditer(window, start)]
            continue
        some, has_more = _along(window, needles, start)
        found += some
        is_cut = is_cut or has_more
    return found[:_MOST_PATIENTS], is_cut or len(found) > _MOST_PATIENTS


@lru_cache(maxsize=64)
def _needles(called: tuple[str, ...], separator: bytes) -> tuple[tuple[bytes, tuple[bytes, ...], re.Pattern[bytes]], ...]:
    """What such a line begins with, the end of the line before it included: behind a CR, and behind a LF."""
    names = [name.encode() for name in called]
    any_of = b"(?:" + b"|".join(map(re.escape, names)) + b")" + re.escape(separator)
    return tuple((end, tuple(end + name + separator for name in names), re.compile(end + any_of)) for end in _LINE_ENDS)


def _along(window: bytes, needles: tuple[bytes, ...], start: int) -> tuple[list[int], bool]:
    """From line to line, because a search for the name would read every document."""
    found: list[int] = []
    line_end = needles[0][:1]
    at = window.find(line_end, start)
    for _ in range(_MOST_LINES):
        if at < 0 or len(found) > _MOST_PATIENTS:
            break
        if window.startswith(needles, at):
            found.append(at + 1)
        at = window.find(line_end, at + 1)
    return found, at >= 0
