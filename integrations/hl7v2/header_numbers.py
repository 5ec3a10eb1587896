"""The numbers of patients in a message that nobody parsed: PID-3 and MRG-1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from .marks import Marks
from .numbers import MOST_NUMBERS, numbers
from .segment import Segment

LONGEST_LINE = 65_536


_MOST_PATIENTS = 100


_MOST_LINES = 20_000


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


def numbers_in(window: bytes, start: int, marks: Marks) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for at in islice(_beginnings(window, _NUMBER_FIELDS, marks.field.encode(), start), _MOST_PATIENTS):
        line = _line(window, at)
        parts = line.split(marks.field, 5)
        for field in _NUMBER_FIELDS[line[:3]]:
            text = parts[field] if field < len(parts) else ""
            if told := _told(line, text, field, marks):
                found |= dict.fromkeys(told)
                break
    return tuple(found)


def _told(line: str, text: str, field: int, marks: Marks) -> list[tuple[str, str]]:
    if marks.escape in text or marks.sub in text or '""' in text:
        return [one[:2] for one in numbers(Segment(line, marks), field)]
    return _plain_numbers(text, marks) if text else []


def _plain_numbers(text: str, marks: Marks) -> list[tuple[str, str]]:
    """What `numbers` finds in a field without subcomponents and escapes, as most are."""
    parts = [one.split(marks.component, 4) for one in text.split(marks.repetition, MOST_NUMBERS)]
    return [(part[3] if len(part) > 3 else "", number) for part in parts if (number := part[0].strip())]


def lines_called(names: Iterable[str], window: bytes, start: int, marks: Marks) -> list[str]:
    """The lines of the segments with these names, as text, the first hundred of them."""
    found = _beginnings(window, names, marks.field.encode(), start)
    return [_line(window, at) for at in islice(found, _MOST_PATIENTS)]


def _beginnings(window: bytes, called: Iterable[str], separator: bytes, start: int) -> Iterable[int]:
    """Where the lines of these segments begin, those that end in CR first."""
    by_end = _needles(tuple(called), separator)
    if len(window) < _SMALL:
        return [at for needles in by_end for at in _all(window, needles, start)]
    return (at for needles in by_end for at in _along(window, needles, start))


@lru_cache(maxsize=64)
def _needles(called: tuple[str, ...], separator: bytes) -> tuple[tuple[bytes, ...], ...]:
    """What such a line begins with, the end of the line before it included: behind a CR, and behind a LF."""
    return tuple(tuple(line_end + name.encode() + separator for name in called) for line_end in (b"\r", b"\n"))


def _all(window: bytes, needles: tuple[bytes, ...], start: int) -> list[int]:
    found = []
    for needle in needles:
        at = window.find(needle, start)
        while at >= 0:
            found.append(at + 1)
            at = window.find(needle, at + 1)
    found.sort()
    return found


def _along(window: bytes, needles: tuple[bytes, ...], start: int) -> Iterator[int]:
    """From line to line, because a search for the name would read every document."""
    line_end = needles[0][:1]
    at = window.find(line_end, start)
    for _ in range(_MOST_LINES):
        if at < 0:
            return
        if window.startswith(needles, at):
            yield at + 1
        at = window.find(line_end, at + 1)
