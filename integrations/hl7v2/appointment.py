"""An appointment at the hospital (SIU): which, when, for what, where, with whom, and what became of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from mdo_portal.exchange import IncomingAppointment, Profile

from .change import sent_at
from .er7 import Message
from .events import event_of
from .people import patient, the_patient
from .places import Reading, first
from .unplaced import unplaced
from .values import moment

_UNITS = {"S": 1, "SEC": 1, "M": 60, "MIN": 60, "MINUTE": 60, "MINUTES": 60, "H": 3600, "HR": 3600, "HOUR": 3600}


def appointment(message: Message, profile: Profile) -> IncomingAppointment:
    """The appointment in `message`. Raises Unreadable: no_patient, broken."""
    rules = profile["appointment"]
    reading = Reading.of(message, profile)
    event = event_of(message)
    starts_at = _moment(reading, rules["starts_at"], profile)
    number = first(reading, rules["number"])
    return IncomingAppointment(
        patient=patient(the_patient(message), profile),
        number=number,
        other_numbers=tuple(one for place in rules["number"] if (one := first(reading, [place])) and one != number),
        state=_state(reading, event, rules),
        event=event,
        starts_at=starts_at,
        ends_at=_moment(reading, rules["ends_at"], profile) or _after(reading, starts_at, rules),
        service=first(reading, rules["service"]),
        place=first(reading, rules["place"]),
        with_whom=_with_whom(reading, rules),
        reason=first(reading, rules["reason"]),
        sent_at=sent_at(message, profile),
        unmapped=unplaced(message, profile, "appointment"),
    )


def _state(reading: Reading, event: str, rules: Profile) -> str:
    """What became of it: by the event, else by the filler's status."""
    said = rules["states"].get(first(reading, rules["status"]).strip().upper(), "")
    return str(rules["events"].get(event) or said or "booked")


def _moment(reading: Reading, places: list[str], profile: Profile) -> datetime | None:
    zone = ZoneInfo(profile["timezone"])
    return next((found for place in places if (found := moment(first(reading, [place]), zone))), None)


def _after(reading: Reading, starts_at: datetime | None, rules: Profile) -> datetime | None:
    """The end by its length, when only that was sent. A length in a unit that nobody here knows ends nowhere."""
    for place, beside in zip_longest(rules["length"], rules["length_unit"][: len(rules["length"])]):
        length, unit = first(reading, [place]), first(reading, [*filter(None, [beside]), *rules["length_unit"]])
        seconds = _UNITS.get(unit.strip().upper() or "MIN")
        if starts_at and seconds and re.fullmatch(r"[0-9]{1,4}", length) and int(length):
            return starts_at + timedelta(seconds=int(length) * seconds)
    return None


def _with_whom(reading: Reading, rules: Profile) -> str:
    from_people = (reading.professional(place) for place in rules["with_whom"])
    return next((one.name or one.number for one in from_people if one), "")
