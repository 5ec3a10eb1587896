"""What a patient wants to be done and what not: a directive is shown with its treatment, whether it is permitted, and its limits."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Section

from .make import Node
from .test_beside import TO, read, words
from .test_side_and_words import told

PERMITTED = "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-TreatmentPermitted"


TREATMENT = {
    "url": "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Treatment",
    "valueCodeableConcept": words("Reanimatie"),
}


def directive(*modifiers: Node, extension: Node = TREATMENT) -> Node:
    return {
        "resourceType": "Consent", "id": "w", "status": "active", "patient": TO, "policy": [{"uri": "http://x.example/p"}],
        "category": [words("Behandelaanwijzing")], "extension": [extension], "modifierExtension": list(modifiers),
    }  # fmt: skip


def test_a_directive_is_shown_with_whether_its_treatment_is_permitted() -> None:
    denied = {"url": PERMITTED, "valueCodeableConcept": words("Niet toegestaan")}
    found = read(directive(denied), profile="generic-stu3")
    assert told(found) == [("Toestemming of afspraak", "Behandelaanwijzing; Reanimatie; Niet toegestaan")]


def test_a_directive_is_shown_with_its_restriction() -> None:
    limit = {
        "url": "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Restrictions",
        "valueString": "Eerst overleg",
    }
    allowed = {"url": PERMITTED, "valueCodeableConcept": words("Ja, maar")}
    found = read(directive(allowed) | {"except": [{"type": "deny", "extension": [limit]}]}, profile="generic-stu3")
    assert told(found) == [
        ("Toestemming of afspraak", "Behandelaanwijzing; Reanimatie; Ja, maar; uitzondering (niet toegestaan): Eerst overleg")
    ]


@pytest.mark.parametrize(
    ("modifiers", "extension"),
    [
        ([{"url": "http://x.example/turned", "valueCodeableConcept": words("Nee")}], TREATMENT),
        ([{"url": PERMITTED, "valueCodeableConcept": {}}], TREATMENT),
        (
            [{"url": PERMITTED, "valueCodeableConcept": words("Nee")}, {"url": "http://x.example/turned", "valueBoolean": True}],
            TREATMENT,
        ),
        ([{"url": PERMITTED, "valueCodeableConcept": words("Nee")}], TREATMENT | {"_valueCodeableConcept": {"id": "x"}}),
    ],
)
def test_and_never_without_it(modifiers: list[Node], extension: Node) -> None:
    found = read(directive(*modifiers, extension=extension), profile="generic-stu3")
    assert (told(found), [one.partition(":")[0] for one in found.quarantined]) == ([], ["Consent/2"])


def test_what_else_a_directive_of_zib2020_says_is_shown_beside_its_treatment() -> None:
    """It stood among what could not be read: a wish of the patient, put apart for the one word that says it."""
    other = {
        "url": "http://nictiz.nl/fhir/StructureDefinition/ext-TreatmentDirective2.SpecificationOther",
        "valueString": "eerst overleg",
    }
    wish = {
        "resourceType": "Consent", "id": "x", "status": "active", "modifierExtension": [other], "patient": {"reference": "Patient/p"},
        "scope": {"coding": [{"code": "treatment"}]}, "category": [{"text": "Behandelaanwijzing"}], "policyRule": {"text": "x"},
        "provision": {"code": [{"text": "Reanimatie"}]},
    }  # fmt: skip
    found = read(wish)
    assert (told(found), found.quarantined) == (
        [("Toestemming of afspraak", "Behandelaanwijzing; eerst overleg; Reanimatie")],
        (),
    )
    assert read(wish | {"modifierExtension": [other | {"valueString": ""}]}).quarantined
    own = {"coding": [{"system": "http://snomed.info/sct", "code": "129125009"}], "text": "verrichting met expliciete context"}
    assert [fact.section for fact in read(wish | {"category": [own]}).facts] == [Section.WISH]
