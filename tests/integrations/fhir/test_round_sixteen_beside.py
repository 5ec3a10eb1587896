"""What the sixteenth round of FHIR samples showed beside the notes: in extensions, Tasks, values and forms."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer

from .make import Node, bundle, patient, request
from .read_house import about, read, value
from .written_house import TASK, extension


def pair(question: str, answer: str) -> Node:
    return extension(
        "order-question", extension=[{"url": "question", "valueString": question}, {"url": "answer", "valueString": answer}]
    )


def test_an_extension_with_a_question_of_a_form_and_its_answer_is_read_by_that_question() -> None:
    many = [pair("Vraagstelling", "Opereren?"), pair("Hoofdbehandelaar", "dr. Wit"), pair("Tolk nodig?", "ja")]
    found = read(asked=request(extension=many))
    assert (found.question_board, found.treating.name) == ("Opereren?", "dr. Wit")
    assert [fact.text for fact in found.facts] == ["order question: question: Tolk nodig?; answer: ja"]


def test_a_question_of_a_form_in_an_extension_is_not_itself_what_is_asked() -> None:
    found = read(asked=request(extension=[pair("Is er contrastallergie?", "nee")]))
    assert found.question_board == ""


def test_an_input_of_a_task_says_who_treats() -> None:
    given = [
        {"type": {"text": "Hoofdbehandelaar"}, "valueReference": {"display": "dr. Wit"}},
        {"type": {"text": "Casemanager"}, "valueString": "M. Zilver"},
    ]
    found = read(TASK | {"input": given})
    assert (found.treating.name, found.case_manager.name, found.facts) == ("dr. Wit", "M. Zilver", ())


VALUES: list[tuple[str, Node]] = [
    ("Vraagstelling", {"valueString": "Opereren?"}),
    ("Behandelaar", {"valueString": "dr. Wit"}),
    ("Casemanager", {"valueCodeableConcept": {"text": "M. Zilver"}}),
    ("Spoed", {"valueBoolean": True}),
    ("Uiterlijk bespreken", {"valueDateTime": "2026-12-10"}),
]


def test_values_that_are_called_as_fields_are_those_fields() -> None:
    """As a form comes that was HL7 v2 before: one value for each line."""
    found = read(*(value(name, **said) | {"id": f"v{n}"} for n, (name, said) in enumerate(VALUES)))
    assert (found.question_board, found.treating.name, found.case_manager.name) == ("Opereren?", "dr. Wit", "M. Zilver")
    assert (found.urgency, str(found.latest_useful_on), found.facts) == ("urgent", "2026-12-10", ())


def test_the_parts_of_a_value_are_the_lines_of_a_form() -> None:
    found = read(value("Aanmelding MDO", component=[{"code": {"text": name}} | said for name, said in VALUES]))
    assert (found.question_board, found.treating.name, found.case_manager.name) == ("Opereren?", "dr. Wit", "M. Zilver")
    assert (found.urgency, str(found.latest_useful_on)) == ("urgent", "2026-12-10")
    assert ("Vraagstelling", "Opereren?") in [(fact.label, fact.text) for fact in found.facts]


@pytest.mark.parametrize("whole", ["CT thorax", "Pathologie"])
def test_the_parts_of_what_was_examined_ask_no_board(whole: str) -> None:
    parts = [
        {"code": {"text": "Vraagstelling"}, "valueString": "Metastasen?"},
        {"code": {"text": "Behandelaar"}, "valueString": "dr. Oud"},
    ]
    found = read(value(whole, component=parts))
    assert (found.question_board, found.treating.name) == ("", "")


def test_a_bare_question_below_the_name_of_a_specialism_is_for_that_one() -> None:
    def group(title: str, said: str) -> Node:
        return {"linkId": title, "text": title, "item": [{"linkId": said, "text": "Vraag", "answer": [{"valueString": said}]}]}

    groups = [group("Radiologie", "Ingroei?"), group("Pathologie", "Type?"), group("MDO", "Opereren?")]
    found = read(about("QuestionnaireResponse", status="completed", item=groups))
    assert (found.question_board, found.question_radiology, found.question_pathology) == ("Opereren?", "Ingroei?", "Type?")


def test_what_is_added_later_is_told_by_its_name() -> None:
    form = about("QuestionnaireResponse", status="completed", basedOn=[{"identifier": {"value": "REF-1"}}], item=[]) | {"id": "f"}
    values = (value(name, **said) | {"id": f"v{n}"} for n, (name, said) in enumerate(VALUES[1:]))
    found = FhirReader().read(bundle(patient(), form, *values), "generic-r4")
    assert isinstance(found, IncomingAnswer) and found.text == ""
    told = [("Behandelaar", "dr. Wit"), ("Casemanager", "M. Zilver"), ("Spoed", "ja"), ("Uiterlijk bespreken", "2026-12-10")]
    assert [(fact.label, fact.text) for fact in found.facts] == told
