"""Moments as hurried software writes them, as FHIR wants them: with seconds, and with a zone that has its colon; and days as people do.

Java leaves out seconds that are zero, .NET the zone of a moment that has none, many a format string the colon, databases the T, and who
comes from HL7 v2 all strokes. Nothing is guessed but that a clock without a zone is one of here; what is no moment stays as it was sent.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from integrations.days import only_day
from integrations.fhir.text.moments import HERE

_CLOCK = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{4}(?:\d\d)?(?:[+-]\d{4})?)?")
_WHOLE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_ENDINGS = ("DateTime", "Date", "Time", "Instant", "On")
_NAMES = frozenset(
    {
        "start", "end", "date", "issued", "created", "creation", "indexed", "started", "authored", "sent", "received", "onset", "recorded",
        "time", "dateTime", "dateAsserted", "lastUpdated", "lastModified", "whenHandedOver", "whenPrepared",
    }
)  # fmt: skip
"""Elements that hold a moment and no words."""


def clocked(value: Any, name: str = "") -> Any:
    """The same, each moment in it written out. The gate has bounded the depth."""
    if isinstance(value, dict):
        return {key: clocked(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [clocked(one, name) for one in value]
    is_moment = isinstance(value, str) and (name in _NAMES or name.endswith(_ENDINGS))
    return _written_out(value) if is_moment and not _WHOLE.fullmatch(value) else value


def _written_out(said: str) -> str:
    found = _CLOCK.fullmatch(said)
    if not found:
        compact = _COMPACT.fullmatch(said)
        on = only_day("-".join(reversed(compact.groups()))) if compact else only_day(said)
        return on.isoformat() if on else said
    minute, second, zone = f"{found[1]}T{found[2]}", found[3] or ":00", found[4] or ""
    try:
        at = datetime.fromisoformat(minute + second + zone)
    except ValueError:
        return said
    zone = zone if not zone or zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return minute + second + (zone or at.replace(tzinfo=HERE).strftime("%z")[:3] + ":00")
