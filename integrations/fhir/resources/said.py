"""All that a resource says, its extensions with it."""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.entries.beside import extended
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.resources.facts import FACTS
from integrations.fhir.resources.named_alone import without_value
from integrations.fhir.resources.told import only_narrative
from integrations.fhir.text.values import joined, word
from mdo_portal.exchange import Fact

_CORRECTED = {"amended", "corrected"}


def said_by(entry: Entry, reading: Reading) -> tuple[Fact, ...]:
    """All that a resource of one of these kinds says, its extensions with it; corrected when it says that."""
    told = FACTS[entry.kind](entry, reading)
    told = told or (() if entry.resource.get("presentedForm") else only_narrative(entry, reading))
    more = extended(entry, reading)
    if more and not told:
        told = (without_value(entry, reading),)
    if more:
        told = (replace(told[0], text=joined(told[0].text, *more)), *told[1:])
    if heading := reading.headings.get(entry.place):
        told = tuple(map(heading.above, told))
    is_corrected = word(entry.resource.get("status")) in _CORRECTED
    return tuple(replace(one, status="corrected") for one in told) if is_corrected else told
