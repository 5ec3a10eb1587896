"""The small building blocks of resources, and the list that gives every resource its place in the bundle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

Node = dict[str, Any]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
AGB = "http://fhir.nl/fhir/NamingSystem/agb-z"
URA = "http://fhir.nl/fhir/NamingSystem/ura"


@dataclass
class Sheaf:
    """The resources of one bundle in order; adding one gives the reference to it."""

    root: UUID
    version: str  # "R4" or "STU3"
    resources: list[tuple[str, Node]] = field(default_factory=list)

    @property
    def is_r4(self) -> bool:
        return self.version == "R4"

    def add(self, resource: Node) -> Node:
        """Put it in; the reference has only the address."""
        address = uuid5(self.root, f"{resource['resourceType']}/{len(self.resources)}").urn
        self.resources.append((address, without_empty(resource)))
        return {"reference": address}


def without_empty(value: Any) -> Any:
    """FHIR knows no empty strings, lists or objects."""
    if isinstance(value, dict):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return [item for item in map(without_empty, value) if item not in ("", [], {})]  # null keeps `_given` beside `given`
    return value


def coded(text: str, code: str = "", system: str = "", display: str = "") -> Node:
    """A CodeableConcept with words, and a code when there is one."""
    return {"coding": [{"system": system, "code": code, "display": display}] if code else [], "text": text}


def v2_table(number: str, code: str, *, is_r4: bool) -> Node:
    """A code of an HL7 v2 table; R4 moved the addresses."""
    base = "http://terminology.hl7.org/CodeSystem/v2-" if is_r4 else "http://hl7.org/fhir/v2/"
    return {"coding": [{"system": f"{base}{number}", "code": code}]}
