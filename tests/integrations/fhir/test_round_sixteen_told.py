"""Forms in extensions and in words of which a part must not get lost, and what is no name, no haste and no greeting."""

from __future__ import annotations

import pytest

from .make import Node, request
from .read_house import read, value
from .written_house import TASK, extension


def pair(question: str, answer: str) -> list[Node]:
    return [{"url": "question", "valueString": question}, {"url": "answer", "valueString": answer}]


def form(*inside: Node) -> Node:
    return request(extension=[extension("formulier", extension=list(inside))])


def test_of_a_form_in_one_extension_each_question_is_read_with_its_own_answer() -> None:
    asked = form(*pair("Vraagstelling", "SBRT?"), *pair("Casemanager", "V. Groen"), *pair("Rookt u?", "ja"))
    found = read(asked=asked)
    assert (found.question_board, found.case_manager.name) == ("SBRT?", "V. Groen")
    assert [fact.text for fact in found.facts] == ["formulier: question: Rookt u?; answer: ja"]


def test_answers_that_stand_before_their_questions_are_theirs() -> None:
    asked = form(*reversed(pair("Vraagstelling", "SBRT?")), *reversed(pair("Casemanager", "V. Groen")))
    found = read(asked=asked)
    assert (found.question_board, found.case_manager.name) == ("SBRT?", "V. Groen")


def test_several_answers_to_a_question_are_all_asked() -> None:
    asked = form(*pair("Vraagstelling", "SBRT?"), {"url": "answer", "valueString": "Wedge?"})
    assert read(asked=asked).question_board == "SBRT?\nWedge?"


def test_a_question_that_nobody_answered_asks_nothing_beside_one_with_an_answer() -> None:
    asked = form({"url": "question", "valueString": "Wensen van de patiënt?"}, *pair("Vraagstelling", "SBRT?"))
    assert read(asked=asked).question_board == "SBRT?"


def test_what_stands_beside_a_question_and_its_answer_is_told() -> None:
    found = read(asked=form(*pair("Vraagstelling", "SBRT?"), {"url": "note", "valueString": "Na overleg"}))
    assert found.question_board == "SBRT?"
    assert [fact.text for fact in found.facts] == ["formulier: note: Na overleg"]


@pytest.mark.parametrize(
    "said", [{"valueBoolean": True}, {"valueString": "Nee"}, {"valueString": "Onbekend"}, {"valueString": "volgt"}]
)
@pytest.mark.parametrize("name", ["Casemanager", "Behandelaar", "Huisarts"])
def test_what_is_said_in_place_of_a_name_is_nobody_and_told(name: str, said: Node) -> None:
    found = read(value(name, **said))
    assert (found.case_manager.name, found.treating.name, found.gp.name) == ("", "", "")
    assert name in [fact.label for fact in found.facts]


@pytest.mark.parametrize("said", ["Reanimatie bij opname", "dr. A. Kok"])
def test_what_says_not_how_soon_is_no_haste_and_told(said: str) -> None:
    found = read(value("Spoed", valueString=said))
    assert found.urgency == ""
    assert ("Spoed", said) in [(fact.label, fact.text) for fact in found.facts]


@pytest.mark.parametrize(
    "question",
    [
        "Gr. II meningeoom, RT?",
        "gr. III carcinoom: nog RT",
        "Dank voor meedenken: is SBRT mogelijk?",
        "is er plaats voor: RT; chemo: welke?",
    ],
)
def test_a_question_that_begins_as_a_greeting_or_holds_a_colon_stays_whole(question: str) -> None:
    note = {"text": f"ECOG: 1\nVraagstelling:\n{question}"}
    assert read(asked=request(note=[note])).question_board == question
    assert read(TASK | {"note": [note]}).question_board == question


def test_fields_behind_a_question_on_its_line_are_read_and_what_asks_among_them_is_asked() -> None:
    note = {"text": "Diagnose: longca. Vraagstelling: TNM: cT2N0. Behandeling: SBRT? Casemanager: V. Groen. Spoed: ja"}
    found = read(asked=request(note=[note]))
    assert (found.question_board, found.case_manager.name, found.urgency) == (
        "TNM: cT2N0. Behandeling: SBRT?",
        "V. Groen",
        "urgent",
    )
