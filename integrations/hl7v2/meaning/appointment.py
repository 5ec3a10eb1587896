"""An appointment at the hospital (SIU): which, when, for what, where, with whom, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from integrations.hl7v2.meaning.appointment_times import from_until
from integrations.hl7v2.meaning.contacts import person_at
from integrations.hl7v2.meaning.places import first, found
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.left import left_of
from integrations.hl7v2.message.names import professional_name
from integrations.hl7v2.message.patient import patient_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import DELETED
from integrations.hl7v2.text.er7 import Message, beside
from integrations.hl7v2.text.field_words import first_words
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.status_codes import said
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import Contact, IncomingAppointment, Profile


def appointment(sent: Reading) -> IncomingAppointment:
    """The appointment. Raises Unreadable: no_patient, broken."""
    rules = sent.profile["appointment"]
    reading = Reading(_as_it_is(sent.message), sent.profile)
    starts_at, ends_at = from_until(reading)
    number = first(reading, rules["number"])
    return IncomingAppointment(
        patient=patient_of(reading),
        number=number,
        other_numbers=tuple(one for place in rules["number"] if (one := first(reading, [place])) and one != number),
        state=_state(reading, rules),
        event=reading.event,
        starts_at=starts_at,
        ends_at=ends_at,
        service=_every(reading, [one for one in rules["service"] if not _is_type(first(reading, [one]), one)]),
        place=_place(reading, rules["place"]),
        with_whom=_with_whom(reading, rules),
        reason=_reason(reading, rules),
        note="\n".join(dict.fromkeys(_notes(reading, rules, starts_at))),
        starts_on=None if starts_at else day(first(reading, rules["starts_at"])),
        sent_at=reading.sent_at,
        unmapped=left_of(reading, "appointment"),
    )


def _as_it_is(message: Message) -> Message:
    """Without the services, places and people that go off it (AIS-2 and the same of the others: D), where others of their kind stay."""
    every = {name: list(map(_goes_off, message.all(name))) for name in ("AIS", "AIG", "AIL", "AIP")}
    names = [name for name, off in every.items() if any(off) and not all(off)]
    return message.without(names, _goes_off) if names else message


def _goes_off(segment: Segment) -> bool:
    return said(segment, 2) in DELETED


def _state(reading: Reading, rules: Profile) -> str:
    """What became of it: by the event, else by the filler's status."""
    return str(rules["events"].get(reading.event) or rules["states"].get(_said(reading, rules), "") or "booked")


def _said(reading: Reading, rules: Profile) -> str:
    """The filler's status as its code is written in the standard: `No Show` is `NOSHOW`; else that of all its services (AIS-10)."""
    if own := first(reading, rules["status"]):
        return _code(own)
    each = {_code(one.component(10)) for one in reading.message.all("AIS")}
    code = each.pop() if len(each) == 1 else ""
    return code if code in rules["states"] or code in rules["words"] else ""  # a unit, where the fields stand aside


def _code(status: str) -> str:
    return re.sub(r"[\s_-]", "", status).upper()


def _how_far(reading: Reading, rules: Profile) -> str:
    """What the status says that is none of our states: only waiting, begun, over."""
    code = _said(reading, rules)
    if not code or code in rules["states"]:
        return ""
    own, place = found(reading, [*rules["status"], "AIS-10-1"])
    words = reading.message.get(beside(place)) if beside(place) else ""
    return str(rules["words"].get(code, words or own.strip()))


def _every(reading: Reading, places: list[str]) -> str:
    """The value of the first place that has one; of a segment that comes more than once, that of each."""
    value, place = found(reading, places)
    name, _, rest = place.partition("-")
    many = reading.message.all(name) if rest else []
    if len(many) < 2:
        return value
    return "; ".join(dict.fromkeys(filter(None, (reading.message.get(f"{name}({n})-{rest}") for n in range(len(many))))))


def _is_type(said: str, place: str) -> bool:
    """Whether it says how sure an appointment is (SCH-8, table 0277) or how long it takes, and not for what it is; also a field early."""
    return place.startswith(("SCH-8", "SCH-7")) and (said.strip().upper() in _TYPES or not any(map(str.isalpha, said)))


_TYPES = ("NORMAL", "TENTATIVE", "COMPLETE")


def _place(reading: Reading, places: list[str]) -> str:
    """Where: of a location (PL) the ward, room and bed, and what it is called."""
    place = found(reading, places)[1]
    if not place.startswith(("AIL-3", "PV1-3")):
        return _every(reading, places)
    where = reading.message.repetitions_at(f"{place[:3]}-3")
    said = (", ".join(dict.fromkeys(filter(None, (one.component(c, 0) for c in (1, 2, 3, 9))))) for one in where)
    return "; ".join(dict.fromkeys(filter(None, said)))


def _reason(reading: Reading, rules: Profile) -> str:
    """Why it is: what only says that it is booked is no reason."""
    each = ((first(reading, [place]), place) for place in rules["reason"])
    service = first(reading, rules["service"])
    return next((one for one, place in each if not (_says_nothing(one, rules) or _is_code(one, place, service))), "")


def _is_code(said: str, place: str, service: str) -> bool:
    """Whether it is no more than the code for why (SCH-7, table 0276), or what it is for: who writes words in its place writes a few."""
    return place == "SCH-7-1" and (" " not in said.strip() or said == service)


def _says_nothing(said: str, rules: Profile) -> bool:
    return not said or rules["words"].get(said.strip().upper()) == ""


def _with_whom(reading: Reading, rules: Profile) -> str:
    """Everybody at the first place where somebody is named."""
    each = ("; ".join(dict.fromkeys(filter(None, _people(reading, place)))) for place in rules["with_whom"])
    return next(filter(None, each), "")


def _people(reading: Reading, place: str) -> Iterator[str]:
    if place.startswith("@"):
        who = person_at(reading, place) or Contact()
        yield who.name or who.number
        return
    for one in reading.message.repetitions_at(place):
        yield professional_name(one, 2) if one.component(2, 0) else one.component(1)


def _notes(reading: Reading, rules: Profile, starts_at: datetime | None) -> Iterator[str]:
    """What stands in no field of an appointment, in the words of the sender: why it changed, a day without a time, other means, notes."""
    for segment in reading.message.all("SCH"):
        why = first_words(segment, 6)
        yield from (one for one in (why,) if not _says_nothing(one, rules) and one != _reason(reading, rules))
    yield from filter(None, [_how_far(reading, rules)])
    on = "" if starts_at else first(reading, rules["starts_at"])
    yield from (one for one in (stamp(on),) if one)
    for item in reading.items:
        if item.segment.name == "AIG":
            yield from filter(None, [_means(item.segment)])
        elif item.segment.name == "AIS" and (other := _otherwise(reading, item, rules)):
            yield other
        for text, about in zip(item.notes, item.note_labels, strict=True):
            yield f"{about}: {text}" if about else text
        yield from item.loose_texts


def _means(segment: Segment) -> str:
    """Who or what it is, a person or a room, nobody can tell: as it is called, with its kind."""
    named, kind = (first_words(segment, n) for n in (3, 4))
    return f"{named} ({kind})" if named and kind else named


def _otherwise(reading: Reading, item: Item, rules: Profile) -> str:
    """A part of the appointment that begins at another time than the appointment itself."""
    own, whole = item.segment.component(4), first(reading, rules["starts_at"])
    named = first_words(item.segment, 3)
    return f"{named}: {stamp(own)}" if own and own != whole and stamp(own) else ""
