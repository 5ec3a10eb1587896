"""What people wrote each other about a patient: the words, from whom they are, and whether they could not wait."""

from __future__ import annotations

from integrations.fhir.entries.beside import beside, reasons, unsent
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import by_whom, names_of
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, because, denied, status
from integrations.fhir.text.moments import day, first_of
from integrations.fhir.text.values import Node, concept, concepts, joined, node, nodes, notes, text, word
from mdo_portal.exchange import Fact, Section

NEVER = {"not-done", "stopped", "aborted", "rejected", "failed", "revoked"}
"""It was never told, or must not be."""


def communication(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    parts = nodes(own.get("payload"))
    named = (text(node(one.get("contentReference")).get("display")) for one in parts)
    written = (_written(one, entry, reading) for one in parts)
    pointed = unsent(
        [*nodes(own.get("about")), *nodes(own.get("topic"))], entry, reading
    )  # in STU3 the topic is what it points at
    about, label = joined(concept(own.get("topic")), pointed, by=", "), reading.profile.label("message")
    never = joined(status(reading, own.get("status")) if word(own.get("status")) in NEVER else "", denied(own, reading), by=" ")
    how = joined(never, status(reading, own.get("priority")) if word(own.get("priority")) != "routine" else "", by=" ")
    whose = by_whom(own.get("sender"), entry, reading)
    said = [words for words in (*written, *named, *notes(own.get("note"))) if words] or [_without_words(entry, reading)]
    why = joined(because(own), reasons(entry, reading))
    told = (joined(joined(joined(about, words, by=": "), how, by=" "), why, whose) for words in said if words)
    dated = day(first_of(own, "sent", "received", "authoredOn"))
    return tuple(Fact(Section.OTHER, words, label, dated) for words in told)


def _without_words(entry: Entry, reading: Reading) -> str:
    """Of what is asked for and has no text: of what kind it is, by which way and to whom (`Kopie aan: huisarts A`)."""
    own = entry.resource
    if entry.kind != "CommunicationRequest" or nodes(own.get("payload")):
        return ""
    kinds, ways = (concepts(own.get(name)) for name in ("category", "medium"))
    whom = names_of(own.get("recipient"), entry, reading)
    return joined(kinds, joined(ways, whom, by=", "), by=": ") if kinds else ""


def _written(part: Node, entry: Entry, reading: Reading) -> str:
    """The words of a part of a message, with who wrote it and when, where that stands in its extensions."""
    words = text(part.get("contentString"))
    return joined(words, *beside(part, entry, reading)) if words else ""
