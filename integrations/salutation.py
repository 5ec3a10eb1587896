"""What stands around what a letter says: to whom it is, above that of whom and when; thanks, a greeting and who signs.
The same over every wire.
"""

from __future__ import annotations

import re

from integrations.person_names import is_name

_GREETING = re.compile(
    r"(?:(?:met|m\.?) )?"
    r"(?:(?:vriendelijke|vr\.|hartelijke|collegiale|beste) ?){0,2}(?:groet(?:en)?\b|gr\.(?! ?(?:\d|[IV]+\b))|hoogachting)|"
    r"hoogachtend|mvg\b|m\.v\.g|(?:kind|best|warm) regards|regards,|best wishes|yours |"
    r"mit (?:freundlichen|kollegialen)|hochachtung|cordialement",
    re.IGNORECASE,
)
_THANKS = re.compile(r"(?:(?:alvast|bij voorbaat|veel|hartelijk) )*dank\b", re.IGNORECASE)
_SALUTATION = re.compile(
    r"(?:geachte|beste|waarde) (?:\S+ ){0,3}(?:\S+[,:]|collega\S*|dokter)|"
    r"(?:dear|sehr geehrte[rs]?|liebe[rs]?|cher|chère|chers) [^\n?]{2,40}[,:!]",
    re.IGNORECASE,
)
"""A line with no more than to whom somebody writes."""


def unsigned(text: str) -> tuple[str, str]:
    """(what a letter says, its salutation and all from its greeting on); the whole of what is nothing else."""
    lines = text.split("\n")
    begin = int(_SALUTATION.fullmatch(lines[0].strip()) is not None)
    end = _end(lines, begin)
    said = "\n".join(lines[begin:end]).strip()
    return (said, "\n".join((*lines[:begin], *lines[end:])).strip()) if said else (text, "")


def _end(lines: list[str], begin: int) -> int:
    """Where a letter says goodbye. Thanks are that right before a greeting, or before who signs; a letter may begin with them too."""
    shown = [line.strip() for line in lines]
    last = next((n for n, line in enumerate(shown) if n >= begin and _GREETING.match(line)), len(lines))
    most = _SIGNERS if last == len(lines) else 1
    near = [n for n in range(begin, last) if shown[n]][-1 - most :]
    ends = (n for n in near if _THANKS.match(shown[n]) or (n > begin and _signs(shown[n])))
    return next((n for n in ends if not any(map(_asks, shown[n + 1 : last]))), last)


def _asks(line: str) -> bool:
    """Whether a line goes on with the letter: nobody asks below his name, and points are no place to call at."""
    return line.endswith("?") or _GOES_ON.match(line) is not None


_GOES_ON = re.compile(r"(?:graag|gaarne|verzoeke?|s\.?v\.?p)\b|\d{1,2}[.)]\s|[-*\u2022]\s", re.IGNORECASE)


def _signs(line: str) -> bool:
    """Whether somebody with a title stands on a line and nothing else (`Dr. A. Kok, chirurg`)."""
    return _TITLED.match(line) is not None and is_name(line.partition(",")[0])


_TITLED = re.compile(r"(?:dr|drs|prof)\b", re.IGNORECASE)
_SIGNERS = 5
"""Lines below the thanks of who signs without a greeting: a name, a function, where to call."""


def addressed(text: str) -> str:
    """What a letter says to whom it writes: without what stands above that (of whom it is, when)."""
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines[:_HEAD]) if _SALUTATION.fullmatch(line.strip())), -1)
    return "\n".join(lines[at + 1 :]).strip()


_HEAD = 15
"""Lines that a letter may have above its salutation."""


def says_goodbye(line: str) -> bool:
    """Whether a letter is over with this line. One that asks goes on with it."""
    return not line.rstrip().endswith("?") and (_GREETING.match(line) or _THANKS.match(line)) is not None
