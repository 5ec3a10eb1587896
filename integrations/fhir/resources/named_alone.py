"""What a resource is called, of which no value is told: it was taken back, or called off."""

from __future__ import annotations

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import status
from integrations.fhir.text.values import codings, concept, day, first_of
from mdo_portal.exchange import Fact, Section


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
