"""The numbers of patients in a message that nobody parsed: PID-3 and MRG-1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from .marks import Marks
from .numbers import BSN_DIGITS, MOST_NUMBERS, numbers, ungrouped
from .segment import Segment

LONGEST_LINE = 65_536
_MOST_PATIENTS = 400
"""Lines with patients in one message; a merge of a whole archive has two for each."""
_MOST_LINES = 10_000
_LINE_ENDS = (b"\r", b"\n")
_SMALL = 16_384
_NUMBER_FIELDS = {"PID": (3, 2, 4), "MRG": (1, 4)}
"""Where the reader looks for numbers (people.py, change.py): the first of these fields that holds one."""


def end_of_line(window: bytes, at: int) -> int:
    """Where the line that begins at `at` ends: at a CR or LF, or where it is too long for a line."""
    most = at + LONGEST_LINE
    end = window.find(b"\r", at, most)
    if (feed := window.find(b"\n", at, most if end < 0 else end)) >= 0:
        return feed
    return end if end >= 0 else min(len(window), most)


def _line(window: bytes, at: int) -> str:
    line = window[at : end_of_line(window, at)]
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")  # numbers and codes are ASCII; a name of a hospital is shown, never compared


def numbers_in(window: bytes, start: int, marks: Marks) -> tuple[tuple[tuple[str, str], ...], bool]:
    """(authority, number) of every patient that the window names, and whether there may be more of them than were looked at."""
    found: dict[tuple[str, str], None] = {}
    beginnings, is_cut = _beginnings(window, _NUMBER_FIELDS, marks.field.encode(), start)
    for at in beginnings:
        line = _line(window, at)
        parts = line.split(marks.field, 5)
        for field in _NUMBER_FIELDS[line[:3]]:
            text = parts[field] if field < len(parts) else ""
            if told := _told(line, text, field, marks):
                found |= dict.fromkeys(told)
                found |= {(authority, bsn): None for authority, number in told if (bsn := _in_groups(number))}
                is_cut = is_cut or len(told) >= MOST_NUMBERS
                break
    return tuple(found), is_cut


def _in_groups(number: str) -> str:
    """The BSN that is written in groups: as it is kept of a patient, or a feed about somebody with a case would be about nobody."""
    plain = number if number.isalnum() else ungrouped(number)
    return plain if plain != number and len(plain) == BSN_DIGITS else ""


def _told(line: str, text: str, field: int, marks: Marks) -> list[tuple[str, str]]:
    if marks.escape in text or marks.sub in text or '""' in text:
        return [one[:2] for one in numbers(Segment(line, marks), field)]
    return _plain_numbers(text, marks) if text else []


def _plain_numbers(text: str, marks: Marks) -> list[tuple[str, str]]:
    """What `numbers` finds in a field without subcomponents and escapes, as most are."""
    parts = [one.split(marks.component, 4) for one in text.split(marks.repetition, MOST_NUMBERS)]
    return [(part[3] if len(part) > 3 else "", number) for part in parts if (number := part[0].strip())]


def lines_called(names: Iterable[str], window: bytes, start: int, marks: Marks) -> list[str]:
    """The lines of the segments with these names, as text, the first four hundred of them."""
    found, _ = _beginnings(window, names, marks.field.encode(), start)
    return [_line(window, at) for at in found]


def _beginnings(window: bytes, called: Iterable[str], separator: bytes, start: int) -> tuple[list[int], bool]:
    """Where the lines of these segments begin, those that end in CR first; and whether there are more of them, or may be."""
    found, is_cut = list[int](), False
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
