"""Days as people write them: the day first, or the month in words."""

from __future__ import annotations

import re
from datetime import date

from integrations.times import believable_day

_ON = r"\s*(?:(?:ma|di|wo|do|vr|za|zo)[a-z]{0,7}\.?,? +)?"
"""The day of the week before it (`ma 9 maart 2026`)."""
_DAY_FIRST = re.compile(rf"{_ON}(?P<d>\d{{1,2}})(?P<gap>[-/.])(?P<m>\d{{1,2}})(?P=gap)(?P<y>\d{{4}})(?!\d)", re.IGNORECASE)
"""With hyphens or full stops nobody writes the month first; with strokes Americans do, and only a day above twelve tells."""
_MONTHS = 12
_NAMES = (
    "januari jan january januar", "februari feb february februar febr", "maart mrt march mar märz mär", "april apr",
    "mei may mai", "juni jun june", "juli jul july", "augustus aug august", "september sep sept", "oktober okt october oct",
    "november nov", "december dec dezember dez",
)  # fmt: skip
_NUMBERS = {name: n for n, names in enumerate(_NAMES, start=1) for name in names.split()}
_IN_WORDS = re.compile(rf"{_ON}(?P<d>\d{{1,2}})\.?[ -](?P<m>[^\W\d_]{{3,9}})\.?[ -](?P<y>\d{{4}})\s*", re.IGNORECASE)


def written_day(text: str) -> date | None:
    """`31-01-1960`, with whatever stands behind it, or `3 maart 1953`; None for any other, and where nobody can tell the month."""
    if first := _DAY_FIRST.match(text):
        is_doubtful = first["gap"] == "/" and int(first["d"]) <= _MONTHS
        return None if is_doubtful else _day(first["y"], int(first["m"]), first["d"])
    worded = _IN_WORDS.fullmatch(text)
    return _day(worded["y"], _NUMBERS.get(worded["m"].casefold(), 0), worded["d"]) if worded else None


def day_to_come(text: str) -> date | None:
    """`27-11-26`, of what is still to be: of when somebody was born two figures do not tell the year."""
    found = _SHORT.fullmatch(text.strip())
    return _day(f"20{found['y']}", int(found["m"]), found["d"]) if found else None


_SHORT = re.compile(r"(?P<d>\d{1,2})(?P<gap>[-.])(?P<m>\d{1,2})(?P=gap)(?P<y>\d{2})")


def day_first(text: str) -> date | None:
    """`31011960`, where its day is above twelve: as year, month and day it would be none, and nobody can take it for a month."""
    found = _RUN.fullmatch(text.strip())
    return _day(found["y"], int(found["m"]), found["d"]) if found and int(found["d"]) > _MONTHS else None


_RUN = re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>(?:19|20)\d{2})")


def only_day(text: str) -> date | None:
    """The same, where nothing stands behind it."""
    first = _DAY_FIRST.match(text)
    return None if first and text[first.end() :].strip() else written_day(text)


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return believable_day(date(int(year), month, int(day)))
    except ValueError:
        return None
