"""The number of a heading (`2.`, `b)`, `IV.`), and which is the next one's."""

from __future__ import annotations

import re

_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){1,2}[.)]?|(\d{1,2}|[A-Za-z]|[IVX]{2,4})[.)])\s+")
"""`2.`, `b)`, `IV.`, and the part of a chapter: `1.1`."""
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def is_numbered(line: str) -> bool:
    """Whether a line begins with a number."""
    return _NUMBERED.match(line) is not None


def unnumbered(line: str) -> str:
    """`Vraagstelling` of `2. Vraagstelling`."""
    return _NUMBERED.sub("", line, count=1) if _NUMBERED.match(line) else line


def number_behind(line: str) -> str:
    """The number of the next chapter (`3` of `2. Vraagstelling`), which no point of what is asked has; "" where there is none."""
    found = _NUMBERED.match(line)
    number = found[1] if found else None
    if not number:
        return ""
    if number.isdecimal():
        return str(int(number) + 1)
    return (*_ROMAN, "")[_ROMAN.index(number) + 1] if number in _ROMAN else chr(ord(number) + 1)
