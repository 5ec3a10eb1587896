"""A message that tells of changed particulars or of two numbers that are one patient (ADT)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mdo_portal.exchange import PatientChange, Profile, Unreadable

from .er7 import Message
from .numbers import numbers
from .people import patient
from .segment import Segment
from .values import moment


def change(message: Message, pid: Segment, profile: Profile, *, merge: bool) -> PatientChange:
    """The change in `message`. Raises Unreadable: no_patient, broken when a merge does not say what is merged."""
    previous = tuple(number[:2] for segment in message.all("MRG") for number in numbers(segment, 1))
    if merge and not previous:
        raise Unreadable("broken", "MRG-1")
    return PatientChange(
        patient=patient(pid, profile),
        event=message.get("MSH-9-2"),
        previous_numbers=previous,
        sent_at=moment(message.get("MSH-7-1"), ZoneInfo(profile["timezone"])),
    )
