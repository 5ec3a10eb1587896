"""Days as people write them in a form or a letter, where FHIR has no element for them."""

from __future__ import annotations

import re
from datetime import date

from integrations.fhir.values import day

_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})(?P<gap>[-/.])(?P<m>\d{1,2})(?P=gap)(?P<y>\d{4})")
"""With hyphens or full stops nobody writes the month first; with strokes Americans do, and only a day above twelve tells."""
_MONTHS = 12


def written_day(said: str) -> date | None:
    """`2026-12-01` or `1-12-2026`; None for any other words."""
    found = _DAY_FIRST.fullmatch(said.strip())
    if not found:
        return day(said)
    is_doubtful = found["gap"] == "/" and int(found["d"]) <= _MONTHS
    return None if is_doubtful else day(f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}")
