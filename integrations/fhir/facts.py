"""What each kind of resource says about the patient, one small function per kind. Nothing is concluded, only placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from integrations.fhir.beside import done_by, evidence, found_by, reasons, site, sites, written_by
from integrations.fhir.bundle import Entry
from integrations.fhir.medication import medication
from integrations.fhir.people import contact
from integrations.fhir.reading import Facts, Reading, because, fact, noted, status, until
from integrations.fhir.values import (
    Node,
    answer_text,
    codings,
    concept,
    first_of,
    joined,
    node,
    nodes,
    notes,
    quantity,
    text,
    unique,
)
from mdo_portal.exchange import Section


def condition(entry: Entry, reading: Reading) -> Facts:
    """Diagnosis when the request gives it as reason or nothing else is; else comorbidity, unless its category says otherwise."""
    own, dated = entry.resource, first_of(entry.resource, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate")
    section = _condition_section(entry, reading)
    state = status(own.get("verificationStatus"), own.get("clinicalStatus"), profile=reading.profile)
    stages = [joined(concept(stage.get("summary")), concept(stage.get("type")), by=" ") for stage in nodes(own.get("stage"))]
    label = reading.profile.label("stage")
    words = joined(concept(own.get("code")), concept(own.get("severity")), sites(own.get("bodySite")), by=", ")
    over = until(answer_text(own, "abatement"), reading)
    since = answer_text({name: own.get(name) for name in ("onsetAge", "onsetRange", "onsetString")}, "onset")
    words = joined(words, evidence(entry, reading.where, reading.profile)) if words else ""
    shown = joined(words, f"({since})" if since else "", over, state, by=" ") if words else ""
    named = fact(section, shown, own.get("code"), dated=dated)
    staged = tuple(one for stage in stages for one in fact(section, stage, label=label, dated=dated))
    return (*named, *staged, *noted(section, own, reading, dated))


def _condition_section(entry: Entry, reading: Reading) -> Section:
    if entry.place in reading.reasons:
        return Section.DIAGNOSIS
    by_profile = reading.profile.section([*codings(entry.resource.get("category")), *codings(entry.resource.get("code"))])
    return by_profile or (Section.COMORBIDITY if reading.reasons else Section.DIAGNOSIS)


def observation(entry: Entry, reading: Reading) -> Facts:
    """`PSA`: `12.40 ng/mL`; a panel gives one fact per component."""
    own = entry.resource
    codes = [*codings(own.get("code")), *codings(own.get("category"))]
    section = reading.profile.section(codes) or Section.OTHER
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    parts = [own, *nodes(own.get("component"))]
    period = node(own.get("effectivePeriod"))
    is_longer = text(period.get("start"))[:10] != text(period.get("end"))[:10]  # a habit of years, not a measurement of one day
    beside = joined(site(own.get("bodySite")), until(text(period.get("end")) if is_longer else "", reading), by=" ")
    how = joined(found_by(entry, reading.where, reading.profile), done_by(entry, reading.where, reading.profile))
    said = (_observed(_answered(part, reading), section, dated, own, beside, how) for part in parts)
    return (*(one for facts in said for one in facts), *noted(section, own, reading, dated, ("note", "comment")))


def _answered(part: Node, reading: Reading) -> Node:
    """The same; of a yes or no in words."""
    value = part.get("valueBoolean")
    if not isinstance(value, bool):
        return part
    return part | {"valueBoolean": None, "valueString": reading.profile.label("yes" if value else "no")}


def _observed(part: Node, section: Section, dated: str, whole: Node, place: str, how: str) -> Facts:
    """The value with where it was measured and until when it was so, what it should be and how it was judged: all as sent."""
    value = answer_text(part) or concept(part.get("dataAbsentReason"))
    flags = joined(*(concept(flag) for flag in nodes(part.get("interpretation"))), by=", ")
    usual = joined(*map(_usual, nodes(part.get("referenceRange"))))
    beside = (f"({usual})" if usual else "", f"[{flags}]" if flags else "", status(whole.get("status")))
    words = joined(joined(value, place, by=" " if place.startswith("(") else ", "), *beside, by=" ") if value else ""
    words = joined(words, how) if words else ""
    return fact(section, words, part.get("code"), label=concept(part.get("code")), dated=dated)


def _usual(one: Node) -> str:
    """A reference range in words, with whom it is for when that is said."""
    ends = [quantity(one.get(name)) for name in ("low", "high")]
    bounds = f"{ends[0] or '…'} – {ends[1] or '…'}" if any(ends) else ""
    age = node(one.get("age"))
    whom = (*map(concept, nodes(one.get("appliesTo"))), answer_text({"valueRange": age}) if age else "")
    return joined(text(one.get("text")) or bounds, concept(one.get("type")), *whom, by=" ")


def allergy(entry: Entry, reading: Reading) -> Facts:
    """What, how it shows and how badly: each reaction with its own severity and words."""
    own = entry.resource
    reactions = [_reaction(one) for one in nodes(own.get("reaction"))]
    critical = text(own.get("criticality"))
    risk = f"{reading.profile.label('criticality')}: {critical}" if critical else ""
    state = status(own.get("verificationStatus"), own.get("clinicalStatus"))
    dated = first_of(own, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate")
    named = joined(concept(own.get("code")), joined(*reactions, by=", "), by=": ")
    words = joined(joined(named, risk), state, by=" ") if named else ""
    label = reading.profile.label("allergy")
    return (
        *fact(Section.COMORBIDITY, words, own.get("code"), label=label, dated=dated),
        *noted(Section.COMORBIDITY, own, reading, dated),
    )


def _reaction(one: Node) -> str:
    shown = joined(concept(one.get("substance")), joined(*map(concept, nodes(one.get("manifestation"))), by=", "), by=": ")
    severe = text(one.get("severity"))
    words = joined(shown, text(one.get("description")), *notes(one.get("note")))
    return joined(words, f"({severe})" if severe and words else "", by=" ")


def imaging(entry: Entry, reading: Reading) -> Facts:
    """A study that exists somewhere: modality, description and day. Images never travel in a referral."""
    own = entry.resource
    modalities = [item.get("code") for name in ("modality", "modalityList") for item in nodes(own.get(name))]
    modalities = modalities or [code for series in nodes(own.get("series")) for _, code in codings(series.get("modality"))]
    procedures = [concept(item) for item in nodes(own.get("procedureCode"))]
    words = text(own.get("description")) or joined(*procedures, by=", ") or reading.profile.label("study")
    words = joined(words, joined(*unique(map(_of_series, nodes(own.get("series")))), by=", "))
    label = ", ".join(dict.fromkeys(map(text, modalities)))
    dated = first_of(own, "started")
    named = fact(
        Section.IMAGING,
        joined(joined(words, status(own.get("status")), by=" "), reasons(entry, reading.where, reading.profile)),
        own.get("procedureCode"),
        label=label,
        dated=dated,
    )
    return (*named, *noted(Section.IMAGING, own, reading, dated))


def _of_series(series: Node) -> str:
    """Where in the body a series was made, and on which side."""
    side = concept(series.get("laterality"))
    return joined(site(series.get("bodySite")), f"({side})" if side else "", by=" ")


def procedure(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    section = reading.profile.section([*codings(own.get("category")), *codings(own.get("code"))]) or Section.TREATMENT
    state = "(not done)" if own.get("notDone") is True else status(own.get("status"))
    after = (
        concept(own.get("outcome")),
        *(concept(one) for name in ("complication", "followUp") for one in nodes(own.get(name))),
    )
    used = joined(*(concept(one) for one in nodes(own.get("usedCode"))), by=", ")
    words = joined(joined(concept(own.get("code")), sites(own.get("bodySite")), by=", "), used, *after)
    words = joined(words, reasons(entry, reading.where, reading.profile)) if words else ""
    ran = node(own.get("performedPeriod"))
    is_longer = text(ran.get("start")) and text(ran.get("start"))[:10] != text(ran.get("end"))[:10]
    ends = until(text(ran.get("end"))[:10], reading) if is_longer else ""
    said = joined(joined(words, ends, state, by=" "), because(own)) if words else ""
    dated = first_of(own, "performedDateTime", "performedPeriod", "performedString")
    named = fact(section, said, own.get("code"), dated=dated)
    return (*named, *noted(section, own, reading, dated))


def report(entry: Entry, reading: Reading) -> Facts:
    """The conclusion of a report in words; its PDF is a document (documents.py)."""
    own = entry.resource
    codes = [*codings(own.get("category")), *codings(own.get("code"))]
    section = reading.profile.section(codes) or Section.OTHER
    coded = [concept(item) for name in ("conclusionCode", "codedDiagnosis") for item in nodes(own.get(name))]
    said = text(own.get("conclusion"))
    more = joined(*(one for one in coded if one.casefold() not in said.casefold()), by=", ")
    words = f"{said} ({more})" if said and more else said or more
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "issued")
    beside = written_by(entry, reading.where, reading.profile)
    shown = joined(joined(words, status(own.get("status")), by=" "), beside) if words else ""
    is_silent = not (words or own.get("presentedForm") or text(node(own.get("text")).get("div")))
    state = status(own.get("status"))
    if is_silent and (state or not reading.where.all(own.get("result"), entry)):
        shown = joined(reading.profile.label("report"), state, by=" ")  # that there is one, and no word of what it says
    return fact(section, shown, own.get("code"), label=concept(own.get("code")), dated=dated)


def team_member(entry: Entry, reading: Reading) -> dict[str, Any]:
    """Treating specialist, case manager and GP named in a CareTeam, by the words of their role."""
    found = {}
    for person in nodes(entry.resource.get("participant")):
        role = joined(*(concept(item) for item in nodes(person.get("role"))), by=" ")
        if place := reading.profile.role(role):
            found[place] = replace(contact(person.get("member"), entry, reading.where, reading.profile), role=role)
    return found


FACTS: dict[str, Callable[[Entry, Reading], Facts]] = {
    "Condition": condition,
    "Observation": observation,
    "AllergyIntolerance": allergy,
    "MedicationStatement": medication,
    "MedicationRequest": medication,
    "MedicationAdministration": medication,
    "MedicationDispense": medication,
    "ImagingStudy": imaging,
    "Procedure": procedure,
    "DiagnosticReport": report,
}
