"""What a patient agreed to, or refuses: what it is about, never without whether that is permitted."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.materials import pointed
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.values import Node, answer_text, concept, joined, nodes, text


def agreed(entry: Entry, reading: Reading) -> Iterator[str]:
    """What it is about, and whether that is permitted or denied: never the one without the other."""
    own = entry.resource
    about = [concept(one) for one in nodes(own.get("category"))]
    yield joined(*about, by=", ")
    more = (
        concept(one.get("valueCodeableConcept"))
        or text(one.get("valueString"))
        or pointed(one.get("valueReference"), entry, reading.where)
        for one in nodes(own.get("extension"))
    )
    yield from (words for words in more if words not in about)
    yield from _provisions(nodes(own.get("provision")), reading)
    yield from _provisions(nodes(own.get("except")), reading, reading.profile.label("exception"))


def _provisions(many: list[Node], reading: Reading, before: str = "") -> Iterator[str]:
    """Each with its exceptions behind it (a provision in a provision; STU3 knows nothing else, and says so `before` it). The gate has
    bounded the depth.
    """
    for one in many:
        said = [*map(concept, nodes(one.get("code"))), *(answer_text(beside) for beside in nodes(one.get("extension")))]
        kind = reading.profile.word("statuses", text(one.get("type"))) or text(one.get("type"))
        kind = f"{before} ({kind})" if before and kind else before or kind
        yield joined(kind, joined(*said, by=", "), by=": ")
        yield from _provisions(nodes(one.get("provision")), reading)
