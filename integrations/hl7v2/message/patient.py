"""The patient of a message: which number is whose, and whether somebody died. What people are called: names.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from integrations.bsn import is_possible_bsn
from integrations.days import day_first
from integrations.hl7v2.message.names import patient_name
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.numbers import BSN_DIGITS, Number, numbers, ungrouped
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import PatientIdentity, Profile, Unreadable

YES, _NO = ("Y", "J", "1", "JA", "YES", "TRUE"), ("N", "0", "NEE", "NO", "FALSE")
"""PID-30, a code (table 0136) that some write in full."""


def patient(received: Received, pid: Segment) -> PatientIdentity:
    """The patient of a PID segment. Raises Unreadable("no_patient") when it has neither number nor name."""
    rules, sent_on = received.profile["patient"], received.sent_on
    bsn, others = _split_bsn(pid, rules)
    local = _local(others, rules, received.sender)
    death = pid.component(30).strip().upper()
    birth_on = day(pid.component(7)) or day_first(pid.component(7))
    is_dead = death in YES or any(_is_day_of_death(pid.component(n), birth_on, sent_on) for n in (29, 30))  # 30: one field late
    found = PatientIdentity(
        local_number=local.number,
        local_authority=local.authority,
        bsn=bsn,
        name=patient_name(pid.repetitions(5)),
        birth_on=birth_on,
        sex=rules["sex"].get(pid.component(8).strip().upper(), ""),
        deceased=is_dead,
        other_numbers=tuple(dict.fromkeys(one[:2] for one in others if one != local)),
        alive=not is_dead and (death in _NO or pid.is_null(30)),
    )
    if not (found.bsn or found.local_number or found.name.family):
        raise Unreadable("no_patient", "PID")
    return found


def patient_of(received: Received) -> PatientIdentity:
    """The one patient of a message. Two in one frame must never be read as one. Raises Unreadable: no_patient, broken."""
    found = received.message.all("PID")
    if not found:
        raise Unreadable("no_patient", "PID")
    if len({(pid.as_sent(3), pid.as_sent(5).casefold()) for pid in found}) > 1:
        raise Unreadable("broken", "PID(1)")
    return patient(received, found[0])


def _is_day_of_death(said: str, birth_on: date | None, sent_on: date | None) -> bool:
    """Whether it may be the day of a death: not of before the birth, nor still to come, which is how systems write *never*."""
    on = day(said)
    is_past = on is not None and (sent_on is None or on <= sent_on + _OF_CLOCKS)
    return on is not None and is_past and (birth_on is None or birth_on < on)


_OF_CLOCKS = timedelta(days=1)
"""So far the clocks and zones of two systems may be apart."""


def _split_bsn(pid: Segment, rules: Mapping[str, Any]) -> tuple[str, list[Number]]:
    """The BSN and all other numbers; PID-2, and then PID-4, count only when PID-3 is empty, as in messages of before 2.3,
    or where a number there says that it is one and PID-3 has none.

    A BSN that comes twice, or a second one, is no other number: it would stand in the clear.
    """
    found = numbers(pid, 3) or numbers(pid, 2) or numbers(pid, 4)
    if not any(is_bsn(one, rules) for one in found):
        found = [*found, *(one for n in (2, 4) for one in numbers(pid, n) if is_bsn(one, rules))]
    bsns = [ungrouped(one.number) for one in lasting_first([one for one in found if is_bsn(one, rules)])]
    others = [one for one in found if not is_bsn(one, rules) and ungrouped(one.number) not in bsns]
    return bsns[0] if bsns else "", others


def has_second_bsn(pid: Segment, profile: Profile) -> bool:
    """Whether PID-3 holds two different ones that have no end: the first counts, a person may look."""
    held = (one for one in numbers(pid, 3) if not one.until and is_bsn(one, profile["patient"]))
    return len({ungrouped(one.number) for one in held}) > 1


def bsns_of(received: Received) -> frozenset[str]:
    """Every number of nine digits that the message gives the patient, wherever it stands in the PID or the profile has it."""
    found = (one.number for pid in received.message.all("PID") for n in (2, 3, 4, 19) for one in numbers(pid, n))
    placed = (received.message.get(place) for place in received.profile["patient"]["bsn"] if not place.startswith("@"))
    return frozenset(filter(is_possible_bsn, (ungrouped(one.strip()) for one in (*found, *placed))))


def is_bsn(one: Number, rules: Mapping[str, Any]) -> bool:
    """Whether a number is a BSN: by who gave it, its name or its OID, or by its type.

    One that a hospital numbers patients with, letters and all, is none. Where another gave it, its type alone makes no longer number
    a BSN: some write the type over from a Dutch example. The ministry gives passports, too (`AB1234567^^^NLMINBIZA^PPN`).
    """
    kind = one.kind.upper()
    if kind in _PAPERS or (kind in rules["local_types"] and _is_lettered(one.number)):
        return False
    if one.is_of(rules["bsn_authorities"]) or (_is_of_country(one, kind) and is_possible_bsn(ungrouped(one.number))):
        return True
    return kind in map(str.upper, rules["bsn_types"]) and not (one.authority and len(ungrouped(one.number)) > BSN_DIGITS)


def _is_of_country(one: Number, kind: str) -> bool:
    """Whether it is a number of the nation (NI, NN, SS, table 0203), as who knows no Dutch types writes a BSN."""
    return kind in ("NI", "NN", "SS") and (one.is_of(_COUNTRY) or (kind == "SS" and not one.authority))


def _is_lettered(number: str) -> bool:
    """Whether there is a letter in a number; a word alone says that there is none."""
    return any(map(str.isalpha, number)) and any(map(str.isdigit, number))


_COUNTRY = ("NLD", "NL")
"""Who gave a number of the nation, as some write it."""
_PAPERS = ("PPN", "DL")
"""Numbers (table 0203) of a passport or a licence."""


def _local(others: list[Number], rules: Mapping[str, Any], sender: str) -> Number:
    """The hospital's own number: by type, best first, and of several hospitals the sender's.

    Else the first that is a number of a person, not of a visit or a referral.
    One that has an end (CX.8) comes after those that have none: it is of before.
    """
    others = lasting_first(others)
    own = [one for one in others if sender and one.authority.casefold() == sender.casefold() and one.kind in rules["local_types"]]
    others = own or others
    for wanted in rules["local_types"]:
        for one in others:
            if one.kind == wanted:
                return one
    return next((one for one in others if one.kind not in rules["other_types"]), Number("", "", "", ""))


def lasting_first(many: list[Number]) -> list[Number]:
    """As sent, those that have an end last."""
    return sorted(many, key=lambda one: bool(one.until)) if any(one.until for one in many) else many
