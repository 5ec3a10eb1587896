"""What happened or is expected, and stands on the case as its sender says it: no risk, grade or date is worked out here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from integrations.fhir.entries.beside import unsent
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.headings import marked
from integrations.fhir.entries.professionals import by_whom
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, because, fact, intended, noted, status, until
from integrations.fhir.resources.planned import appointment, episode, group, meant, study, wanted
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import first_of, local_day
from integrations.fhir.text.values import Node, concept, concepts, joined, node, nodes, notes, text, unique
from mdo_portal.exchange import Section

Words = Iterator[str]


def _risk(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    yield concept(own.get("code"))
    yield concept(own.get("method"))
    yield unsent(own.get("condition"), entry, reading)
    for one in nodes(own.get("prediction")):
        chance, when = answer_text(one, "probability"), answer_text(one, "when")
        said = (concept(one.get("qualitativeRisk")), chance, when, text(one.get("rationale")))
        yield joined(concept(one.get("outcome")), joined(*said, by=", "), by=": ")
    yield text(own.get("mitigation"))
    yield by_whom(own.get("performer"), entry, reading)
    yield text(own.get("comment"))  # STU3


def _adverse(entry: Entry, reading: Reading) -> Words:
    """R4 and, with other names for the same, STU3."""
    own = entry.resource
    yield concept(own.get("event") or own.get("type"))
    yield text(own.get("description"))
    yield from (concept(own.get(name)) for name in ("seriousness", "severity", "outcome"))
    yield joined(*unique(_suspected(one, entry, reading) for one in nodes(own.get("suspectEntity"))), by=", ")
    for came_of_it in (own.get("resultingCondition"), own.get("reaction")):  # in R4, in STU3
        yield unsent(came_of_it, entry, reading)


def _suspected(one: Node, entry: Entry, reading: Reading) -> str:
    """`Pembrolizumab (waarschijnlijk)`: what may have caused it, and how sure that is; STU3 has that one step higher."""
    coded = [*(each.get("assessment") for each in nodes(one.get("causality"))), one.get("causalityAssessment")]
    how_sure = joined(*unique(map(concept, coded)), by=", ")
    named = meant(one.get("instance"), entry, reading)
    return joined(named, f"({how_sure})" if named and how_sure else how_sure, by=" ")


def _issue(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    yield concept(own.get("code") or own.get("category"))
    yield from (text(own.get(name)) for name in ("detail", "severity"))
    yield joined(*unique(meant(one, entry, reading) for one in nodes(own.get("implicated"))), by=", ")
    yield concepts(*(one.get("action") for one in nodes(own.get("mitigation"))))


_KINDS: dict[str, tuple[str, Callable[[Entry, Reading], Words]]] = {
    "RiskAssessment": ("risk", _risk),
    "AdverseEvent": ("adverse", _adverse),
    "DetectedIssue": ("flag", _issue),
    "Appointment": ("appointment", appointment),
    "EpisodeOfCare": ("episode", episode),
    "ResearchSubject": ("study_of", study),
    "RequestGroup": ("asked", group),
    "DeviceRequest": ("asked", wanted),
}
"""Kind → its label in the profile, and what it says."""
_DATES = (
    "occurrenceDateTime", "occurrencePeriod", "date", "identifiedDateTime", "identifiedPeriod", "start", "period", "authoredOn",
)  # fmt: skip
_IN_FORCE = {"booked", "actual", "in-progress"}


def _happened(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    label, says = _KINDS[entry.kind]
    words = joined(*unique(says(entry, reading)))
    if not words:
        return noted(Section.OTHER, entry, reading, first_of(own, *_DATES))
    dated, ended = first_of(own, *_DATES), local_day(text(node(own.get("period")).get("end")))
    states = [value for name in ("actuality", "status") if (value := text(own.get(name))) not in _IN_FORCE]
    why = joined(because(own), concept(own.get("cancelationReason")), by=", ")
    words = joined(words, until(ended, reading), status(reading, *states), intended(own, reading), by=" ")
    section = reading.profile.section(own.get("code"), own.get("category")) or Section.OTHER
    said = fact(section, joined(words, why), own.get("code"), label=reading.profile.label(label), dated=dated)
    return (*said, *noted(section, entry, reading, dated)) if notes(own.get("note")) else said


def _item(one: Node, entry: Entry, reading: Reading) -> str:
    """`Metformine (verwijderd)`: what came along too, when the list says of it that it is gone or marks it."""
    said = marked(one, reading.profile)
    sent = reading.where.resolve(one.get("item"), entry)
    own = sent.resource if sent else {}
    named = text(node(one.get("item")).get("display"))
    drug = reading.where.resolve(own.get("medicationReference"), sent) if sent else None
    code = drug.resource.get("code") if drug else own.get("code") or own.get("medicationCodeableConcept")
    words = named or concept(code) if said or sent is None else ""
    return f"{words} ({said})" if words and said else words


def _listed(entry: Entry, reading: Reading) -> Facts:
    """What a list names and does not send; what it sends stands on the case by itself, unless the list says more of it."""
    own = entry.resource
    words = joined(*(_item(one, entry, reading) for one in nodes(own.get("entry")))) or (
        "" if nodes(own.get("entry")) else reading.profile.why_none(own.get("emptyReason"))
    )
    section = reading.profile.section(own.get("code")) or Section.OTHER
    dated = first_of(own, "date")
    title = text(own.get("title")) or concept(own.get("code"))
    state = "" if own.get("status") == "current" else status(reading, own.get("status"))
    told = fact(section, joined(words, state, by=" ") if words else "", label=title, dated=dated)
    return (*told, *noted(section, entry, reading, dated)) if notes(own.get("note")) else told


HAPPENED: dict[str, Callable[[Entry, Reading], Facts]] = {**dict.fromkeys(_KINDS, _happened), "List": _listed}
