"""From when until when an appointment is: its moments, or a length; senders put either in several places."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import zip_longest

from integrations.hl7v2.meaning.places import first
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.values import moment
from mdo_portal.exchange import Profile

_UNITS = {"S": 1, "SEC": 1, "M": 60, "MIN": 60, "MINUTE": 60, "MINUTES": 60, "H": 3600, "HR": 3600, "HOUR": 3600}


def from_until(reading: Reading) -> tuple[datetime | None, datetime | None]:
    """When it begins and ends; None where nobody can tell."""
    rules = reading.profile["appointment"]
    starts_at, ends_at = _too_far(reading) or tuple(_moment(reading, rules[at]) for at in ("starts_at", "ends_at"))
    return starts_at, _behind(ends_at, starts_at) or _after(reading, starts_at, rules)


def _moment(reading: Reading, places: list[str]) -> datetime | None:
    return next((found for place in places if (found := moment(first(reading, [place]), reading.zone))), None)


def _too_far(reading: Reading) -> tuple[datetime, datetime] | None:
    """From and until where they stand one component too far (`^^^^from^until`): there the beginning would be the end."""
    starts_at, ends_at = (_moment(reading, [place]) for place in ("SCH-11-5", "SCH-11-6"))
    return (starts_at, ends_at) if starts_at and ends_at and not first(reading, ["SCH-11-4"]) else None


def _behind(ends_at: datetime | None, starts_at: datetime | None) -> datetime | None:
    """The end, unless it is before the beginning: then another place has it of before the appointment was moved."""
    return None if ends_at and starts_at and ends_at <= starts_at else ends_at


def _after(reading: Reading, starts_at: datetime | None, rules: Profile) -> datetime | None:
    """The end by its length, when only that was sent. A length in a unit that nobody here knows ends nowhere."""
    for place, beside in zip_longest(rules["length"], rules["length_unit"][: len(rules["length"])]):
        length, unit = first(reading, [place]), first(reading, [*filter(None, [beside]), *rules["length_unit"]])
        seconds = _UNITS.get(unit.strip().upper() or "MIN")
        if starts_at and seconds and re.fullmatch(r"[0-9]{1,5}", length) and int(length):
            return starts_at + timedelta(seconds=int(length) * seconds)
    return None
