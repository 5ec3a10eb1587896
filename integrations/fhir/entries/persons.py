"""Whether two records are of one person: by the numbers of who gave them out, and by nothing that is only alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from integrations.fhir.entries.addresses import logical
from integrations.fhir.entries.people import identifiers, person_name
from integrations.fhir.text.issuers import BSN
from integrations.fhir.text.moments import day
from integrations.fhir.text.values import Node, text
from mdo_portal.exchange import IncomingNotice


def numbers(resource: Node) -> list[tuple[str, str]]:
    """(who gave it out, the number) of every identifier; whichever of its two names the system of a BSN has."""
    return [(BSN[0] if system in BSN else system, value) for system, value in identifiers(resource)]


def is_numbered_otherwise(reference: Any, patient: Node) -> bool:
    """Whether a Reference gives, beside the address, another number than the patient has of the same issuer: nobody knows who is meant."""
    named = logical(reference)
    if not named:
        return False
    own = numbers(patient)
    issuers = {issuer for issuer, _ in own} - {""}
    return any(issuer in issuers and (issuer, value) not in own for issuer, value in numbers({"identifier": named}))


def are_numbered_apart(one: Node, other: Node) -> bool:
    """Whether somebody gave each of them a number, and those differ."""
    ours, theirs = numbers(one), numbers(other)
    both = ({issuer for issuer, _ in ours} & {issuer for issuer, _ in theirs}) - {""}
    return any({pair for pair in ours if pair[0] == issuer}.isdisjoint(theirs) for issuer in both)


def is_same_person(one: Node, other: Node) -> bool:
    """Whether they are the same record, or share a number of one issuer and say nothing else of who it is."""
    if one == other:
        return True
    ours, theirs = set(numbers(one)), set(numbers(other))
    shared = {issuer for issuer, _ in ours & theirs} - {""}
    both = {issuer for issuer, _ in ours} & {issuer for issuer, _ in theirs}
    if not shared or any(issuer not in shared for issuer in both):
        return False
    return _is_alike(text(one.get("birthDate")), text(other.get("birthDate"))) and _is_alike(_surname(one), _surname(other))


def _surname(patient: Node) -> str:
    return person_name(patient.get("name")).family.casefold()


def _is_alike(one: str, other: str) -> bool:
    return not (one and other) or one == other


_BSN = "bsn"


@dataclass(frozen=True)
class _Told:
    """What one source says of who it is: the numbers by who gave them out."""

    numbers: dict[str, set[str]]
    birth_on: date | None

    def differs(self, other: _Told) -> bool:
        """Two numbers of one issuer of which none agrees, or two birth dates. Numbers of different issuers say nothing of each other."""
        both = self.numbers.keys() & other.numbers.keys()
        if any(self.numbers[name].isdisjoint(other.numbers[name]) for name in both):
            return True
        return bool(self.birth_on and other.birth_on and self.birth_on != other.birth_on)

    def names(self, other: _Told) -> bool:
        return any(not self.numbers[name].isdisjoint(other.numbers[name]) for name in self.numbers.keys() & other.numbers.keys())


def is_another(notice: IncomingNotice, patients: Sequence[Node]) -> bool:
    """True when one of the patients contradicts the notice or another of them, or is not shown to be the one announced.

    Shown by a number of the notice, or by one it shares with a patient who is shown by that.
    """
    announced = _told([*notice.numbers, *([(BSN[0], notice.bsn)] if notice.bsn else [])], notice.birth_on)
    found = [_told(identifiers(one), day(one.get("birthDate"))) for one in patients]
    if any(announced.differs(one) for one in found) or any(one.differs(other) for one, other in combinations(found, 2)):
        return True
    shown = [one for one in found if announced.names(one)]
    return bool(announced.numbers) and not (shown and all(any(one.names(sure) for sure in shown) for one in found))


def _told(pairs: Sequence[tuple[str, str]], birth_on: date | None) -> _Told:
    numbers: dict[str, set[str]] = {}
    for system, value in pairs:
        if system:
            numbers.setdefault(_BSN if system in BSN else system, set()).add(value)
    return _Told(numbers, birth_on)
