"""What the entries of one message say, each taken by its kind: facts, documents, people and answers to the questions of a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.beside import extended
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.cautions import cautions, confidential, has_second_bsn
from integrations.fhir.entries.reading import ANOTHER, Reading
from integrations.fhir.entries.wording import is_in_error, not_sent
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.in_error import PAPERS, take_back
from integrations.fhir.meaning.patient import another_in_words
from integrations.fhir.meaning.sieve import HELPERS, Sifted
from integrations.fhir.meaning.whose import is_anothers
from integrations.fhir.meaning.written import of_form, of_letter, of_task
from integrations.fhir.resources.documents import of_binary
from integrations.fhir.resources.facts import FACTS
from integrations.fhir.resources.implants import implant
from integrations.fhir.resources.named import NAMED
from integrations.fhir.resources.of_patient import contacts, languages, twin
from integrations.fhir.resources.questionnaire import as_value
from integrations.fhir.resources.said import said_by
from integrations.fhir.resources.team import seated, teammates
from integrations.fhir.resources.told import TOLD, attached, narrative, of_extensions, only_narrative, says_more
from integrations.fhir.server.paging import told_outside
from integrations.fhir.text.values import Node, joined, nodes, sent_none
from mdo_portal.exchange import Fact, Section


def take(entry: Entry, patient: Entry | None, reading: Reading, found: Gathered) -> None:
    """What one resource says. `patient` None: the message holds none, and says only to which referral it belongs."""
    own, papers = entry.resource, len(found.documents)
    found.unmapped.extend(f"{entry.place} {one}" for one in confidential(own))
    if entry.kind in HELPERS:
        found.unmapped.extend([f"{entry.place}/bsn"] if has_second_bsn(own, reading.profile) else [])
        found.unmapped.extend(cautions(entry) if entry.kind == "Patient" else [])
        is_the_patient = patient is not None and entry.resource == patient.resource
        if entry.kind == "Patient" and patient is not None and not is_the_patient:
            found.unmapped.append(entry.place)  # of the same person it may say something else
        said = (*languages(entry, reading), *contacts(entry, reading), *twin(entry, reading)) if is_the_patient else ()
        found.facts.extend(replace(one, key=entry.known_as) for one in said)
        return
    if patient is not None and is_of_another(entry, patient, reading):
        found.quarantined.append(f"{entry.place}: {reading.others.get(outer(entry), ANOTHER)}")
    elif is_in_error(own) or is_in_error(entry.container):
        found.unmapped.append(f"{entry.place} entered-in-error")
        take_back(entry, reading, found)
    else:
        before, so_far = len(found.facts), found.so_far
        map_entry(entry, reading, found)
        for carried in of_extensions(entry, reading):
            found.carry(carried)
        if patient is not None and (named := another_in_words(own, patient.resource)):
            beside = reading.profile.under("about", named)
            found.turn(so_far, lambda one: replace(one, text=joined(one.text, beside)))
            found.unmapped.append(f"{entry.place} subject.display")
        if entry.known_as:
            found.facts[before:] = [replace(one, key=entry.known_as) for one in found.facts[before:]]
    if entry.known_as:
        found.documents[papers:] = [replace(one, known_as=entry.known_as) for one in found.documents[papers:]]


def is_of_another(entry: Entry, patient: Entry, reading: Reading) -> bool:
    """Whether it is somebody else's, or is contained in what is."""
    if not entry.container:
        return entry.place in reading.others
    return outer(entry) in reading.others or is_anothers(entry, patient, reading.where, reading.profile)


def outer(entry: Entry) -> str:
    """The place of the resource that it is contained in, or its own."""
    return entry.place.partition("#")[0]


