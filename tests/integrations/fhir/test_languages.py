"""Which language a patient speaks, and whether somebody must translate: it stood at the patient and was read and gone."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, patient, request
from .read_house import read, told, value

HL7 = "http://hl7.org/fhir/StructureDefinition"
NHS = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication"


def language(words: str, **more: Any) -> Node:
    return {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "xx", "display": words}]}, **more}


def shown(**more: Any) -> list[tuple[str, str]]:
    return [(one.label, one.text) for one in read(who=patient(**more)).facts]


def level(kind: str, how: str) -> Node:
    parts = [
        {"url": "level", "valueCoding": {"code": "x", "display": how}},
        {"url": "type", "valueCoding": {"code": "x", "display": kind}},
    ]
    return {"url": f"{HL7}/patient-proficiency", "extension": parts}


def test_every_language_is_told_and_which_of_them_the_patient_prefers() -> None:
    spoken = [language("Arabisch", preferred=True), language("Nederlands", preferred=False)]
    assert shown(communication=spoken) == [("Taal", "Arabisch (voorkeur)"), ("Taal", "Nederlands")]


def test_how_well_it_is_understood_and_what_is_said_of_it_stand_with_it() -> None:
    said = {"url": "http://nictiz.nl/fhir/StructureDefinition/ext-Comment", "valueString": "Zoon uitnodigen om te vertalen"}
    spoken = language("Nederlands", extension=[level("Received spoken", "Poor"), level("Expressed spoken", "Fair"), said])
    assert shown(communication=[spoken]) == [
        ("Taal", "Nederlands; Received spoken: Poor; Expressed spoken: Fair; Zoon uitnodigen om te vertalen")
    ]


def test_a_language_without_words_is_told_as_its_code() -> None:
    assert shown(communication=[{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "tr"}]}}]) == [("Taal", "tr")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"url": f"{HL7}/patient-interpreterRequired", "valueBoolean": True}, "ja"),
        ({"url": f"{HL7}/patient-interpreterRequired", "valueBoolean": False}, "nee"),
        (
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed",
                "valueCoding": {"code": "1", "display": "Tolk gewenst bij gesprekken"},
            },
            "Tolk gewenst bij gesprekken",
        ),
    ],
)
def test_whether_an_interpreter_is_needed_is_told(said: Node, words: str) -> None:
    assert shown(extension=[said]) == [("Tolk nodig", words)]


def test_both_in_one_extension_are_told_as_if_they_stood_apart() -> None:
    both = [
        {"url": "language", "valueCodeableConcept": {"coding": [{"code": "q4", "display": "Gebarentaal"}]}},
        {"url": "preferred", "valueBoolean": True},
        {"url": "interpreterRequired", "valueBoolean": True},
    ]
    assert shown(extension=[{"url": NHS, "extension": both}]) == [("Taal", "Gebarentaal (voorkeur)"), ("Tolk nodig", "ja")]


def test_the_patient_inside_the_request_says_it_too() -> None:
    inside = patient(communication=[language("Tigrinya")])
    asked = request(subject={"reference": "#p"}, contained=[inside])
    assert ("Taal", "Tigrinya") in [(one.label, one.text) for one in read(asked=asked).facts]


def test_what_another_patient_speaks_is_not_told() -> None:
    mother = patient(id="q", identifier=[{"system": "urn:oid:2.25.1", "value": "0077"}], communication=[language("Pools")])
    assert told(mother, value("PSA", valueString="4")) == [("PSA", "4")]
