"""What a resource that should never have been told took along: what it said is over, where it was told before."""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import without_state
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.written import letter_title, of_form, of_sections
from integrations.fhir.resources.documents import of_reference, of_report
from integrations.fhir.resources.facts import FACTS
from integrations.fhir.resources.implants import implant
from integrations.fhir.resources.named import NAMED
from integrations.fhir.resources.said import named_alone, said_by
from integrations.fhir.resources.told import TOLD, attached, only_narrative

PAPERS = {"DiagnosticReport": of_report, "DocumentReference": of_reference}


def take_back(entry: Entry, reading: Reading, found: Gathered) -> None:
    """What it said, as taken back; its documents come along as withdrawn."""
    if carries := PAPERS.get(entry.kind):
        found.withdraw(carries(entry, reading))
    if entry.kind == "Composition":
        over = Gathered()
        for title in ("", letter_title(entry)):  # as it was told alone, and among others
            of_sections(entry, reading, over, title)
        found.taken_back.extend(over.facts)
    if entry.kind in FACTS:
        told = said_by(without_state(entry), reading)
        is_silent = all(one.text == reading.profile.label("report") for one in told)
        is_written = not is_silent and told == only_narrative(without_state(entry), reading)
        found.taken_back.extend(named_alone(entry) if is_silent or is_written else ())
        # told otherwise since, it stands; beside others of its name it had another
        found.taken_back.extend(() if is_silent else (replace(one, key=entry.known_as) for one in told))
    elif mapping := TOLD.get(entry.kind) or NAMED.get(entry.kind) or (implant if entry.kind == "Device" else None):
        found.taken_back.extend(mapping(without_state(entry), reading))
    elif entry.kind == "QuestionnaireResponse":
        over = Gathered()
        of_form(without_state(entry), reading, over)
        # beside another form they had another name
        found.taken_back.extend(replace(one, key=entry.known_as) for one in over.facts)
    if entry.kind in {*TOLD, "Consent"}:
        for carried in attached(entry, reading):
            found.withdraw(carried)
