"""What a patient agreed to, or refuses: what it is about, never without whether that is permitted."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.bundle import Entry
from integrations.fhir.reading import Reading
from integrations.fhir.values import Node, answer_text, concept, joined, nodes, text


def agreed(entry: Entry, reading: Reading) -> Iterator[str]:
    """What it is about, and whether that is permitted or denied: never the one without the other."""
    own = entry.resource
    about = [concept(one) for one in nodes(own.get("category"))]
    yield joined(*about, by=", ")
    more = (concept(one.get("valueCodeableConcept")) or text(one.get("valueString")) for one in nodes(own.get("extension")))
    yield from (words for words in more if words not in about)
    yield from _provisions([*nodes(own.get("provision")), *nodes(own.get("except"))])


def _provisions(many: list[Node]) -> Iterator[str]:
    """Each with its exceptions behind it (a provision in a provision). The gate has bounded the depth."""
    for one in many:
        said = [*map(concept, nodes(one.get("code"))), *(answer_text(beside) for beside in nodes(one.get("extension")))]
        yield joined(text(one.get("type")), joined(*said, by=", "), by=": ")
        yield from _provisions(nodes(one.get("provision")))
