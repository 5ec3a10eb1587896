"""What a profile says of the patient of a message beside PID-3 and PID-7, and what stands there that is none of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from integrations.hl7v2.meaning.places import found_in
from integrations.hl7v2.message.people import has_second_bsn
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.numbers import is_possible_bsn, ungrouped
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import ABOUT_NO_ONE, Incoming, PatientIdentity, Profile


def placed(read: Incoming, message: Message, profile: Profile) -> Incoming:
    """What was read, with the patient's numbers and birth date from the profile's own places where those have a value."""
    if isinstance(read, ABOUT_NO_ONE):
        return read
    about = {name: found_in(message, profile["patient"][name])[0] for name in ("bsn", "local_number", "birth_on")}
    over: dict[str, Any] = {name: value.strip() for name, value in about.items() if value.strip() and name != "birth_on"}
    over["birth_on"] = _born(day(about["birth_on"]) or read.patient.birth_on, message)
    old, place = ("", "") if over.get("bsn") or read.patient.bsn else old_bsn(message, profile)
    if old:
        over["bsn"], read = old, replace(read, unmapped=(*read.unmapped, f"{place}/bsn"))
    if any(has_second_bsn(pid, profile) for pid in message.all("PID")[:1]):
        read = replace(read, unmapped=(*read.unmapped, "PID-3/bsn"))
    if any(pid.component(7).strip() for pid in message.all("PID")[:1]) and not over["birth_on"] and "PID-7" not in read.unmapped:
        read = replace(read, unmapped=(*read.unmapped, "PID-7"))
    if any(pid.component(8).strip().upper() not in ("", *profile["patient"]["sex"]) for pid in message.all("PID")[:1]):
        read = replace(read, unmapped=(*read.unmapped, "PID-8"))
    if unlike := tuple(_unlike(message, read.patient, over)):
        read = replace(read, unmapped=(*read.unmapped, *unlike))
    taken = {over.get("bsn"), over.get("local_number")}
    others = tuple(number for number in read.patient.other_numbers if number[1] not in taken)
    return replace(read, patient=replace(read.patient, **over, other_numbers=others))


def _born(on: date | None, message: Message) -> date | None:
    """A birth date, which is none after the day on which the message was sent: by their clock, which may be a day behind ours."""
    sent_on = day(message.get("MSH-7-1"))
    return None if on and sent_on and on > sent_on + timedelta(days=1) else on


def _unlike(message: Message, patient: PatientIdentity, over: Mapping[str, Any]) -> Iterator[str]:
    """A BSN where numbers stood before 2.3 or 2.4, beside those of PID-3; the name, where the patient has none, one field late."""
    known = {patient.bsn, patient.local_number, over.get("bsn"), *(number for _, number in patient.other_numbers)}
    for pid in message.all("PID")[:1]:
        for n in (2, 4, 19):
            number = ungrouped(pid.component(n).strip())
            if number not in known and is_possible_bsn(number) and _is_ours(message):
                yield f"PID-{n}/bsn"
        if not patient.name.shown and pid.component(6).strip():
            yield "PID-6"


def _is_ours(message: Message) -> bool:
    """Whether a message says no other country (MSH-17)."""
    return message.get("MSH-17-1").strip().upper() in ("", "NLD", "NL", "528")


def old_bsn(message: Message, profile: Profile) -> tuple[str, str]:
    """(BSN, place) from where HL7 before 2.4 had it (`PID-19`), and so have others their own country's number.

    Only nine digits that pass the eleven-test count, and only in a message that says no other country (MSH-17).
    """
    number, place = found_in(message, profile["patient"]["bsn_before"])
    return (number.strip(), place) if is_possible_bsn(number.strip()) and _is_ours(message) else ("", "")
