"""What each kind of resource says about the patient, one small function per kind. Nothing is concluded, only placed."""

from __future__ import annotations

from collections.abc import Callable

from integrations.fhir.entries.beside import at_place, evidence, reasons, unsent, written_by
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.headings import by_code, by_name
from integrations.fhir.entries.materials import pointed
from integrations.fhir.entries.professionals import according, by_whom, done_by
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, because, denied, fact, noted, status, until
from integrations.fhir.resources.allergies import allergy
from integrations.fhir.resources.medication import medication
from integrations.fhir.resources.observation import observation
from integrations.fhir.resources.planned import meant
from integrations.fhir.text.body import called, site, sites
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import day, days_of, first_of, local_day, partial
from integrations.fhir.text.values import (
    Node,
    aside,
    codings,
    concept,
    concepts,
    joined,
    node,
    nodes,
    sent_none,
    text,
    unique,
    word,
)
from mdo_portal.exchange import Section


def condition(entry: Entry, reading: Reading) -> Facts:
    """Diagnosis when the request gives it as reason or nothing else is; else comorbidity, unless its category says otherwise."""
    own, dated = entry.resource, first_of(entry.resource, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate")
    section = _condition_section(entry, reading)
    state = status(reading, own.get("verificationStatus"), own.get("clinicalStatus"))
    stages = [_stage(stage, entry, reading) for stage in nodes(own.get("stage"))]
    label = reading.profile.label("stage")
    words = joined(called(own.get("code")), concept(own.get("severity")), sites(own.get("bodySite")), by=", ")
    over = _over(own, reading)
    since = "" if sent_none(own, _ONSET) else answer_text({name: own.get(name) for name in _ONSET}, "onset")
    words = joined(words, evidence(entry, reading)) if words else ""
    shown = joined(words, aside(since), over, state, _how_sure(own, state), by=" ") if words else ""
    shown = joined(shown, according(entry, reading)) if shown else ""
    named = fact(section, shown, own.get("code"), dated=dated)
    staged = tuple(one for stage in stages for one in fact(section, stage, label=label, dated=dated, is_beside=bool(shown)))
    return (*named, *staged, *noted(section, entry, reading, dated))


_ONSET = frozenset({"onsetAge", "onsetRange", "onsetString"})


def _stage(stage: Node, entry: Entry, reading: Reading) -> str:
    """A stage with what it rests on, where that is only named."""
    named = unsent(stage.get("assessment"), entry, reading)
    return joined(concept(stage.get("summary")), concept(stage.get("type")), aside(named), by=" ")


_OF_HL7 = ("http://terminology.hl7.org/", "http://hl7.org/fhir/")


def _how_sure(own: Node, state: str) -> str:
    """`(histologie)`: by what a diagnosis was made sure, where that is a code of the sender's beside the one of the standard."""
    coded = nodes(node(own.get("verificationStatus")).get("coding"))
    said = [text(one.get("display")) for one in coded[1:] if not text(one.get("system")).startswith(_OF_HL7)]
    more = [one for one in said if one and one.casefold() not in state.casefold()]
    return aside(joined(*more, by=", "))


def _over(own: Node, reading: Reading) -> str:
    """`(tot 2010)`; in STU3 it may only be said that it is over, or that it is not."""
    is_over = own.get("abatementBoolean")
    if isinstance(is_over, bool):
        return aside(reading.profile.label("over")) if is_over else ""
    on = text(own.get("abatementDateTime"))
    return until(local_day(on) if on else answer_text(own, "abatement"), reading)


def _condition_section(entry: Entry, reading: Reading) -> Section:
    if entry.place in reading.reasons:
        return Section.DIAGNOSIS
    if entry.resource.get("stage") and not reading.reasons:
        return Section.DIAGNOSIS  # what a board is about; on a problem list it stands among all the rest
    heading = reading.headings.get(entry.place)
    if heading and heading.is_of_family:
        return Section.COMORBIDITY
    by_profile = reading.profile.section(entry.resource.get("category"), entry.resource.get("code"))
    by_profile = by_profile or (heading.section if heading else None)
    return by_profile or (Section.COMORBIDITY if reading.reasons else Section.DIAGNOSIS)


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
        joined(
            joined(words, status(reading, own.get("status")), by=" "),
            reasons(entry, reading),
            by_whom(own.get("interpreter"), entry, reading),
        ),
        own.get("procedureCode"),
        label=label,
        dated=dated,
    )
    return (*named, *noted(Section.IMAGING, entry, reading, dated, text(own.get("description"))))


