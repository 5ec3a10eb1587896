"""Values with parts, several of one name in a message: which part is of which.

The parts of a panel stand in one column of the case page, without the panel: the gene of one variant and the change of another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.moments import day, first_of, moment, worn_here
from integrations.fhir.text.values import Node, codings, concept, node, nodes, text

_DATES = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")


def panels(entries: Iterable[Entry]) -> dict[str, tuple[str, str]]:
    """place → (the words that tell a panel from another of its name and day, the name of the part that says them, or "")."""
    groups: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        own = entry.resource
        if entry.kind == "Observation" and own.get("component"):
            name = next((code for _, code in codings(own.get("code"))), "") or concept(own.get("code"))
            groups[name, str(day(first_of(own, *_DATES)))].append(entry)
    found: dict[str, tuple[str, str]] = {}
    for many in groups.values():
        if len(many) > 1:
            part, words = _telling(many)
            found |= {entry.place: (said, part) for entry, said in zip(many, words, strict=True)}
    return _by_name([many[0] for many in groups.values()]) | found


def _by_name(panels: Sequence[Entry]) -> dict[str, tuple[str, str]]:
    """Of panels of several names with a part of one name (the T of a clinical and of a pathological stage): the panel itself."""
    holders: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for entry in panels:
        for part in nodes(entry.resource.get("component")):
            holders[concept(part.get("code"))][entry.place] = concept(entry.resource.get("code"))
    shared = [many for name, many in holders.items() if name and len(set(many.values())) > 1]
    return {place: (panel, "") for many in shared for place, panel in many.items() if panel}


def _telling(many: Sequence[Entry]) -> tuple[str, list[str]]:
    """The first coded part of which every panel has another value; else their hours, else their order."""
    coded = [_coded(entry.resource) for entry in many]
    for name in coded[0]:
        words = [one.get(name, "") for one in coded]
        if all(words) and len(set(words)) == len(words):
            return name, words
    moments = [moment(first_of(entry.resource, *_DATES)) for entry in many]
    hours = [worn_here(one).strftime("%Y-%m-%d %H:%M") for one in moments if one]
    if len(set(hours)) == len(many):
        return "", hours
    return "", [str(number) for number in range(1, len(many) + 1)]


def _coded(own: Node) -> dict[str, str]:
    """Of every part with a code for a value: its name and those words."""
    parts = nodes(own.get("component"))
    said = (
        (concept(one.get("code")), concept(one.get("valueCodeableConcept")))
        for one in parts
        if node(one.get("valueCodeableConcept"))
    )
    return {text(name): words for name, words in said if name and words}
