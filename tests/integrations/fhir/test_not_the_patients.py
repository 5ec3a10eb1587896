"""What is told of a relative, a general practitioner or a bag of blood never stands as the patient's own."""

from __future__ import annotations

from typing import Any

import pytest

from mdo_portal.exchange import Fact, Section

from .make import Node, patient
from .read_house import about, read, value


def asked(label: str, *inside: Node, answer: str = "") -> Node:
    """A question of a form, with what is asked below it."""
    given = {"answer": [{"valueString": answer}]} if answer else {}
    return {"linkId": label, "text": label} | given | ({"item": list(inside)} if inside else {})


def form(*items: Node) -> Node:
    return about("QuestionnaireResponse", status="completed", item=list(items))


def of_form(*items: Node) -> list[tuple[str, str, str]]:
    return [(fact.section, fact.label, fact.text) for fact in read(form(*items)).facts]


@pytest.mark.parametrize("heading", ["Familieanamnese", "Komt er kanker voor in de familie?", "Moeder", "Familielid 1", "Zus 2"])
@pytest.mark.parametrize("question", ["Comorbiditeit", "Medicatie", "Diagnose", "ECOG"])
def test_an_answer_about_a_relative_stands_with_the_form_under_its_heading(heading: str, question: str) -> None:
    assert of_form(asked(heading, asked(question, answer="Diabetes"))) == [(Section.FORM, f"{heading}: {question}", "Diabetes")]


def test_an_answer_below_a_relative_names_all_that_stands_above_it() -> None:
    inner = asked("Ziekten", asked("Comorbiditeit", answer="Diabetes"))
    assert of_form(asked("Familieanamnese", asked("Moeder", inner))) == [
        (Section.FORM, "Familieanamnese: Moeder: Ziekten: Comorbiditeit", "Diabetes")
    ]


def test_what_is_asked_below_an_answer_about_the_family_is_of_the_family() -> None:
    item = asked("Kanker in de familie", answer="ja") | {
        "answer": [{"valueString": "ja", "item": [asked("Behandeling", answer="Borstsparend")]}]
    }
    assert of_form(item)[1:] == [(Section.FORM, "Kanker in de familie: Behandeling", "Borstsparend")]


def test_a_question_below_a_relative_is_no_question_for_the_board() -> None:
    assert read(form(asked("Vader", asked("Vraagstelling", answer="Was dit erfelijk?")))).question_board == ""


def test_a_disease_that_runs_in_families_is_the_patients_own() -> None:
    assert of_form(asked("Familiair mammacarcinoom", asked("Medicatie", answer="Tamoxifen"))) == [
        (Section.MEDICATION, "Medicatie", "Tamoxifen")
    ]


@pytest.mark.parametrize("question", ["Naam", "Telefoon", "Geboortedatum", "Van", "Sinds", "Diagnose", "Functie:"])
def test_a_question_that_asks_nothing_by_itself_names_what_stands_above_it(question: str) -> None:
    """`Naam: Bakker` alone would be the patient's, also where it is asked once."""
    assert of_form(asked("Huisarts", asked(question, answer="Bakker"))) == [(Section.FORM, f"Huisarts: {question}", "Bakker")]


def letter(*sections: Node) -> list[Fact]:
    told = about("Composition", status="final", type={"text": "Brief"}, date="2026-11-01", title="Brief", section=list(sections))
    return list(read(told).facts)


def section(title: str, words: str = "", *inside: Node) -> Node:
    div = {"text": {"status": "generated", "div": f"<div>{words}</div>"}} if words else {}
    return {"title": title} | div | ({"section": list(inside)} if inside else {})


def test_a_part_of_a_letter_about_a_relative_is_not_the_patients() -> None:
    told = letter(
        section("Familieanamnese", "belast", section("Voorgeschiedenis", "diabetes"), section("Vader", "coloncarcinoom"))
    )
    assert [(one.section, one.label, one.text) for one in told] == [
        (Section.COURSE, "Familieanamnese", "belast"),
        (Section.OTHER, "Familieanamnese: Voorgeschiedenis", "diabetes"),
        (Section.OTHER, "Familieanamnese: Vader", "coloncarcinoom"),
    ]


def test_a_question_about_a_relative_in_a_letter_is_no_question_for_the_board() -> None:
    told = about(
        "Composition", status="final", type={"text": "Brief"}, date="2026-11-01", title="Brief",
        section=[section("Familieanamnese", "", section("Vraagstelling", "erfelijk?"))],
    )  # fmt: skip
    assert read(told).question_board == ""


BLOOD = {
    "resourceType": "BiologicallyDerivedProduct",
    "id": "b",
    "productCategory": "cells",
    "productCode": {"text": "Erytrocyten"},
}


@pytest.mark.parametrize(
    ("thing", "named"),
    [
        (BLOOD, "Erytrocyten"),
        ({"resourceType": "BiologicallyDerivedProduct", "id": "b", "productCategory": "cells"}, "iets anders dan de patiënt"),
        ({"resourceType": "Substance", "id": "b", "code": {"text": "Infuus met kalium"}}, "Infuus met kalium"),
    ],
)
def test_a_value_of_a_thing_names_that_thing(thing: Node, named: str) -> None:
    """The blood group of a bag of blood is not the patient's."""
    told = value("Bloedgroep", contained=[thing], focus=[{"reference": "#b"}], valueString="A")
    assert [one.text for one in read(told).facts] == [f"A; betreft: {named}"]


def test_a_value_of_a_thing_that_was_not_sent_says_that_it_is_not_the_patients() -> None:
    told = value("Bloedgroep", focus=[{"reference": "BiologicallyDerivedProduct/9"}], valueString="A")
    assert [one.text for one in read(told).facts] == ["A; betreft: iets anders dan de patiënt"]


def test_a_value_found_on_a_picture_or_in_a_disease_is_the_patients() -> None:
    told = value("Grootte", focus=[{"reference": "ImagingStudy/9"}, {"reference": "Condition/8"}], valueString="2 cm")
    assert [one.text for one in read(told).facts] == ["2 cm"]


@pytest.mark.parametrize(
    "whom",
    [
        [{"reference": "Patient/q"}],
        [{"reference": "Patient/p"}, {"reference": "Patient/q"}],
        {"identifier": {"value": {"value": "0043"}}},
        '{"reference": "Patient/q"}',
    ],
)
def test_a_task_of_which_nobody_can_tell_for_whom_it_is_says_nothing_of_the_patient(whom: Any) -> None:
    task = {
        "resourceType": "Task",
        "id": "t",
        "status": "requested",
        "intent": "order",
        "description": "Bel de familie",
        "for": whom,
    }
    found = read(task, patient(id="q", identifier=[{"system": "urn:oid:2.25.1", "value": "0043"}]))

    assert not found.facts
    assert any(one.startswith("Task/2") for one in found.quarantined)


def test_a_task_for_the_patient_is_told_also_where_that_stands_in_a_list() -> None:
    task = {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "description": "Bel de familie"}

    assert [fact.text for fact in read(task | {"for": [{"reference": "Patient/p"}]}).facts] == ["Bel de familie"]


def test_whom_it_is_about_is_never_taken_from_a_text_that_is_an_object() -> None:
    value_of = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "PSA"}, "valueString": "9"}
    found = read(value_of | {"subject": '{"identifier": {"system": "urn:oid:2.25.1", "value": "0043"}}'})

    assert not found.facts and len(found.quarantined) == 1
