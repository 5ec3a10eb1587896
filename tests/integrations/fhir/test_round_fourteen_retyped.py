"""What the fourteenth round of FHIR samples left to be typed again: it was sent, and stands in another place than its own."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer, Section

from .make import BASE, Node, bundle, patient, request
from .read_house import about, read

PATIENT = {"reference": "Patient/p"}


def letter(*sections: tuple[str, str]) -> Node:
    parts = [
        {"title": title, "text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}}
        for title, words in sections
    ]
    fixed = {"status": "final", "type": {"text": "Verwijsbrief"}, "title": "Verwijsbrief", "date": "2026-10-01"}
    return about("Composition", **fixed, author=[{"display": "dr. Paars"}], section=parts)


def form(*answers: tuple[str, str]) -> Node:
    items = [{"linkId": str(n), "text": name, "answer": [{"valueString": said}]} for n, (name, said) in enumerate(answers)]
    return about("QuestionnaireResponse", status="completed", item=items)


@pytest.mark.parametrize("text", ["Anamnese: hoesten\nVraagstelling: Bestralen?\nSpoed: ja\nUiterste datum: 27-11-2026"])
def test_a_form_in_a_note_is_read_as_a_form(text: str) -> None:
    found = read(asked=request(note=[{"text": text}]))
    assert (found.question_board, found.urgency, str(found.latest_useful_on)) == ("Bestralen?", "urgent", "2026-11-27")


def test_of_two_notes_the_one_that_is_called_so_asks() -> None:
    found = read(asked=request(note=[{"text": "Tolk nodig"}, {"text": "Vraagstelling: Bestralen?"}]))
    assert found.question_board == "Bestralen?"


def test_a_task_asks_where_the_request_says_nothing() -> None:
    task = {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "for": PATIENT}
    asks = task | {"focus": {"reference": f"{BASE}/ServiceRequest/r"}, "description": "Vraagstelling: opereren?"}
    assert read(asks).question_board == "opereren?"


@pytest.mark.parametrize("resource", [form(("Is er spoed?", "ja")), letter(("Spoed", "ja"))], ids=["form", "letter"])
def test_a_form_or_letter_that_says_that_it_cannot_wait(resource: Node) -> None:
    assert read(resource).urgency == "urgent"


def test_a_form_says_for_which_board_it_is() -> None:
    found = read(form(("Welk MDO?", "Longoncologie")), asked=request(code={"text": "Aanmelding MDO"}))
    assert found.board_hint == "Longoncologie"


@pytest.mark.parametrize(
    ("name", "field"), [("Hoofdbehandelaar", "treating"), ("Casemanager", "case_manager"), ("Huisarts", "gp")]
)
def test_a_form_says_who_treats(name: str, field: str) -> None:
    assert "Zwart" in getattr(read(form((name, "dr. Zwart"))), field).name


@pytest.mark.parametrize(("name", "where"), [("NR-beleid", Section.WISH), ("Anticoagulantia", Section.MEDICATION)])
def test_an_answer_finds_its_column_by_its_name(name: str, where: Section) -> None:
    assert [fact.section for fact in read(form((name, "ja"))).facts] == [where]


TASK = {
    "resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "for": PATIENT,
    "focus": {"reference": f"{BASE}/ServiceRequest/r"},
}  # fmt: skip


def given(name: str, **said: Any) -> Node:
    return TASK | {"input": [{"type": {"text": name}} | said]}


@pytest.mark.parametrize("said", [{"valueBoolean": True}, {"valueString": "ja"}], ids=["truth", "words"])
def test_an_input_of_a_task_says_that_it_cannot_wait(said: Node) -> None:
    assert read(given("Spoed", **said)).urgency == "urgent"


@pytest.mark.parametrize(
    "task",
    [
        given("Welk MDO", valueString="MDO Longoncologie"),
        TASK | {"owner": {"display": "MDO Longoncologie"}},
        TASK | {"code": {"text": "MDO Longoncologie"}},
    ],
    ids=["input", "owner", "code"],
)
def test_a_task_says_for_which_board_it_is(task: Node) -> None:
    assert read(task).board_hint == "MDO Longoncologie"


def test_a_code_without_words_is_no_board() -> None:
    coded = {"coding": [{"system": "http://snomed.info/sct", "code": "720006006"}]}
    assert read(asked=request(category=[coded, {"text": "Mammabespreking"}])).board_hint == "Mammabespreking"


def test_whom_a_form_names_gives_way_to_whom_a_resource_names() -> None:
    team = about("CareTeam", status="active", participant=[{"role": [{"text": "Casemanager"}], "member": {"display": "A. Wit"}}])
    found = read(team | {"id": "team"}, form(("Casemanager", "dr. Zwart")))
    assert "Wit" in found.case_manager.name
    assert ("Casemanager", "dr. Zwart") in [(fact.label, fact.text) for fact in found.facts]


@pytest.mark.parametrize("said", ["ja", "geen", "Is de huisarts op de hoogte?"])
def test_what_is_no_name_has_no_place_on_the_case(said: str) -> None:
    assert read(form(("Huisarts", said))).gp.name == ""


def test_whom_a_form_names_that_is_added_later_is_told_under_his_place() -> None:
    added = form(("Huisarts", "dr. Zwart")) | {"basedOn": [{"reference": f"{BASE}/ServiceRequest/r"}]}
    found = FhirReader().read(bundle(added, patient()), "generic-r4")
    assert isinstance(found, IncomingAnswer) and found.text == ""
    assert [(fact.label, fact.text) for fact in found.facts] == [("Huisarts", "dr. Zwart")]
