"""How the headings of a letter are written: who numbers one, sets it between brackets or leaves out the blank does so with the next."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEAD = r"[^\W\d_][\w/()-]*(?: [\w/()-]+){0,2}"
_USUAL = re.compile(rf"{_HEAD}:(?:\s.*)?")
"""A word or three with a colon: where the next paragraph begins."""
_CLOSE = re.compile(rf"{_HEAD}(?<!\d)[\s.]*:(?!//).*")
"""The same with blanks or full stops before the colon, or nothing behind it; `om 10:30 uur` is none."""
_NUMBERED = re.compile(r"(?:\d{1,2}|[A-Za-z])[.)]\s+")
IN_LINE = re.compile(r"(?<=[.;?!)])\s+(?P<head>[A-Z][\w/()-]*(?: [\w/()-]+){0,2}):\s+")
"""A heading behind the end of a sentence, in a text of one line."""
RULE = re.compile(r"[-=_*~]{3,}")
"""A line that is drawn below a heading, or between two paragraphs."""
_DRESSED = {"[": "]", "*": "*", "=": "=", "#": "", "_": "_"}


class Style(NamedTuple):
    """How one heading is written."""

    is_close: bool  #: `Vraagstelling:TNT?`, `Vraagstelling : TNT?`
    is_numbered: bool  #: `2. Vraagstelling:`
    dress: str  #: `[` of `[Vraagstelling]`; "" where it has a colon

    @classmethod
    def of(cls, line: str) -> Style:
        shown = line.strip()
        head, colon, rest = shown.partition(":")
        is_close = bool(colon) and (head[-1:].isspace() or head[-1:] == "." or bool(rest and not rest[0].isspace()))
        return cls(is_close, _NUMBERED.match(shown) is not None, shown[:1] if not colon and shown[:1] in _DRESSED else "")

    def heads(self, line: str) -> bool:
        """Whether a line is a heading of this style, or of the usual one."""
        if self.dress and line.startswith(self.dress) and line.endswith(_DRESSED[self.dress]):
            return True
        shown = undressed(line)
        shown = unnumbered(shown) if self.is_numbered else shown
        return (_CLOSE if self.is_close else _USUAL).fullmatch(shown) is not None


def undressed(line: str) -> str:
    """A line without what stands around it to make it one that heads."""
    return line.strip(" \t\xa0*=#_->\u2022[]|")


def unnumbered(line: str) -> str:
    """`Vraagstelling` of `2. Vraagstelling`."""
    return _NUMBERED.sub("", line, count=1) if _NUMBERED.match(line) else line
