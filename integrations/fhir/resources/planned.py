"""What is agreed with a patient, as its sender says it: appointments, episodes of care, studies, and what is asked for together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.fhir.entries.beside import not_so, unsent
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.materials import pointed
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.professionals import by_whom
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import moment, worn_here
from integrations.fhir.text.values import Node, aside, concept, concepts, joined, node, nodes, text, unique

Words = Iterator[str]


def appointment(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    kinds = [concept(one) for name in ("serviceType", "appointmentType") for one in nodes(own.get(name))]
    yield text(own.get("description")) or joined(*unique(kinds), by=", ")
    wanted_in = (answer_text({"valuePeriod": one}) for one in nodes(own.get("requestedPeriod")))  # where no hour is set yet
    yield _span(text(own.get("start")), text(own.get("end"))) or joined(*wanted_in, by=", ")
    yield unsent([one.get("actor") for one in nodes(own.get("participant"))], entry, reading)
    yield concepts(own.get("reasonCode"), own.get("reason"), own.get("indication"))
    yield from (text(own.get(name)) for name in ("comment", "patientInstruction"))


def _span(start: str, end: str) -> str:
    """`2026-03-20 09:00 – 09:30`, as the clock stood here; what is no moment as it was sent."""
    begins, ends = moment(start), moment(end)
    if begins is None:
        return start
    shown = worn_here(begins).strftime("%Y-%m-%d %H:%M")
    if ends is None:
        return shown
    is_same_day = worn_here(begins).date() == worn_here(ends).date()
    return f"{shown} – {worn_here(ends).strftime('%H:%M' if is_same_day else '%Y-%m-%d %H:%M')}"


def episode(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    yield concepts(own.get("type"))
    yield unsent([one.get("condition") for one in nodes(own.get("diagnosis"))], entry, reading)
    yield by_whom(own.get("careManager"), entry, reading)


def study(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    yield joined(*unique(_title(one, entry, reading) for one in nodes(own.get("study"))), by=", ")
    yield text(own.get("actualArm")) or text(own.get("assignedArm"))


def _title(study: Node, entry: Entry, reading: Reading) -> str:
    """What a study is called; by its number where it has no name, and as it is named where it was not sent."""
    there = reading.where.resolve(study, entry)
    own = there.resource if there else {}
    return text(own.get("title")) or text(study.get("display")) or next((number for _, number in identifiers(own)), "")


def group(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    yield joined(concept(own.get("code")), text(own.get("description")), by=": ")
    yield from _actions(nodes(own.get("action")), entry, reading)


def _actions(many: list[Node], entry: Entry, reading: Reading) -> Words:
    """All actions, also those inside others. The gate has bounded the depth."""
    for one in many:
        named = text(one.get("title")) or concepts(one.get("code")) or meant(one.get("resource"), entry, reading)
        chosen = reading.profile.word("statuses", text(one.get("selectionBehavior")))
        yield joined(joined(named, text(one.get("description")), by=": "), aside(chosen), by=" ")
        yield from _actions(nodes(one.get("action")), entry, reading)


def meant(reference: Any, entry: Entry, reading: Reading) -> str:
    """What a reference points at by its name, also where that came along and stands by itself: which drug of several it was."""
    there = reading.where.resolve(reference, entry)
    own = there.resource if there and there.place not in reading.others else {}
    drug = pointed(own.get("medicationReference"), there, reading) if there else ""
    coded = (concept(own.get(name)) for name in ("code", "medicationCodeableConcept", "vaccineCode", "type"))
    named = text(own.get("title")) or next(filter(None, coded), "") or drug
    return joined(named, not_so(own, reading), by=" ") if named else text(node(reference).get("display"))


def wanted(entry: Entry, reading: Reading) -> Words:
    own = entry.resource
    yield concept(own.get("codeCodeableConcept")) or unsent(own.get("codeReference"), entry, reading)
    yield concepts(own.get("reasonCode"))
