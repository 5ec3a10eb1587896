"""What a profile says of the patient of a message beside PID-3 and PID-7, and what stands there that is none of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from integrations.bsn import is_possible_bsn
from integrations.hl7v2.meaning.cautions import cautions
from integrations.hl7v2.meaning.places import found_in
from integrations.hl7v2.message.patient import has_second_bsn
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.numbers import ungrouped
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import ABOUT_NO_ONE, Incoming, IncomingReceipt, PatientIdentity


def placed(read: Incoming, received: Received) -> Incoming:
    """What was read, with the patient's numbers and birth date from the profile's own places where those have a value; and beside it, for
    a person, what says that the patient or the message is not what it seems.
    """
    if isinstance(read, IncomingReceipt):
        return read
    if isinstance(read, ABOUT_NO_ONE):
        return replace(read, unmapped=(*read.unmapped, *cautions(received.message)))
    places = received.profile["patient"]
    about = {name: found_in(received.message, places[name])[0] for name in ("bsn", "local_number", "birth_on")}
    over: dict[str, Any] = {name: value.strip() for name, value in about.items() if value.strip() and name != "birth_on"}
    over["birth_on"] = _born(day(about["birth_on"]) or read.patient.birth_on, received.sent_on)
    old, place = ("", "") if over.get("bsn") or read.patient.bsn else old_bsn(received)
    over |= {"bsn": old} if old else {}
    named = (*([f"{place}/bsn"] if old else []), *_unlike(received, read.patient, over), *cautions(received.message))
    taken = {over.get("bsn"), over.get("local_number")}
    others = tuple(number for number in read.patient.other_numbers if number[1] not in taken)
    patient = replace(read.patient, **over, other_numbers=others)
    return replace(
        read, patient=patient, unmapped=(*read.unmapped, *(one for one in named if one != "PID-7" or one not in read.unmapped))
    )


def _born(on: date | None, sent_on: date | None) -> date | None:
    """A birth date, which is none after the day on which the message was sent: by their clock, which may be a day behind ours."""
    return None if on and sent_on and on > sent_on + timedelta(days=1) else on


def _unlike(received: Received, patient: PatientIdentity, over: Mapping[str, Any]) -> Iterator[str]:
    """Where a person may look: a second BSN, a birth date or a sex that is none, a BSN where numbers stood before 2.3 or 2.4 beside those
    of PID-3; the name, where the patient has none, one field late.
    """
    pid = received.message.first("PID")
    if pid is None:
        return
    if has_second_bsn(pid, received.profile):
        yield "PID-3/bsn"
    if pid.component(7).strip() and not over["birth_on"]:
        yield "PID-7"
    if pid.component(8).strip().upper() not in ("", *received.profile["patient"]["sex"]):
        yield "PID-8"
    known = {patient.bsn, patient.local_number, over.get("bsn"), *(number for _, number in patient.other_numbers)}
    for n in (2, 4, 19):
        number = ungrouped(pid.component(n).strip())
        if number not in known and is_possible_bsn(number) and _is_ours(received):
            yield f"PID-{n}/bsn"
    if not patient.name.shown and pid.component(6).strip():
        yield "PID-6"


def _is_ours(received: Received) -> bool:
    """Whether a message says no other country (MSH-17)."""
    return received.message.get("MSH-17-1").strip().upper() in ("", "NLD", "NL", "528")


def old_bsn(received: Received) -> tuple[str, str]:
    """(BSN, place) from where HL7 before 2.4 had it (`PID-19`), and so have others their own country's number.

    Only nine digits that pass the eleven-test count, and only in a message that says no other country (MSH-17).
    """
    number, place = found_in(received.message, received.profile["patient"]["bsn_before"])
    return (number.strip(), place) if is_possible_bsn(number.strip()) and _is_ours(received) else ("", "")
