"""On which side something is, where that stands in a resource of its own: zib2024 points from `bodySite` at a BodyStructure.

Said at the thing itself: of two tumours of one organ nobody could tell which is left, and of one whose BodyStructure was not sent nothing
said it at all.
"""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.text.values import Node, concept, node, nodes, text

_POINTS = ("/bodySite", "/body-site-instance")
"""Extensions of R4 and of STU3."""


def with_sides(where: Addresses) -> Addresses:
    """The same entries; each place in the body with the qualifiers of the part of the body that it points at."""
    changed = {one.place: sided for one in where.entries if one.resource.get("bodySite") and (sided := _sided(one, where)) != one}
    return Addresses(changed.get(one.place, one) for one in where.entries) if changed else where


def _sided(entry: Entry, where: Addresses) -> Entry:
    sent = entry.resource["bodySite"]
    sites = [_site(one, entry, where) for one in nodes(sent)]
    return (
        replace(entry, resource=entry.resource | {"bodySite": sites if isinstance(sent, list) else sites[0]}) if sites else entry
    )


def _is_of_the_same(part: Entry, entry: Entry, where: Addresses) -> bool:
    """Whether it is a part of the body, and of whom the thing is about."""
    if part.kind not in ("BodyStructure", "BodySite"):
        return False
    own, other = entry.resource.get("subject") or entry.resource.get("patient"), part.resource.get("patient")
    ours, theirs = where.resolve(own, entry), where.resolve(other, part)
    return not other or own == other or (ours is not None and ours is theirs)


def _site(site: Node, entry: Entry, where: Addresses) -> Node:
    """With what the part of the body says beside its name; with that name where it has none itself."""
    own = nodes(site.get("extension"))
    pointers = [node(one.get("valueReference")) for one in own if text(one.get("url")).endswith(_POINTS)]
    for pointer in pointers:
        found = where.resolve(pointer, entry)
        there = found.resource if found is not None and _is_of_the_same(found, entry, where) else {}
        named = concept(there.get("location") or there.get("code")) or text(there.get("description"))
        sides = [*nodes(there.get("locationQualifier")), *nodes(there.get("qualifier"))]
        if not there and text(pointer.get("display")):
            sides = [{"text": text(pointer["display"])}]
        own = [*own, *({"url": "side", "valueCodeableConcept": one} for one in sides)]
        site = site | ({"text": named} if named and not concept(site) else {}) | {"extension": own}
    return site
