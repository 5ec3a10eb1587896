"""Of whom a clinical document (CDA) says that it is, and whether that is somebody else than the patient of the message around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from mdo_portal.exchange import PatientIdentity
from mdo_portal.exchange.surnames import are_unlike

from .bsn import is_possible_bsn
from .cda import MOST, is_cda, letters_in, named, said_in
from .times import believable_day
from .xml_gate import Element

_BSN = "2.16.840.1.113883.2.4.6.3"


@dataclass(frozen=True)
class About:
    """One patient of a document (recordTarget)."""

    bsns: frozenset[str]
    numbers: frozenset[tuple[str, str]]  # (who gave it, number), of the others
    family: str
    birth_on: date | None


def is_of_another(content: bytes, patient: PatientIdentity, bsns: Collection[str] = ()) -> bool:
    """Whether it says that it is of somebody else, or of somebody else too; `bsns`: what else the message says is the patient's."""
    if len(content) > MOST or not is_cda(content):
        return False
    own = {patient.bsn, *bsns} - {""}
    return any(_is_another(one, patient, own) for root in letters_in(content) for one in _about(root))


def _is_another(one: About, patient: PatientIdentity, own: set[str]) -> bool:
    """By the BSN, else by a number of the same issuer; without those a birth date and a name that both differ."""
    if own and one.bsns:
        return own.isdisjoint(one.bsns)
    told = {(_issuer(by), number) for by, number in ((patient.local_authority, patient.local_number), *patient.other_numbers)}
    issuers = {by for by, _ in told} - {""}
    if same := {(by, number) for by, number in one.numbers if by in issuers}:
        return told.isdisjoint(same)
    is_born_apart = bool(one.birth_on and patient.birth_on) and one.birth_on != patient.birth_on
    return is_born_apart and are_unlike(one.family, patient.name.family)


def _about(root: Element) -> Iterator[About]:
    for role in (one for target in named(root, "recordTarget") for one in named(target, "patientRole")):
        given = [(one.attributes.get("root", ""), one.attributes.get("extension", "").strip()) for one in named(role, "id")]
        names = [
            said_in(one)
            for held in named(role, "patient")
            for name in named(held, "name")
            for one in (named(name, "family") or [name])
        ]
        born = (one.attributes.get("value", "") for held in named(role, "patient") for one in named(held, "birthTime"))
        yield About(
            frozenset(number for by, number in given if by == _BSN and is_possible_bsn(number)),
            frozenset((_issuer(by), number) for by, number in given if by != _BSN and number),
            next(iter(names), ""),
            _day(next(born, "")),
        )


def _day(said: str) -> date | None:
    try:
        return believable_day(date.fromisoformat(said[:8])) if re.match(r"\d{8}", said) else None
    except ValueError:
        return None


def _issuer(by: str) -> str:
    return by.strip().upper().removeprefix("URN:OID:")
