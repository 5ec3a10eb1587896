"""A day with its month in words, as people write it: `3 maart 1953`, `03-mrt-1953`."""

from __future__ import annotations

import re
from datetime import date

from integrations.times import believable_day

_NAMES = (
    "januari jan january januar", "februari feb february februar febr", "maart mrt march mar märz mär", "april apr",
    "mei may mai", "juni jun june", "juli jul july", "augustus aug august", "september sep sept", "oktober okt october oct",
    "november nov", "december dec dezember dez",
)  # fmt: skip
_MONTHS = {name: n for n, names in enumerate(_NAMES, start=1) for name in names.split()}
_DAY = re.compile(r"\s*(\d{1,2})\.?[ -]([^\W\d_]{3,9})\.?[ -](\d{4})\s*")


def worded_day(text: str) -> date | None:
    """The day; None when it is none."""
    found = _DAY.fullmatch(text)
    month = _MONTHS.get(found[2].casefold()) if found else None
    if found is None or month is None:
        return None
    try:
        return believable_day(date(int(found[3]), month, int(found[1])))
    except ValueError:
        return None
