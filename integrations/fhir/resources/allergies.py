"""What a patient does not tolerate: how it shows, how badly, and when it did."""

from __future__ import annotations

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import according
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, fact, noted, status
from integrations.fhir.text.moments import first_of, local_day
from integrations.fhir.text.values import Node, aside, concept, concepts, joined, nodes, notes, text
from mdo_portal.exchange import Section


def allergy(entry: Entry, reading: Reading) -> Facts:
    """What, how it shows and how badly: each reaction with its own severity and words."""
    own = entry.resource
    reactions = [_reaction(one, reading) for one in nodes(own.get("reaction"))]
    risk = reading.profile.under("criticality", reading.profile.state(text(own.get("criticality"))))
    state = status(reading, own.get("verificationStatus"), own.get("clinicalStatus"))
    dated = first_of(own, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate")
    kind = reading.profile.word("statuses", text(own.get("type")))  # what one does not tolerate is no allergy
    named = joined(concept(own.get("code")), joined(*reactions, by=", "), by=": ")
    named = joined(named, aside(kind), by=" ") if named else ""
    last = reading.profile.under("last", local_day(text(own.get("lastOccurrence"))))
    words = joined(joined(named, risk, last), state, by=" ") if named else ""
    words = joined(words, according(entry, reading)) if words else ""
    label = reading.profile.label("allergy")
    return (
        *fact(Section.COMORBIDITY, words, own.get("code"), label=label, dated=dated),
        *noted(Section.COMORBIDITY, entry, reading, dated),
    )


def _reaction(one: Node, reading: Reading) -> str:
    shown = joined(concept(one.get("substance")), concepts(one.get("manifestation")), by=": ")
    severe = text(one.get("severity"))
    when = local_day(text(one.get("onset")))
    words = joined(shown, text(one.get("description")), concept(one.get("exposureRoute")), when, *notes(one.get("note")))
    return joined(words, aside(reading.profile.state(severe)) if words else "", by=" ")
