"""What a patient carries, where the device itself says whose it is."""

from __future__ import annotations

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, because, fact, noted, status
from integrations.fhir.text.values import concept, joined, nodes, text
from mdo_portal.exchange import Section


def implant(entry: Entry, reading: Reading) -> Facts:
    """A device that says itself whose it is (US Core, IPS), where no statement of its use tells of it."""
    own = entry.resource
    uses = (one for one in reading.where.every() if one.kind == "DeviceUseStatement")
    if not own.get("patient") or any(reading.where.resolve(one.resource.get("device"), one) == entry for one in uses):
        return ()
    kind = concept(own.get("type"))
    names = [text(one.get("name")) for one in nodes(own.get("deviceName"))]
    safety = map(concept, nodes(own.get("safety")))  # whether it may go into an MRI
    words = joined(*dict.fromkeys(filter(None, (kind, *names, text(own.get("model")), *safety, because(own)))))
    shown = joined(words, status(reading, own.get("status")), by=" ") if words else ""
    said = fact(Section.OTHER, shown, own.get("type"), label=reading.profile.label("device"))
    return (*said, *noted(Section.OTHER, entry, reading, "", kind or words))
