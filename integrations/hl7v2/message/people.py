"""The patient of a message, with names and numbers. Who is around: professionals.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

from integrations.days import day_first
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.message.surnames import PREFIX, is_prefix, prefix_aside, surname, with_prefix
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.given import given_names
from integrations.hl7v2.text.numbers import BSN_DIGITS, Number, is_possible_bsn, numbers, ungrouped
from integrations.hl7v2.text.segment import Repetition, Segment
from integrations.hl7v2.text.values import day
from mdo_portal.exchange import PatientIdentity, PersonName, Profile, Unreadable

_BEHIND = re.compile(rf"([^\s,]+)(?:,\s?((?i:{PREFIX.pattern}))|\s((?:van|de|den|der|ten|ter)(?: (?:de|den|der))?))")
"""A prefix that stands behind its surname (`Vries, de`); without a comma only a Dutch one in small letters (`Vries de`)."""
YES, _NO = ("Y", "J", "1", "JA", "YES", "TRUE"), ("N", "0", "NEE", "NO", "FALSE")
"""PID-30, a code (table 0136) that some write in full."""
_OTHER_NAMES = frozenset({"M", "A", "N", "S", "BAD"})  # XPN-7 (table 0200): maiden, alias, nickname, pseudonym, not to be used


def the_patient(message: Message) -> Segment:
    """The one PID. Two patients in one frame must never be read as one. Raises Unreadable: no_patient, broken."""
    found = message.all("PID")
    if not found:
        raise Unreadable("no_patient", "PID")
    if len({(pid.as_sent(3), pid.as_sent(5).casefold()) for pid in found}) > 1:
        raise Unreadable("broken", "PID(1)")
    return found[0]


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
        name=_name(pid.repetitions(5)),
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
    """The one patient of a message. Raises Unreadable: no_patient, broken."""
    return patient(received, the_patient(received.message))


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


def _name(names: list[Repetition]) -> PersonName:
    """PID-5: the legal name when marked (`L`), else the first that is none of before. FN.1 is for showing, FN.2-5 are its parts."""
    filled = [name for name in names if name.component(1, 0).strip()]
    present = [name for name in filled if name.component(7).strip() not in _OTHER_NAMES] or filled
    legal = next((name for name in filled if name.component(7).strip() == "L"), present[0] if present else None)
    if legal is None:
        return PersonName()
    family, own_prefix, own, partner_prefix, partner = (_letters(legal.component(1, s)) for s in range(1, 6))
    if not (own_prefix or own or partner) and (behind := _BEHIND.fullmatch(family)):
        own, own_prefix = behind[1], behind[2] or behind[3]
        family = f"{own_prefix} {own}"
    others = _letters(legal.component(3))
    is_before = is_prefix(others) and others.islower() and "." not in others and not (own or own_prefix)  # `Berg^Jan^van der`
    initials, given = given_names(_letters(legal.component(2)), "" if is_before else others)
    if own_prefix == family:  # the surname once more, by who does not know its parts
        own_prefix = ""
    if not (own or own_prefix) and (before := others if is_before else prefix_aside(legal, 1)):
        own_prefix, own = before, _without(before, family)
        family = f"{before} {own}"
    family, own = with_prefix(family, own_prefix, own, partner)
    return PersonName(
        family=family or surname(own_prefix, own, partner_prefix, partner),
        own_prefix=own_prefix,
        own_family=own,
        partner_prefix=partner_prefix,
        partner_family=partner,
        initials=initials,
        given=given,
    )


def _without(prefix: str, family: str) -> str:
    """A surname without its prefix, which some write in both places (`van den Berg^Jan^van den`)."""
    return family[len(prefix) + 1 :] if family.casefold().startswith(f"{prefix} ".casefold()) else family


def _letters(part: str) -> str:
    """A letter and its accent as one sign: some send them apart (NFD), and the same name would be another name."""
    return normalize("NFC", part.strip())
