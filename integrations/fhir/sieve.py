"""Good entries from bad ones, each judged alone: one bad resource never costs the message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from integrations.fhir.bundle import Addresses, Entry
from integrations.fhir.facts import FACTS
from integrations.fhir.judge import problem, without_extensions
from integrations.fhir.mend import mended
from integrations.fhir.modified import WHY, Plain, without_modified
from integrations.fhir.named import NAMED
from integrations.fhir.request import KINDS
from integrations.fhir.told import TOLD
from integrations.fhir.values import Node, nodes, text

HELPERS = {
    "Patient", "Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Medication", "Binary", "MessageHeader", "Location",
}  # fmt: skip
USED = {
    *FACTS,
    *TOLD,
    *NAMED,
    *HELPERS,
    *KINDS.values(),
    "DocumentReference",
    "QuestionnaireResponse",
    "CareTeam",
    "Composition",
    "Media",
} - {
    "MessageHeader",
    "Location",
}

JUDGED_FOR_MEANING = USED | {"Task"}


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
        plain = without_modified(entry) if entry.kind in JUDGED_FOR_MEANING else Plain(entry)
        refused |= plain.refused
        if plain.entry is None:
            continue
        kept, said = _judged(plain.entry, version) if entry.kind in USED else (plain.entry, ())
        if kept is None or (plain.is_turned and said):
            refused[entry.place] = said[0] if kept is None else WHY
            continue
        kept, said = plain.emptied(kept), (*plain.left, *said)
        good.append(kept)
        stripped += [
            f"{entry.place} {name}" for name in (*said, *(["implicitRules"] if entry.resource.get("implicitRules") else []))
        ]
    where = Addresses(good)
    refused |= {entry.place: "its address is claimed twice" for entry in where.claimed_twice}
    return Sifted(where, refused, tuple(stripped))


def _with(resource: Node, inside: list[Node]) -> Node:
    rest = {name: value for name, value in resource.items() if name != "contained"}
    return rest | ({"contained": inside} if inside else {})


def _judged(entry: Entry, version: str) -> tuple[Entry | None, tuple[str, ...]]:
    """(the entry, what was left out of it to have it read): its extensions when only those were refused; else (None, why)."""
    reason = problem(entry.resource, version)
    if not reason:
        return entry, ()
    if inside := nodes(entry.resource.get("contained")):
        good = [one for one in inside if not problem(one, version)]
        wrong = [text(one.get("resourceType"))[:64] for one in inside if one not in good]
        kept, said = (
            _judged(replace(entry, resource=_with(entry.resource, good)), version)
            if wrong and USED.issuperset(wrong)
            else (None, ())
        )
        if kept is not None:
            return kept, (*said, *(f"contained {kind}" for kind in wrong))
    bare = without_extensions(entry.resource)
    if not problem(bare, version):
        return replace(entry, resource=bare), ("extensions",)
    if made := mended(entry.resource, version):
        return replace(entry, resource=made.resource), made.left
    if made := mended(bare, version):
        return replace(entry, resource=made.resource), ("extensions", *made.left)
    return None, (reason,)
