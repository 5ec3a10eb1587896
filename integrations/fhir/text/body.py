"""Where in the body, and on which side."""

from __future__ import annotations

import re
from typing import Any

from integrations.fhir.text.values import Node, aside, concept, concepts, joined, node, nodes, text, unique

_CONCEPTS = ("valueCodeableConcept", "valueCoding")


def site(value: Any) -> str:
    """A place in the body with its side (`Mamma (Links)`): a qualifier is an extension of it."""
    if value is None:
        return ""
    own = node(value)
    sides = [concept(one.get(name)) for one in nodes(own.get("extension")) for name in _CONCEPTS if one.get(name)]
    named = concept(value)
    coded = (text(one.get("display")) for one in nodes(own.get("coding")))
    sides += [one for one in coded if one.casefold() in _SIDES and one.casefold() not in named.casefold()]
    sides += _sided(value, named)
    beside = ", ".join(unique(sides))
    return joined(named, aside(beside), by=" ") if named else beside


_SIDES = frozenset(
    {
        "links", "rechts", "beiderzijds", "bilateraal", "left", "right", "bilateral", "beidseits", "beidseitig", "left side", "right side",
    }
)  # fmt: skip


_SIDE = re.compile(
    r"\b(?:left|right|bilateral|links|rechts|linker|rechter|linke[rns]?|rechte[rns]?|beide|beidseitig\w*|gauche|droite?)\b",
    re.IGNORECASE,
)


def called(value: Any) -> str:
    """The words of a code; with those of another code of it that says a side where they say none (`Mammacarcinoom (left breast)`)."""
    words = concept(value)
    sides = _sided(value, words)
    return f"{words} ({', '.join(unique(sides))})" if sides else words


def _sided(value: Any, words: str) -> list[str]:
    own = node(value)
    coded = nodes(own.get("coding"))
    if not coded or (len(coded) == 1 and "text" not in own):
        return []
    said = [one for one in (text(each.get("display")) for each in coded) if one and one != words]
    return [one for one in said if _SIDE.search(one)] if said and not _SIDE.search(words) else []


def part_of_body(own: Node) -> str:
    """`Mamma (Rechts)`: where a part of the body is that is a resource of its own (BodyStructure, in STU3 BodySite)."""
    beside = concepts(own.get("locationQualifier"), own.get("qualifier"))
    words = concept(own.get("location") or own.get("code")) or text(own.get("description"))
    return joined(words, aside(beside), by=" ")


def sites(value: Any) -> str:
    return joined(*map(site, nodes(value)), by=", ")
