"""The facts of a referral as an EPD keeps them: observations, reports, procedures and the diagnosis; the rest is form text."""

from __future__ import annotations

from integrations.simulator.fhir.elements import SNOMED, Node, Sheaf, coded, v2_table
from mdo_portal.exchange import Fact, Section

IN_WORDS = (Section.WISH, Section.COMORBIDITY, Section.MEDICATION, Section.COURSE, Section.FORM)
"""What these EPDs keep as answers on a form and not as resources."""

_TNM = ("399390009", SNOMED)
_CATEGORIES = {
    Section.CONDITION: ("functional-status", "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"),
    Section.MARKER: ("laboratory", "http://terminology.hl7.org/CodeSystem/observation-category"),
    Section.DIAGNOSIS: ("encounter-diagnosis", "http://terminology.hl7.org/CodeSystem/condition-category"),
}
_REPORTS = {Section.IMAGING: ("RAD", "Beeldvorming"), Section.PATHOLOGY: ("PAT", "Pathologie")}


def is_in_words(fact: Fact) -> bool:
    """A treatment without a name is a sentence ("geen eerdere behandeling"), never a Procedure that was done."""
    return fact.section in IN_WORDS or (fact.section is Section.TREATMENT and not fact.label)


def is_reason(fact: Fact) -> bool:
    return fact.section is Section.DIAGNOSIS and "icd-10" in fact.code_system


def diagnosis(sheaf: Sheaf, fact: Fact, subject: Node) -> Node:
    """The coded diagnosis, for which the board is asked."""
    state = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    told = {"recordedDate" if sheaf.is_r4 else "assertedDate": _day(fact)}
    return sheaf.add(
        {
            "resourceType": "Condition",
            "clinicalStatus": state if sheaf.is_r4 else "active",
            "code": coded(fact.text, fact.code, fact.code_system),
            "subject": subject,
        }
        | told
    )


def resource(sheaf: Sheaf, fact: Fact, subject: Node) -> Node:
    """One fact as the resource that fits its section."""
    if fact.section in _REPORTS:
        return _report(sheaf, fact, subject)
    if fact.section is Section.TREATMENT:
        return _procedure(sheaf, fact, subject)
    return _observation(sheaf, fact, subject)


def _observation(sheaf: Sheaf, fact: Fact, subject: Node) -> Node:
    code, system = _TNM if fact.label == "TNM" else (fact.code, fact.code_system)
    category, of = _CATEGORIES.get(fact.section, ("", ""))
    return sheaf.add(
        {
            "resourceType": "Observation",
            "status": "final",
            "category": [{"coding": [{"system": of, "code": category}]}] if category else [],
            "code": coded(fact.label or "Bevinding", code, system),
            "subject": subject,
            "effectiveDateTime": _day(fact),
            "valueString": fact.text,
        }
    )


def _report(sheaf: Sheaf, fact: Fact, subject: Node) -> Node:
    code, usual = _REPORTS[fact.section]
    category = v2_table("0074", code, is_r4=sheaf.is_r4)
    return sheaf.add(
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "category": [category] if sheaf.is_r4 else category,
            "code": coded(fact.label or usual),
            "subject": subject,
            "effectiveDateTime": _day(fact),
            "conclusion": fact.text,
        }
    )


def _procedure(sheaf: Sheaf, fact: Fact, subject: Node) -> Node:
    return sheaf.add(
        {
            "resourceType": "Procedure",
            "status": "completed",
            "category": coded(fact.label),
            "code": coded(fact.text),
            "subject": subject,
            "performedDateTime": _day(fact),
        }
    )


def _day(fact: Fact) -> str:
    return fact.dated_on.isoformat() if fact.dated_on else ""
