"""Moments, hours and periods as a person reads them, as far as they were sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from integrations.hl7v2.text.segment import Repetition

_STAMP = re.compile(r"(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})[\d.]*)?)?)?)?(?:[+-]\d{2}(?:\d{2})?)?")


_HERE = ZoneInfo("Europe/Amsterdam")
ENDS_IN_UTC = ("Z", "+0000", "-0000", "+00:00", "-00:00", "+00")
_UTC = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})[T ]?(\d{2}):?(\d{2})(?::?\d{2}(?:[.,]\d+)?)?(?:Z|[+-]00:?00|\+00)")


def worn_here(text: str) -> str:
    """A moment in UTC as the clocks of the Netherlands tell it (`202603021430`); any other text as it was sent.

    UTC tells of no zone, for many systems keep nothing else: the day of such a moment is the day it was here, also of a birth, which
    they keep as its midnight here (`19520309230000+0000` is the tenth). As the reader of FHIR has it.
    """
    if not text.endswith(ENDS_IN_UTC) or (found := _UTC.fullmatch(text)) is None:
        return text
    year, month, day, hour, minute = map(int, found.groups())
    try:
        here = datetime(year, month, day, hour, minute, tzinfo=UTC).astimezone(_HERE)
    except (ValueError, OverflowError):
        return text
    return f"{here.year:04}{here:%m%d%H%M}"


def period(one: Repetition) -> str:
    """`2026-01-01 – 2026-01-31`: from and until, as far as each was sent (DR)."""
    ends = [stamp(one.component(c)) or one.component(c, 0) for c in (1, 2)]
    return " – ".join(ends).strip() if any(ends) else ""


def hour(text: str) -> str:
    """`09:30` of a TM; what is none as it was sent."""
    found = re.fullmatch(r"([01]\d|2[0-3])([0-5]\d)(?:[0-5]\d(?:\.\d+)?)?(?:[+-]\d{4})?", text)
    return f"{found[1]}:{found[2]}" if found else text


def stamp(text: str) -> str:
    """`2026-03-10 14:00`: a moment as far as it was sent; "" when it is none."""
    found = _STAMP.fullmatch(worn_here(text))
    if found is None:
        return ""
    on, hour, minute = "-".join(filter(None, found.groups()[:3])), *found.groups()[3:]
    return " ".join(filter(None, (on, f"{hour}:{minute}" if minute else f"{hour}h" if hour else "")))
