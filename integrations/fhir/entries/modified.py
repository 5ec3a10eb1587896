"""modifierExtension: FHIR forbids to read past one that is not understood, for it may turn the meaning round.

Understood are whether a treatment is permitted, or what is said of it instead (zib-TreatmentDirective of 2017 and 2020), and that a drug
was stopped: they are shown beside it.

The smallest part that can go without changing what is said goes, and is named: a resource that is contained, an element on which
nothing hangs (the address of a patient), else the whole resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.fhir.entries.bundle import MODIFIER as NAME
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.mend import HARMLESS
from integrations.fhir.text.values import Node, concept, names_in, nodes, text

WHY = f"{NAME} not understood"


@dataclass(frozen=True)
class Plain:
    """What is left of an entry; None when it may not be read. `refused`: place → why, of it and of what is contained in it."""

    entry: Entry | None
    refused: dict[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()  # elements that were left out
    gone: frozenset[int] = frozenset()  # which of the contained resources
    is_turned: bool = False  # an extension of it turns its meaning round: it may not be read without its extensions

    def emptied(self, kept: Entry) -> Entry:
        """The judged entry without the contained resources that may not be read. Their places stay: the others keep their number."""
        inside = kept.resource.get("contained") if self.gone else None
        if not isinstance(inside, list):
            return kept
        rest = [{} if number in self.gone else one for number, one in enumerate(nodes(inside))]
        return replace(kept, resource=kept.resource | {"contained": rest})


def may_be_modified(entries: Sequence[Entry]) -> bool:
    """Whether one stands anywhere in a message: one look at all of it, for nearly none has one."""
    return any(one.is_modified for one in entries) or NAME in names_in([one.resource for one in entries])


def without_modified(entry: Entry) -> Plain:
    """The entry without what stands under a modifierExtension."""
    if entry.is_modified:
        return Plain(None, {entry.place: WHY})
    if not _has(entry.resource):  # as of nearly all
        return Plain(entry)
    if told := _permitted(entry):
        return replace(without_modified(told), is_turned=True)
    own = entry.resource
    inside = nodes(own.get("contained"))
    held = ((name, value) for name, value in own.items() if type(value) in _HOLDING or name == NAME)
    wrong = [name for name, value in held if name != "contained" and (value if name == NAME else _has(value))]
    gone = frozenset(number for number, one in enumerate(inside) if _has(one))
    refused = {f"{entry.place}#{text(inside[number].get('resourceType'))[:64]}/{number}": WHY for number in gone}
    if any(name.removeprefix("_") not in HARMLESS for name in wrong):
        return Plain(None, {entry.place: WHY})
    if not wrong:
        return Plain(entry, refused, gone=gone)
    rest = {name: value for name, value in own.items() if name not in wrong}
    return Plain(replace(entry, resource=rest), refused, tuple(f"{name} {NAME}" for name in sorted(wrong)), gone)


_UNDERSTOOD = {
    "Consent": (
        "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-TreatmentPermitted",
        "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther",
    ),
    "MedicationRequest": (
        "http://nictiz.nl/fhir/StructureDefinition/zib-Medication-StopType",
        "http://nictiz.nl/fhir/StructureDefinition/ext-StopType",
    ),
    "MedicationStatement": (
        "http://nictiz.nl/fhir/StructureDefinition/zib-Medication-StopType",
        "http://nictiz.nl/fhir/StructureDefinition/ext-StopType",
    ),
}
"""What is shown in words among the extensions: whether a treatment is permitted, and that a drug was stopped."""


def _permitted(entry: Entry) -> Entry | None:
    """The entry with the one word of `_UNDERSTOOD` among its extensions; None when it says something else, or nothing."""
    known = _UNDERSTOOD.get(entry.kind, ())
    said = nodes(entry.resource.get(NAME)) if known else []
    if len(said) != 1 or text(said[0].get("url")) not in known or not _words(said[0]):
        return None
    rest = {name: value for name, value in entry.resource.items() if name != NAME}
    return replace(entry, resource=rest | {"extension": [*nodes(rest.get("extension")), *said]})


def _words(one: Node) -> str:
    return concept(one.get("valueCodeableConcept")) or text(one.get("valueString"))


def _has(value: Any) -> bool:
    """Whether there is one anywhere in it. Every message is looked through: no call for a value, most of which are words."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            if one.get(NAME):
                return True
            one = one.values()
        waiting += [each for each in one if type(each) in _HOLDING]
    return False


_HOLDING = (dict, list)
