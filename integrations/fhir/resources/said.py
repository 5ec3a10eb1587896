"""All that a resource says, its extensions with it."""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.entries.beside import extended
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import status
from integrations.fhir.resources.facts import FACTS
from integrations.fhir.resources.told import only_narrative
from integrations.fhir.text.moments import day, first_of
from integrations.fhir.text.values import codings, concept, joined, word
from mdo_portal.exchange import Fact, Section

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


def named_alone(entry: Entry) -> tuple[Fact, ...]:
    """What is taken back without its value: its name, its day and its address, and no text."""
    own = entry.resource
    system, code = next(iter(codings(own.get("code"))), ("", ""))
    dated = first_of(
        own, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "performedDateTime", "onsetDateTime", "issued"
    )
    label = concept(own.get("code"))
    return (Fact(Section.OTHER, "", label, day(dated), code, system, entry.known_as),) if label or entry.known_as else ()


def without_value(entry: Entry, reading: Reading) -> Fact:
    """What says no more than its extensions do: its name, its day and whether it holds."""
    own = entry.resource
    section = reading.profile.section(own.get("code"), own.get("category")) or Section.OTHER
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "performedDateTime", "issued")
    return Fact(section, status(reading, own.get("status")), concept(own.get("code")), day(dated))
