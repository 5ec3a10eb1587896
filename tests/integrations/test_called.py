"""One list of words says on every wire which field or column something is, and not where the word means something else."""

from __future__ import annotations

import pytest

from integrations.fhir.text.profile import load_profile
from mdo_portal.exchange import IncomingReferral, Section
from tests.integrations.fhir.make import Node
from tests.integrations.fhir.read_house import about, read, value

PROFILE = load_profile("generic-r4")


@pytest.mark.parametrize(
    ("called", "where"),
    [
        ("CT thorax", Section.IMAGING),
        ("cT", Section.DIAGNOSIS),
        ("ycT-stadium", Section.DIAGNOSIS),
        ("WHO-status", Section.CONDITION),
        ("Who lives with you", None),
        ("EGFR", Section.PATHOLOGY),
        ("eGFR", None),
        ("Alk. fosfatase", None),
        ("Section", None),
    ],
)
def test_a_word_places_a_name_and_not_what_only_looks_like_it(called: str, where: Section | None) -> None:
    assert PROFILE.column(called) is where


@pytest.mark.parametrize(
    ("called", "field"),
    [("Reden bespreking", "reason"), ("Welk MDO?", "meeting"), ("Vraag 2", "question_board"), ("Vraag aan radioloog", "question_radiology"),
     ("Eerdere vraagstelling", ""), ("Datum vraagstelling", ""), ("Vragenlijst", "")],
)  # fmt: skip
def test_a_name_is_a_field_where_it_says_so(called: str, field: str) -> None:
    assert PROFILE.target("", called) == field


def form(**said: str) -> IncomingReferral:
    items = [{"linkId": name, "text": name.replace("_", " "), "answer": [{"valueString": words}]} for name, words in said.items()]
    return read(about("QuestionnaireResponse", status="completed", item=items))


def test_why_it_is_discussed_asks_where_nothing_else_does() -> None:
    assert form(Reden_bespreking="Recidief").question_board == "Recidief"
    both = form(Reden_bespreking="Recidief", Vraagstelling="Bestralen?")
    assert both.question_board == "Bestralen?"
    assert ("Reden bespreking", "Recidief") in [(fact.label, fact.text) for fact in both.facts]


def test_which_board_a_form_says_gives_way_to_a_request_that_names_one() -> None:
    item = {"linkId": "1", "text": "Welk MDO?", "answer": [{"valueString": "MDO Long"}]}
    asked: Node = {
        "resourceType": "ServiceRequest",
        "id": "r",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
    }
    found = read(
        about("QuestionnaireResponse", status="completed", item=[item]), asked=asked | {"code": {"text": "MDO urologie"}}
    )
    assert found.board_hint == "MDO urologie"
    assert ("Welk MDO?", "MDO Long") in [(fact.label, fact.text) for fact in found.facts]


def test_a_value_stands_by_its_own_name_before_that_of_its_report() -> None:
    results = [{"reference": "Observation/a"}, {"reference": "Observation/b"}]
    report = about("DiagnosticReport", status="final", code={"text": "CT thorax"}, result=results) | {"id": "ct"}
    found = read(report, value("PSA", valueString="4") | {"id": "a"}, value("Laesie", valueString="12 mm") | {"id": "b"})
    assert {fact.label: fact.section for fact in found.facts if fact.text in ("4", "12 mm")} == {
        "PSA": Section.MARKER,
        "Laesie": Section.IMAGING,
    }
