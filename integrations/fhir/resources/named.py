"""Resources that stand on the case under their own words (title or code, status, date): what is planned, agreed, warned of or taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from integrations.fhir.entries.beside import at_place, beside, stated, unsent
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.doses import when_needed
from integrations.fhir.entries.materials import pointed, taken_from
from integrations.fhir.entries.professionals import according, asked_by, by_whom
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.requests import sorted_as
from integrations.fhir.entries.wording import Facts, because, denied, fact, finished, intended, noted, over, status, until
from integrations.fhir.resources.agreed import agreed
from integrations.fhir.resources.happened import HAPPENED
from integrations.fhir.resources.of_patient import relative
from integrations.fhir.text.body import part_of_body, sites
from integrations.fhir.text.choices import answer_text, quantity
from integrations.fhir.text.moments import first_of, local_day
from integrations.fhir.text.timing import timing
from integrations.fhir.text.values import Node, aside, concept, concepts, joined, node, nodes, notes, text, word
from mdo_portal.exchange import Section

_TITLES = ("title", "code", "vaccineCode", "type", "class", "description", "category")
_DATES = (
    "occurrenceDateTime", "occurrencePeriod", "effectivePeriod", "dateTime", "date", "created", "startDate",
    "collectedDateTime", "receivedTime", "authoredOn", "whenUsed", "timingPeriod", "timingDateTime", "recordedOn",
)  # fmt: skip


def _titles(own: Node) -> str:
    """The first of its names that has words: a title, a code (of several all), a description."""
    said = (joined(*(concept(one) for one in _many(own.get(name))), by=", ") for name in _TITLES)
    return next(filter(None, said), "")


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _plan(entry: Entry, reading: Reading) -> Iterator[str]:
    """Of a CarePlan its description and what is to be done, each with its own status, what came of it and how far it is."""
    own = entry.resource
    yield reading.profile.under("about", unsent(own.get("addresses"), entry, reading))
    yield text(own.get("description")) if text(own.get("title")) else ""
    for one in nodes(own.get("activity")):
        detail = node(one.get("detail"))
        drug = joined(concept(detail.get("productCodeableConcept")), quantity(detail.get("dailyAmount")), by=", ")
        words = joined(joined(concept(detail.get("code")), text(detail.get("description")), by=": "), drug)
        named = text(node(one.get("reference")).get("display"))
        when = timing(node(detail.get("scheduledTiming")), reading.profile) or answer_text(detail, "scheduled")
        why = concept(detail.get("statusReason"))
        yield joined(
            words or named,
            when,
            status(reading, detail.get("status")) if words else "",
            denied(detail, reading),
            why,
            by=" ",
        )
        yield joined(*(concept(each) for each in nodes(one.get("outcomeCodeableConcept"))), *notes(one.get("progress")))
        yield unsent(one.get("outcomeReference"), entry, reading)
    yield by_whom(own.get("author"), entry, reading)


def _goal(entry: Entry, reading: Reading) -> Iterator[str]:
    reached = entry.resource.get("achievementStatus")
    yield reading.profile.word("statuses", word(reached)) or concept(reached)
    yield text(entry.resource.get("statusReason"))
    yield concepts(entry.resource.get("outcomeCode"))
    yield unsent(entry.resource.get("outcomeReference"), entry, reading)
    for one in nodes(entry.resource.get("target")):
        yield joined(concept(one.get("measure")), answer_text(one, "detail"), answer_text(one, "due"), by=" ")
    yield according(entry, reading, "expressedBy")


def _contact(entry: Entry, reading: Reading) -> Iterator[str]:
    own = entry.resource
    yield concept(own.get("serviceType"))
    yield concepts(own.get("reasonCode"), own.get("reason"))
    yield unsent([one.get("condition") for one in nodes(own.get("diagnosis"))], entry, reading)
    yield unsent(own.get("reasonReference"), entry, reading)
    yield concept(node(own.get("hospitalization")).get("dischargeDisposition"))
    yield text(node(own.get("serviceProvider")).get("display"))
    yield at_place([one.get("location") for one in nodes(own.get("location"))], entry, reading)
    yield by_whom(own.get("participant"), entry, reading)


def _material(entry: Entry, reading: Reading) -> Iterator[str]:
    yield taken_from(entry, reading)
    yield concept(node(entry.resource.get("collection")).get("method"))
    yield text(node(entry.resource.get("accessionIdentifier")).get("value"))
    yield concepts(entry.resource.get("condition"))


_MORE_ASKED = ("serviceRequested", "orderDetail", "specialty", "performerType")


def _asked(entry: Entry, reading: Reading) -> Iterator[str]:
    own = entry.resource
    yield concepts(*map(own.get, _MORE_ASKED))
    yield joined(*sorted_as(own, reading.profile), by=", ")
    yield joined(answer_text(own, "quantity"), timing(node(own.get("occurrenceTiming")), reading.profile), by=", ")
    yield when_needed(own, reading.profile)
    yield joined(sites(own.get("bodySite")), concepts(own.get("reasonCode")), by=", ")
    yield unsent(own.get("reasonReference"), entry, reading)
    yield text(own.get("patientInstruction"))
    yield asked_by(entry, reading)
    yield status(reading, own.get("priority")) if text(own.get("priority")) != "routine" else ""


def _body(entry: Entry, reading: Reading) -> Iterator[str]:
    own = entry.resource
    yield joined(part_of_body(own), over(own, reading), by=" ")
    yield concept(own.get("morphology"))


def _device(entry: Entry, reading: Reading) -> Iterator[str]:
    own = entry.resource
    used = reading.where.resolve(own.get("device"), entry)
    state = status(reading, used.resource.get("status")) if used and text(own.get("status")) != "completed" else ""
    what = (concept(used.resource.get("type")) if used else "") or text(node(own.get("device")).get("display"))
    yield joined(what, state, by=" ") if what else ""
    why = [concept(one) for name in ("reasonCode", "indication") for one in nodes(own.get(name))]  # R4, STU3
    why += [stated(one, entry, reading) for one in nodes(own.get("reasonReference"))]
    there = used.resource if used else {}
    safety = map(concept, nodes(there.get("safety")))  # whether it may go into an MRI
    yield joined(sites(own.get("bodySite")), *why, *safety, *notes(there.get("note")), by=", ")


def _diet(entry: Entry, reading: Reading) -> Iterator[str]:
    own = entry.resource
    oral = node(own.get("oralDiet"))
    yield joined(concepts(oral.get("type")), text(oral.get("instruction")), by=", ")
    yield joined(*(text(one.get("productName")) or concept(one.get("type")) for one in nodes(own.get("supplement"))), by=", ")
    yield concepts(own.get("foodPreferenceModifier"))
    without = concepts(own.get("excludeFoodModifier"))
    yield f"{without} ({reading.profile.state('prohibited')})" if without else ""
    tube = node(own.get("enteralFormula"))
    yield text(tube.get("baseFormulaProductName")) or concept(tube.get("baseFormulaType"))


def _warned(entry: Entry, reading: Reading) -> Iterator[str]:
    """Of what it warns: its words may say no more than `Anders` or `conditie`, and what it is stands in its kind, or where an extension
    points.
    """
    own, more = entry.resource, nodes(entry.resource.get("extension"))
    yield concepts(own.get("category"))
    yield from (pointed(one.get("valueReference"), entry, reading) for one in more)
    written = [one for one in more if "valueReference" not in one]
    yield from beside({"extension": written}, entry, reading)


def _vaccinated(entry: Entry, reading: Reading) -> Iterator[str]:
    own = entry.resource
    yield because(own) or because(node(own.get("explanation")))  # STU3
    yield text(own.get("occurrenceString"))
    reactions = unsent([one.get("detail") for one in nodes(own.get("reaction"))], entry, reading)
    yield joined(reactions, "(subpotent)" if own.get("isSubpotent") is True else "", by=" ")


_MORE: dict[str, tuple[str, Section, Callable[[Entry, Reading], Iterator[str]]]] = {
    "CarePlan": ("plan", Section.TREATMENT, _plan),
    "Goal": ("goal", Section.OTHER, _goal),
    "Flag": ("flag", Section.OTHER, _warned),
    "Consent": ("consent", Section.OTHER, agreed),
    "Encounter": ("encounter", Section.OTHER, _contact),
    "Specimen": ("specimen", Section.PATHOLOGY, _material),
    "ProcedureRequest": ("asked", Section.OTHER, _asked),
    "ServiceRequest": ("asked", Section.OTHER, _asked),
    "ReferralRequest": ("asked", Section.OTHER, _asked),
    "Immunization": ("immunization", Section.OTHER, _vaccinated),
    "BodyStructure": ("site", Section.OTHER, _body),
    "BodySite": ("site", Section.OTHER, _body),
    "DeviceUseStatement": ("device", Section.OTHER, _device),
    "NutritionOrder": ("diet", Section.OTHER, _diet),
}
"""Kind → its label in the profile, where it stands when no code of it says so, and what is said beside its title."""


_LASTING = {"CarePlan", "DeviceUseStatement", "NutritionOrder"}
"""What goes on until it is completed: that is no ordinary state of it, as it is of what was done."""


_REQUESTS = {"ProcedureRequest", "ServiceRequest", "ReferralRequest"}
"""Of these it says that they are completed, too: what was asked for was done."""


def _began(own: Node) -> str:
    """Its day; the end of a period is none."""
    began = text(node(own.get("period")).get("start")) or first_of(own, *_DATES)
    return began or first_of(node(own.get("collection")), "collectedDateTime", "collectedPeriod")


def _ends(own: Node) -> str:
    """Until when it holds; of a consent its provision says it."""
    spans = (own.get("period"), node(own.get("provision")).get("period"), own.get("whenUsed"), own.get("timingPeriod"))
    return next(filter(None, (text(node(one).get("end")) for one in spans)), "")


def _named(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    label, usual, more = _MORE[entry.kind]
    section = reading.profile.section(own.get("category"), own.get("code")) or usual
    dated, ended = _began(own), local_day(_ends(own))
    title = _titles(own) if entry.kind != "BodySite" else ""  # its place says it with its side
    state = status(reading, own.get("status") or own.get("lifecycleStatus"))
    if entry.kind in _LASTING and text(own.get("status")) == "completed":
        state = aside(reading.profile.label("over"))
    if entry.kind in _REQUESTS:
        state = joined(intended(own, reading), finished(own, reading), by=" ")
    if entry.kind == "CarePlan" and own.get("activity") and title:  # else it would read as the status of the last thing planned
        title, state = joined(title, state, by=" "), ""
    words = joined(*dict.fromkeys(filter(None, (title, *more(entry, reading)))), by="; ")
    words = joined(words, until(ended if ended != dated[:10] else "", reading), by=" ") if words else ""
    if not words:
        return ()
    said = fact(
        section,
        joined(words, state, denied(own, reading), by=" "),
        own.get("code"),
        label=reading.profile.label(label),
        dated=dated,
    )
    return (*said, *noted(section, entry, reading, dated, title)) if notes(own.get("note")) else said


NAMED: dict[str, Callable[[Entry, Reading], Facts]] = dict.fromkeys(_MORE, _named) | HAPPENED | {"RelatedPerson": relative}
