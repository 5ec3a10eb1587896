"""Where a profile says something stands: terser paths, and the few named functions for what a path can't say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mdo_portal.exchange import Contact, Incoming, IncomingNotice, IncomingReceipt, PatientLink, PatientMerge, Profile

from .er7 import Message
from .items import Item, items
from .numbers import numbers
from .people import professional, provider
from .pieces import joined
from .values import day, label


@dataclass(frozen=True)
class Reading:
    """One message under one profile."""

    message: Message
    profile: Profile
    items: Sequence[Item]

    @classmethod
    def of(cls, message: Message, profile: Profile) -> Reading:
        """Walk the message once."""
        return cls(message, profile, joined(items(message)))

    def professional(self, place: str) -> Contact | None:
        """The person at an XCN place such as `AIP-3`."""
        return professional(self.message, place)

    @cached_property
    def answers(self) -> Mapping[str, Sequence[Item]]:
        """The OBX lines that answer each of the profile's labels."""
        found: defaultdict[str, list[Item]] = defaultdict(list)
        for item in self.items:
            if item.segment.name == "OBX":
                found[asked(item, self.profile)].append(item)
        return found


def first(reading: Reading, places: Iterable[str]) -> str:
    """The value at the first place that has one."""
    return found(reading, places)[0]


def found(reading: Reading, places: Iterable[str]) -> tuple[str, str]:
    """(value, place) of the first place that has a value."""
    return next(((value, place) for place in places if (value := value_at(reading, place))), ("", ""))


def value_at(reading: Reading, place: str) -> str:
    """The value at a path or of a named function (`@notes OBR`)."""
    if not place.startswith("@"):
        return reading.message.get(place)
    name, _, argument = place[1:].partition(" ")
    return _NAMED[name](reading, argument)


def placed(read: Incoming, message: Message, profile: Profile) -> Incoming:
    """What was read, with the patient's numbers and birth date from the profile's own places where those have a value."""
    if isinstance(read, PatientMerge | PatientLink | IncomingNotice | IncomingReceipt):
        return read
    about = {name: found_in(message, profile["patient"][name])[0] for name in ("bsn", "local_number", "birth_on")}
    over: dict[str, Any] = {name: value.strip() for name, value in about.items() if value.strip() and name != "birth_on"}
    over["birth_on"] = day(about["birth_on"]) or read.patient.birth_on
    taken = {over.get("bsn"), over.get("local_number")}
    others = tuple(number for number in read.patient.other_numbers if number[1] not in taken)
    return replace(read, patient=replace(read.patient, **over, other_numbers=others))


def found_in(message: Message, places: Iterable[str]) -> tuple[str, str]:
    """(value, place) of the first plain path that has a value."""
    return next(((value, place) for place in places if not place.startswith("@") and (value := message.get(place))), ("", ""))


def asked(item: Item, profile: Profile) -> str:
    """Which of the profile's labels an OBX answers: `board`, `radiology`, …; "" when none."""
    code, words = item.segment.component(3).casefold(), label(item.segment).casefold()
    for name, rule in profile["labels"].items():
        coded = code in (one.casefold() for one in rule["codes"])
        if coded or any(word.casefold() in words for word in rule["words"]):
            return str(name)
    return ""


def _labelled(reading: Reading, name: str) -> str:
    texts = (item.text for item in reading.answers.get(name, ()))
    return "\n".join(dict.fromkeys(filter(None, texts)))


def _notes(reading: Reading, name: str) -> str:
    return "\n".join(text for item in reading.items if item.segment.name == name for text in item.notes)


def _provider(reading: Reading, role: str) -> str:
    contact = provider(reading.message, role)
    return (contact.organisation or contact.name) if contact else ""


def _number(reading: Reading, kind: str) -> str:
    """The number of this type in PID-3: the referral's own number, as ZorgDomein sends it (`VN`)."""
    return next((one[1] for pid in reading.message.all("PID") for one in numbers(pid, 3) if one[2] == kind), "")


_NAMED: dict[str, Callable[[Reading, str], str]] = {"label": _labelled, "notes": _notes, "number": _number, "provider": _provider}
