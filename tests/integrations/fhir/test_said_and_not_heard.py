"""What a careful reader hears in a message, and this one passed over: questions, parts of letters, why a value is none, what was in error."""

from __future__ import annotations

import pytest

from .make import Node, request
from .read_house import about, read, told, value

PAGE = "<div xmlns='http://www.w3.org/1999/xhtml'>%s</div>"


def _letter(*sections: Node) -> Node:
    return about(
        "Composition",
        status="final",
        type={"text": "Brief"},
        date="2026-11-02",
        author=[{"display": "x"}],
        title="Brief",
        section=[*sections],
    )


def _page(inside: str) -> Node:
    return {"status": "generated", "div": PAGE % inside}


# Questions


def test_a_question_below_its_heading_in_a_letter_is_the_question() -> None:
    below = {"title": "Aan het MDO", "text": _page("<p>Resectie mogelijk?</p>")}
    assert read(_letter({"title": "Vraagstelling", "section": [below]})).question_board == "Resectie mogelijk?"


def test_a_question_that_stands_as_the_words_of_a_code_is_the_question() -> None:
    code = {
        "coding": [{"system": "http://snomed.info/sct", "code": "720006006", "display": "MDO"}],
        "text": "Nog indicatie voor RT?",
    }
    assert read(asked=request(code=code)).question_board == "Nog indicatie voor RT?"
    reason = {
        "coding": [{"system": "http://snomed.info/sct", "code": "254637007", "display": "NSCLC"}],
        "text": "NSCLC: resectabel?",
    }
    assert read(asked=request(reasonCode=[reason])).question_board == "NSCLC: resectabel?"
    assert read(asked=request(code=code, note=[{"text": "Operatie?"}])).question_board == "Operatie?"


@pytest.mark.parametrize("said", ["<p>Graag <b>advies</b><br/>over OK</p>", "{\\rtf1\\ansi Graag advies\\par over OK}"])
def test_a_question_in_html_or_rtf_is_read_in_words(said: str) -> None:
    assert read(asked=request(note=[{"text": said}])).question_board == "Graag advies\nover OK"
    form = about("QuestionnaireResponse", status="completed") | {
        "item": [{"linkId": "1", "text": "Vraagstelling", "answer": [{"valueString": said}]}]
    }
    assert read(form).question_board == "Graag advies\nover OK"


def test_what_only_looks_like_a_page_stays() -> None:
    assert read(asked=request(note=[{"text": "T<3 cm en N>1?"}])).question_board == "T<3 cm en N>1?"


# Letters


def test_a_part_of_a_letter_that_only_names_what_was_not_sent_says_so() -> None:
    part = {"title": "Problemen", "entry": [{"reference": "Condition/gone", "display": "Longcarcinoom"}]}
    assert told(_letter(part)) == [("Problemen", "Longcarcinoom")]


def test_a_part_of_a_letter_that_is_a_remark_is_told() -> None:
    """As the European imaging report has its findings."""
    note = {"url": "http://hl7.org/fhir/StructureDefinition/note", "valueAnnotation": {"text": "Laesie van 2 cm"}}
    assert told(_letter({"title": "Bevindingen", "extension": [note]})) == [("Bevindingen", "Laesie van 2 cm")]


def test_a_letter_that_takes_the_place_of_another_says_so() -> None:
    letter = _letter({"title": "Conclusie", "text": _page("<p>cT3</p>")})
    found = read(letter | {"relatesTo": [{"code": "replaces", "targetIdentifier": {"value": "B-1"}}]})
    assert "Composition/2 relatesTo" in found.unmapped


def test_a_page_in_two_languages_is_words_and_no_tags() -> None:
    page = '<div xml:lang="en" lang="en"><p title="Code">Surgery</p></div><div lang="de"><p>Operation</p></div>'
    words = told(_letter({"title": "Plan", "text": _page(page)}))[0][1]
    assert "<" not in words and words.split() == ["Surgery", "Operation"]


# Values


def test_why_a_value_is_doubted_stands_beside_it() -> None:
    doubted = value("CEA", valueString="9", dataAbsentReason={"text": "Hemolytisch"})
    assert told(doubted) == [("CEA", "9; Hemolytisch")]


def test_a_drug_that_was_entered_in_error_says_so() -> None:
    drug = {"resourceType": "Medication", "id": "m", "status": "entered-in-error", "code": {"text": "Verkeerd middel"}}
    used = about("MedicationStatement", status="active", medicationReference={"reference": "Medication/m"})
    assert told(drug, used) == [("", "Verkeerd middel (ten onrechte ingevoerd)")]


@pytest.mark.parametrize(("state", "word"), [("entered-in-error", "ten onrechte ingevoerd"), ("unsatisfactory", "ongeschikt")])
def test_a_value_of_material_that_is_none_says_so(state: str, word: str) -> None:
    material = {
        "resourceType": "Specimen",
        "id": "s",
        "status": state,
        "subject": {"reference": "Patient/p"},
        "type": {"text": "Biopt"},
    }
    found = told(material, value("Histologie", valueString="Carcinoom", specimen=[{"reference": "Specimen/s"}][0]))
    assert ("Histologie", f"Carcinoom; materiaal: Biopt ({word})") in found


def test_why_there_is_no_value_is_said_in_words() -> None:
    reason = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "not-performed"}]}
    assert told(value("CEA", dataAbsentReason=reason)) == [("CEA", "niet gedaan")]


def test_a_goal_that_was_not_reached_and_an_empty_list_are_said_in_words() -> None:
    goal = about(
        "Goal",
        lifecycleStatus="active",
        description={"text": "Gewicht"},
        achievementStatus={"coding": [{"code": "not-achieved"}]},
    )
    assert told(goal)[0][1] == "Gewicht; niet bereikt"
    empty = about("List", status="current", mode="snapshot", title="Medicatie", emptyReason={"coding": [{"code": "nilknown"}]})
    assert told(empty) == [("Medicatie", "geen bekend")]


# Addresses


@pytest.mark.parametrize("written", ["p", "/Patient/p", "Patient/p/"])
def test_an_id_alone_points_at_who_has_it(written: str) -> None:
    assert told(value("CEA", valueString="9") | {"subject": {"reference": written}}) == [("CEA", "9")]
    assert read(asked=request(subject={"reference": written})).patient.local_number == "0042"


def test_an_id_that_two_have_points_at_nobody() -> None:
    two = (
        value("CEA", valueString="900") | {"id": "o", "subject": {"reference": "p"}},
        about("Flag", status="active", code={"text": "x"}) | {"id": "p"},
    )
    assert "900" not in str(read(*two).facts)