def _of_series(series: Node) -> str:
    """Where in the body a series was made, and on which side."""
    side = concept(series.get("laterality"))
    return joined(site(series.get("bodySite")), aside(side), by=" ")


def procedure(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    section = reading.profile.section(own.get("category"), own.get("code")) or Section.TREATMENT
    state = denied(own, reading) or status(reading, own.get("status"))
    after = (
        concept(own.get("outcome")),
        *(concept(one) for name in ("complication", "followUp") for one in nodes(own.get(name))),
        *unique(meant(one, entry, reading) for one in nodes(own.get("complicationDetail"))),
    )
    put_in = (pointed(one.get("manipulated"), entry, reading) for one in nodes(own.get("focalDevice")))
    used = joined(concepts(own.get("usedCode")), unsent(own.get("usedReference"), entry, reading), *put_in, by=", ")
    words = joined(joined(called(own.get("code")), sites(own.get("bodySite")), by=", "), used, *after)
    words = (
        joined(
            words,
            reasons(entry, reading),
            at_place(own.get("location"), entry, reading),
            done_by(entry, reading),
            according(entry, reading),
        )
        if words
        else ""
    )
    begins, ends = days_of(own.get("performedPeriod"))
    over = until(ends, reading) if begins and begins != ends else ""
    aged = answer_text({name: own.get(name) for name in ("performedAge", "performedRange")}, "performed")
    in_words = text(own.get("performedString"))
    aged = aged or (in_words if not (day(in_words) or partial(in_words)) else "")
    said = joined(joined(words, aside(aged), over, state, by=" "), because(own)) if words else ""
    dated = first_of(own, "performedDateTime", "performedPeriod", "performedString")
    named = fact(section, said, own.get("code"), dated=dated)
    return (*named, *noted(section, entry, reading, dated))


def report(entry: Entry, reading: Reading) -> Facts:
    """The conclusion of a report in words; its PDF is a document (documents.py)."""
    own = entry.resource
    section = by_code(own, reading.profile) or by_name(own, reading.profile) or Section.OTHER
    coded = [concept(item) for name in ("conclusionCode", "codedDiagnosis") for item in nodes(own.get(name))]
    said = text(own.get("conclusion"))
    more = joined(*(one for one in coded if one.casefold() not in said.casefold()), by=", ")
    words = f"{said} ({more})" if said and more else said or more
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "issued")
    beside = written_by(entry, reading)
    shown = joined(joined(words, status(reading, own.get("status")), by=" "), beside) if words else ""
    is_silent = not (words or own.get("presentedForm") or text(node(own.get("text")).get("div")))
    state = status(reading, own.get("status"))
    if is_silent and (state or not reading.where.all(own.get("result"), entry)):
        state = "" if word(own.get("status")) == "registered" else state
        shown = joined(reading.profile.label("report"), state, by=" ")  # that there is one, and no word of what it says
    label = called(own.get("code"))
    if word(own.get("status")) == "appended" and label and not entry.known_as:
        label = f"{label} ({reading.profile.label('addendum')})"  # by its name alone it would take the place of the findings
    pictured = [text(one.get("comment")) for name in ("media", "image") for one in nodes(own.get(name))]
    beside_it = (one for words in pictured for one in fact(section, words, label=reading.profile.label("note"), is_beside=True))
    return (*fact(section, shown, own.get("code"), label=label, dated=dated), *beside_it)


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
