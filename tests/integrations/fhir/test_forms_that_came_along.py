"""A form that came along says what the codes of its answers are called, and in which unit it asks."""

from __future__ import annotations

from typing import Any

from tests.integrations.fhir.make import Node
from tests.integrations.fhir.read_house import about, read


def asked(answer: Node, **question: Any) -> list[tuple[str, str]]:
    """What an answer to one question reads as, with its form beside it."""
    form_sent = {"resourceType": "Questionnaire", "id": "f", "url": "http://voorbeeld.nl/f", "status": "active"}
    form_sent |= {"item": [{"linkId": "1", "text": "Leefstijl", "type": "choice"} | question]}
    given = about("QuestionnaireResponse", status="completed", questionnaire="http://voorbeeld.nl/f")
    found = read(form_sent, given | {"item": [{"linkId": "1", "answer": [answer]}]})
    assert found.unmapped == ()
    return [(one.label, one.text) for one in found.facts]


def test_an_answer_that_is_only_a_code_is_called_as_the_form_that_came_along_calls_it() -> None:
    options = [{"valueCoding": {"code": "a1", "display": "Nooit gerookt"}}, {"valueCoding": {"code": "a2", "display": "Gestopt"}}]
    assert asked({"valueCoding": {"code": "a2"}}, answerOption=options) == [("Leefstijl", "Gestopt")]
    assert asked({"valueCoding": {"code": "a2", "display": "Ex-roker"}}, answerOption=options) == [("Leefstijl", "Ex-roker")]


def test_a_code_of_another_system_is_not_called_as_the_form_calls_its_own() -> None:
    options = [{"valueCoding": {"system": "urn:eigen", "code": "1", "display": "Ja"}}]
    assert asked({"valueCoding": {"system": "urn:anders", "code": "1"}}, answerOption=options) == [("Leefstijl", "1")]


def test_a_number_has_the_unit_in_which_the_form_asks() -> None:
    unit = {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"code": "kg", "display": "kg"}}
    assert asked({"valueDecimal": 80.5}, type="decimal", extension=[unit]) == [("Leefstijl", "80.5 kg")]
    assert asked({"valueInteger": 80}, type="integer") == [("Leefstijl", "80")]


def test_a_form_to_which_nothing_was_answered_is_named() -> None:
    form_sent = {"resourceType": "Questionnaire", "id": "f", "url": "http://voorbeeld.nl/f", "status": "active"}
    assert read(form_sent).unmapped == ("Questionnaire/2",)


def test_of_two_versions_of_a_form_the_one_that_was_filled_in_says_what_a_code_means() -> None:
    """The first in the message did: a stage II that was called I."""
    stages = {"1": "Stadium II", "2": "Stadium I"}
    forms = [
        {
            "resourceType": "Questionnaire",
            "id": f"f{version}",
            "url": "http://voorbeeld.nl/f",
            "version": version,
            "status": "active",
        }
        | {
            "item": [
                {
                    "linkId": "1",
                    "text": "Stadium",
                    "type": "choice",
                    "answerOption": [{"valueCoding": {"code": "1", "display": stage}}],
                }
            ]
        }
        for version, stage in stages.items()
    ]
    given = about("QuestionnaireResponse", status="completed", questionnaire="http://voorbeeld.nl/f|2")
    found = read(*forms, given | {"item": [{"linkId": "1", "answer": [{"valueCoding": {"code": "1"}}]}]})
    assert [(one.label, one.text) for one in found.facts] == [("Stadium", "Stadium I")]