def map_entry(entry: Entry, reading: Reading, found: Gathered) -> None:
    target, words = as_value(entry, reading)
    if target:
        beside = (replace(one, key=entry.known_as) for one in said_by(entry, reading))
        if found.to_field(target, words, *beside):
            return
    mapping = said_by if entry.kind in FACTS else TOLD.get(entry.kind) or NAMED.get(entry.kind)
    if mapping:
        said = mapping(entry, reading) or (() if _stands_elsewhere(entry, reading) else only_narrative(entry, reading))
        if said and entry.kind not in _SAY_THEIR_EXTENSIONS:
            more = extended(entry, reading)
            said = (replace(said[0], text=joined(said[0].text, *more)), *said[1:])
        found.facts.extend(said)
        found.facts.extend(_more(entry, said, reading))
        for pointed in _only_named(entry.resource):
            found.facts.extend(not_sent(pointed, Section.OTHER, entry, reading))
        is_told = said or any(entry.resource.get(name) for name in _ELSEWHERE)
        found.unmapped.extend(_curves(entry) if is_told else [entry.place])
    for carried in attached(entry, reading) if entry.kind in _CARRY else ():
        found.carry(carried)
    if carries := PAPERS.get(entry.kind):
        found.carry(carries(entry, reading))
    elif entry.kind == "QuestionnaireResponse":
        of_form(entry, reading, found)
    elif entry.kind == "CareTeam":
        members = list(seated(entry, reading))
        others, is_all = teammates(entry, reading)
        found.seated.extend(members)
        found.facts.extend(others)
        found.unmapped.extend([] if is_all and (members or others) else [entry.place])
    elif entry.kind == "Composition":
        of_letter(entry, reading, found)
    elif entry.kind == "Task":
        of_task(entry, reading, found, with_output=True)
    elif entry.kind == "Device":
        told = implant(entry, reading)
        found.facts.extend(told)
        found.used.update([entry.place] if told else [])
    elif not mapping and entry.place not in reading.questions:
        found.unmapped.extend(told_outside(entry.place, entry.resource) if entry.kind == "OperationOutcome" else [entry.place])


def _stands_elsewhere(entry: Entry, reading: Reading) -> bool:
    """Whether the narrative of a resource that says nothing itself is of what stands there anyhow: a file, or all that a list holds."""
    own = entry.resource
    items = [one.get("item") for one in nodes(own.get("entry"))] if entry.kind == "List" and not says_more(own) else []
    is_whole = bool(items) and all(reading.where.resolve(one, entry) is not None for one in items)
    return is_whole or bool(own.get("presentedForm"))


_SAY_THEIR_EXTENSIONS = frozenset((*FACTS, "Consent", "Flag"))
"""Kinds of which the mapping itself says what their extensions are."""
_CARRY = frozenset((*TOLD, "Consent"))
"""Kinds that may hold a file."""


_ELSEWHERE = ("presentedForm", "result", "hasMember", "payload", "content")
"""Elements of a resource that says nothing itself, for what it says stands there."""


def _curves(entry: Entry) -> list[str]:
    """The parts of a value that are a curve: nothing a page shows."""
    parts = enumerate(nodes(entry.resource.get("component")))
    return [f"{entry.place} component[{number}]" for number, part in parts if "valueSampledData" in part]


def _only_named(own: Node) -> Iterator[Any]:
    """References to what belongs to a result, of which the words are shown when it was not sent along; `related` and `image` are STU3."""
    if sent_none(own, _NAMING):
        return
    yield from (own.get(name) for name in ("hasMember", "result", "imagingStudy", "report"))
    yield [one.get("target") for one in nodes(own.get("related"))]
    yield [one.get("link") for name in ("media", "image") for one in nodes(own.get(name))]


_NAMING = frozenset({"hasMember", "result", "imagingStudy", "report", "related", "media", "image"})


def _more(entry: Entry, said: tuple[Fact, ...], reading: Reading) -> tuple[Fact, ...]:
    """The narrative that says more than the fields, beside what those say."""
    words = narrative(entry.resource) if said and says_more(entry.resource) else ""
    is_new = words and not any(words in one.text for one in said)
    return (Fact(said[0].section, words, reading.profile.label("note"), said[0].dated_on),) if is_new else ()


_POINTED_AT = {"Medication", "Device", "ResearchStudy"}


def leftovers(reading: Reading, sifted: Sifted, found: Gathered) -> None:
    """What nothing points at: files are kept; drugs, devices and studies are named."""
    taken = {
        one.place
        for entry in reading.where.entries
        for name in ("medicationReference", "device", *(["study"] if entry.kind == "ResearchSubject" else []))
        if (pointers := entry.resource.get(name))
        for one in reading.where.all(pointers, entry)
    }
    taken |= found.used
    loose = (entry for entry in reading.where.entries if entry.kind in _POINTED_AT and entry.place not in taken)
    found.unmapped.extend(entry.place for entry in loose)
    for entry in reading.where.entries:
        if entry.kind != "Binary" or entry.place in found.binaries or entry.place in sifted.refused:
            continue
        if entry.place in reading.others:
            found.quarantined.append(f"{entry.place}: {reading.others[entry.place]}")
        else:
            found.carry(of_binary(entry, reading))
