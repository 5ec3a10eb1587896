"""Good entries from bad ones, each judged alone: one bad resource never costs the message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from integrations.fhir.bundle import Addresses, Entry
from integrations.fhir.facts import FACTS
from integrations.fhir.judge import problem, without_extensions
from integrations.fhir.request import KINDS

HELPERS = {
    "Patient", "Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Medication", "Binary", "MessageHeader", "Location",
}  # fmt: skip
USED = {*FACTS, *HELPERS, *KINDS.values(), "DocumentReference", "QuestionnaireResponse", "CareTeam"} - {
    "MessageHeader",
    "Location",
}


@dataclass(frozen=True)
class Sifted:
    """What may be mapped, what may not and why, and what was read without its extensions."""

    where: Addresses
    refused: dict[str, str]  # place → reason
    stripped: tuple[str, ...]


def sift(entries: Iterable[Entry], version: str) -> Sifted:
    """Judge the entries whose kind we use; the others pass unread, they are only named afterwards."""
    good: list[Entry] = []
    refused: dict[str, str] = {}
    stripped: list[str] = []
    for entry in entries:
        kept, reason = _judged(entry, version) if entry.kind in USED else (entry, "")
        if kept is None:
            refused[entry.place] = reason
            continue
        good.append(kept)
        if reason:
            stripped.append(f"{entry.place} extensions")
    where = Addresses(good)
    refused |= {entry.place: "its address is claimed twice" for entry in where.claimed_twice}
    return Sifted(where, refused, tuple(stripped))


def _judged(entry: Entry, version: str) -> tuple[Entry | None, str]:
    """(the entry, "") when good, (the entry without extensions, why) when only those were refused, else (None, why)."""
    if entry.resource.get("modifierExtension"):
        return None, "modifierExtension not understood"  # FHIR: may turn the meaning round, so never read past it
    reason = problem(entry.resource, version)
    if not reason:
        return entry, ""
    bare = without_extensions(entry.resource)
    if problem(bare, version):
        return None, reason
    return replace(entry, resource=bare), reason
