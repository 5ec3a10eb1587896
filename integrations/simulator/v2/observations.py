"""The contents of a referral as OBX: the questions, one observation per fact under the hospital's own codes, the documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from integrations.hl7v2.text.builder import Base64, Builder, Formatted
from integrations.simulator.v2.people import Fields
from mdo_portal.exchange import Fact, IncomingDocument, IncomingReferral, Section

OWN_CODES = "99ZEED"
_SECTIONS = {
    Section.WISH: ("WENS", "Wens van de patiënt"),
    Section.CONDITION: ("CONDITIE", "Conditie"),
    Section.COMORBIDITY: ("COMORBIDITEIT", "Comorbiditeit"),
    Section.MEDICATION: ("MEDICATIE", "Medicatie"),
    Section.DIAGNOSIS: ("DIAGNOSE", "Diagnose"),
    Section.COURSE: ("BELOOP", "Beloop"),
    Section.TREATMENT: ("BEHANDELING", "Eerdere behandeling"),
    Section.MARKER: ("TUMORMARKER", "Tumormarker"),
    Section.IMAGING: ("BEELDVORMING", "Beeldvorming"),
    Section.PATHOLOGY: ("PATHOLOGIE", "Pathologie"),
    Section.FORM: ("FORMULIER", "Formulier"),
    Section.OTHER: ("OVERIG", "Overig"),
}
_DOCUMENTS = {"referral letter": "57133-1", "pathology report": "60568-3", "radiology report": "18748-4"}


def questions(referral: IncomingReferral) -> Iterator[Fields]:
    """The three questions that were asked."""
    asked = (
        ("VRAAG", "Vraagstelling", referral.question_board),
        ("VRAAGRAD", "Vraag aan radioloog", referral.question_radiology),
        ("VRAAGPA", "Vraag aan patholoog", referral.question_pathology),
    )
    for code, label, text in asked:
        if text:
            yield {2: "FT", 3: (code, label, OWN_CODES), 5: Formatted(text), 11: "F"}


def fact(one: Fact) -> Fields:
    """Under the hospital's own code, with the LOINC code beside it where the laboratory has one."""
    code, usual = _SECTIONS[one.section]
    also = (one.code, one.label, "LN") if "loinc" in one.code_system else ()
    return {2: "FT", 3: (code, one.label or usual, OWN_CODES, *also), 5: Formatted(one.text), 11: "F", 14: day(one.dated_on)}


def is_coded_diagnosis(one: Fact) -> bool:
    """What goes in DG1 instead of an OBX."""
    return one.section is Section.DIAGNOSIS and "icd-10" in one.code_system


def dg1(one: Fact) -> Fields:
    return {1: "1", 3: (one.code, one.text, "I10"), 5: day(one.dated_on), 6: "F"}


def document(one: IncomingDocument) -> Fields:
    code = (_DOCUMENTS.get(one.kind, "DOC"), one.title, "LN" if one.kind in _DOCUMENTS else OWN_CODES)
    return {2: "ED", 3: code, 5: ("", "application", "pdf", "Base64", Base64(one.content)), 11: "F", 14: day(one.dated_on)}


def file_name(one: IncomingDocument) -> str:
    """What ZorgDomein puts in the note below a document."""
    return f"{one.title.replace('/', '-')}.pdf"


def add(build: Builder, observations: Iterator[Fields], start: int = 1) -> None:
    """The observations, numbered."""
    for number, fields in enumerate(observations, start=start):
        build.add("OBX", {1: str(number)} | fields)


def day(on: date | None) -> str:
    return f"{on:%Y%m%d}" if on else ""
