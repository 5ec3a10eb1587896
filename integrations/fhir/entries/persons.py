"""Whether two records of one message are of one person: by the numbers of who gave them out, and by nothing that is only alike."""

from __future__ import annotations

from typing import Any

from integrations.fhir.entries.addresses import logical
from integrations.fhir.entries.people import identifiers, person_name
from integrations.fhir.text.issuers import BSN
from integrations.fhir.text.values import Node, text


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
