"""Of which material something is: a sample in words, where it was taken, and its number where another reads the same."""

from __future__ import annotations

from typing import Any

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.body import site
from integrations.fhir.text.values import aside, concept, joined, node, nodes, text, unique


def material(entry: Entry, reading: Reading) -> str:
    """In which material it was found, where the message holds several, does not hold this one, or says that it is none to go by."""
    found = []
    for one in nodes(entry.resource.get("specimen")):
        there = reading.where.resolve(one, entry)
        state = text(there.resource.get("status")) if there is not None else ""
        doubt = aside(reading.profile.state(state)) if state in _NONE_TO_GO_BY else ""
        if reading.where.kinds["Specimen"] > 1 or there is None or doubt:
            found.append(joined(pointed(one, entry, reading), doubt, by=" "))
    return joined(*found, by=", ")


_NONE_TO_GO_BY = ("unsatisfactory", "entered-in-error")


def pointed(reference: Any, entry: Entry, reading: Reading, steps: int = 4) -> str:
    """What a reference points at, in its own words; its display when it is not in the message."""
    found = reading.where.resolve(reference, entry)
    if found is None:
        return text(node(reference).get("display"))
    own = found.resource
    words = (concept(own.get("code")) or concept(own.get("type")), taken_from(found, reading, steps))
    return joined(*unique([*words, _number_beside_a_twin(found, reading)]), by=", ")


def _number_beside_a_twin(sample: Entry, reading: Reading) -> str:
    """The number of a material where another is of the same kind and from the same place: two isolates of one urine."""
    if sample.kind != "Specimen" or not any(
        one.place != sample.place and _whence(one) == _whence(sample) for one in reading.where.specimens
    ):
        return ""
    known = text(node(sample.resource.get("accessionIdentifier")).get("value"))
    return known or next((number for _, number in identifiers(sample.resource)), "")


def _whence(sample: Entry) -> tuple[str, Any, Any]:
    own = sample.resource
    return concept(own.get("type")), node(own.get("collection")).get("bodySite"), own.get("parent")


def taken_from(sample: Entry, reading: Reading, steps: int = 4) -> str:
    """Where a sample was taken; of a slide what it was cut from, for a slide of the left and of the right are both called so; else its
    number at the laboratory.
    """
    own = sample.resource
    if place := site(node(own.get("collection")).get("bodySite")):
        return place
    cut_from = [one for one in nodes(own.get("parent")) if steps and reading.where.resolve(one, sample) is not sample]
    parents = unique(pointed(one, sample, reading, steps - 1) for one in cut_from)
    return joined(*parents, by=", ") or text(node(own.get("accessionIdentifier")).get("value"))
