"""Files where the standard has no place for them: in extensions of a resource. What those say in words is told beside the resource."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.resources.documents import Carried, of_attachment
from integrations.fhir.text.values import node, nodes


def of_extensions(entry: Entry, reading: Reading) -> Iterator[Carried]:
    """The attachments that somebody put into extensions of a resource, at whatever depth. The gate has bounded that."""
    waiting = nodes(entry.resource.get("extension"))
    while waiting:
        one = waiting.pop(0)
        if part := node(one.get("valueAttachment")):
            yield of_attachment(entry, part, reading, reading.profile.label("document"))
        waiting = [*nodes(one.get("extension")), *waiting]
