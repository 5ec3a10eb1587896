"""What a Task, a picture, a letter, a form or a finding says in a field of its own is read: its question, files, side, status, who and for whom."""

from __future__ import annotations

import base64
import json

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, Section

from .make import Node, bundle, patient, request
from .test_beside import TO, one, read, words

PDF = base64.b64encode(b"%PDF-1.7 bijlage %%EOF").decode()
FILE = {"contentType": "application/pdf", "data": PDF, "title": "Brief"}


def told(found: IncomingReferral) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in found.facts]


def asking(*inputs: Node, **over: object) -> Node:
    focus = {"reference": "ServiceRequest/r"}
    return {
        "resourceType": "Task",
        "id": "t",
        "status": "requested",
        "intent": "order",
        "for": TO,
        "focus": focus,
        "input": [*inputs],
    } | over


def test_the_inputs_of_a_task_are_its_question_its_files_and_what_else_it_says() -> None:
    found = read(
        asking(
            {"type": words("Vraagstelling"), "valueString": "Operabel?"},
            {"type": words("Bijlage"), "valueAttachment": FILE},
            {"type": words("Tolk nodig"), "valueBoolean": True},
            priority="urgent",
            restriction={"period": {"end": "2026-03-20"}},
        )
    )
    assert (found.question_board, found.urgency, str(found.latest_useful_on)) == ("Operabel?", "urgent", "2026-03-20")
    assert [document.content for document in found.documents] == [base64.b64decode(PDF)]
    assert told(found) == [("Tolk nodig", "ja")]


def test_what_is_to_be_fetched_is_no_word_of_the_sender() -> None:
    """It may hold a number of the patient."""
    asked = {"type": words("zoek"), "valueString": "Condition?patient.identifier=999900006"}
    found = read(asking(asked, restriction={"period": {"end": "2026-03-20"}}))
    assert (told(found), found.latest_useful_on) == ([], None)  # until then the data lie ready
    assert found.unmapped == ("Task/2",)


def test_a_file_that_came_of_a_question_is_a_document() -> None:
    task = {
        "resourceType": "Task", "status": "completed", "intent": "order", "basedOn": [{"identifier": {"value": "REF-1"}}],
        "output": [{"type": words("Verslag"), "valueAttachment": FILE}, {"type": words("PSA"), "valueQuantity": {"value": 4, "unit": "ug/L"}}],
    }  # fmt: skip
    found = FhirReader().read(json.dumps(task).encode(), "generic-r4")
    assert isinstance(found, IncomingAnswer)
    assert [document.title for document in found.documents] == ["Brief"]
    assert found.text == "4 ug/L"


@pytest.mark.parametrize(
    ("performer", "shown"),
    [
        ({"display": "Streeklab Zuid"}, "4; door: Streeklab Zuid"),
        (TO, "4; door: de patiënt zelf"),
        ({"reference": "Patient/elders"}, "4; door: de patiënt zelf"),
    ],
)
def test_a_finding_says_who_found_it(performer: Node, shown: str) -> None:
    found = read(one("Observation", status="final", code=words("PSA"), valueString="4", performer=[performer]))
    assert told(found) == [("PSA", shown)]


def test_a_usual_range_says_for_whom_it_is() -> None:
    usual = {"high": {"value": 4}, "appliesTo": [words("vrouwen")], "age": {"low": {"value": 50, "unit": "jaar"}}}
    found = read(one("Observation", status="final", code=words("PSA"), valueString="4", referenceRange=[usual]))
    assert told(found) == [("PSA", "4 (… – 4 vrouwen 50 jaar – …)")]


@pytest.mark.parametrize(("kind", "name"), [("Observation", "hasMember"), ("DiagnosticReport", "result")])
def test_a_finding_that_is_only_named_is_named_beside_what_is_told(kind: str, name: str) -> None:
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">BI-RADS 5</div>'}
    found = read(one(kind, status="final", code=words("MRI"), text=text, **{name: [{"display": "CEA 5"}]}))
    assert ("Document niet meegestuurd", "CEA 5") in told(found)
    if kind == "DiagnosticReport":
        assert ("MRI", "BI-RADS 5") in told(found)


def test_a_picture_says_of_what_it_is() -> None:
    found = read(one("Media", status="completed", content=FILE, bodySite=words("rug links"), note=[words("naevus")]))
    assert told(found) == [("Brief", "rug links; naevus")]
    assert len(found.documents) == 1


def test_a_letter_that_is_preliminary_says_so_of_its_words() -> None:
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Klachten</div>'}
    section = {"title": "Beloop", "text": text}
    letter = one(
        "Composition", status="preliminary", type=words("Brief"), date="2026-03-01", title="Brief", author=[{"display": "dr. Wit"}],
        section=[section],
    )  # fmt: skip
    assert [(fact.label, fact.status) for fact in read(letter).facts] == [("Beloop", "preliminary")]


def test_a_form_that_was_sent_in_error_takes_its_answers_back() -> None:
    form = one(
        "QuestionnaireResponse",
        status="entered-in-error",
        item=[{"linkId": "1", "text": "Roker", "answer": [{"valueString": "ja"}]}],
    )
    found = read(form)
    assert (told(found), [(fact.label, fact.text) for fact in found.taken_back]) == ([], [("Roker", "ja")])


def test_a_picture_that_was_sent_in_error_is_withdrawn() -> None:
    assert [document.status for document in read(one("Media", status="entered-in-error", content=FILE)).documents] == [
        "withdrawn"
    ]


def test_a_side_in_a_form_says_of_what_it_is_the_side() -> None:
    items = [{"linkId": name, "text": name, "answer": [{"valueString": "2 cm"}]} for name in ("Links", "Roker")]
    form = one("QuestionnaireResponse", status="completed", item=[{"linkId": "g", "text": "Okselklier", "item": items}])
    assert told(read(form)) == [("Okselklier: Links", "2 cm"), ("Roker", "2 cm")]


def test_a_relative_who_died_is_said_to_have_died() -> None:
    had = [{"code": words("Ovariumcarcinoom")}]
    history = {
        "resourceType": "FamilyMemberHistory",
        "id": "f",
        "status": "completed",
        "patient": TO,
        "relationship": words("moeder"),
    }
    assert told(read(history | {"condition": had, "deceasedString": "50 jaar"})) == [
        ("Familieanamnese", "moeder: Ovariumcarcinoom (overleden: 50 jaar)")
    ]
    assert told(read(history | {"condition": had, "deceasedBoolean": False})) == [("Familieanamnese", "moeder: Ovariumcarcinoom")]


@pytest.mark.parametrize(("profile", "name"), [("generic-r4", "ext"), ("generic-stu3", "zib-Medication")])
def test_a_drug_that_was_stopped_says_so(profile: str, name: str) -> None:
    url = f"http://nictiz.nl/fhir/StructureDefinition/{name}-StopType"
    stop = [{"url": url, "valueCodeableConcept": words("Definitief")}]
    drug = one(
        "MedicationRequest", status="active", intent="order", medicationCodeableConcept=words("Tamoxifen"), modifierExtension=stop
    )
    asked = request() if profile == "generic-r4" else request(resourceType="ReferralRequest")
    found = FhirReader().read(bundle(asked, patient(), drug), profile)
    assert isinstance(found, IncomingReferral)
    (fact,) = found.facts
    assert fact.section is Section.MEDICATION
    assert fact.text.startswith("Tamoxifen") and fact.text.endswith("stoptype: Definitief")


def test_text_in_another_character_set_can_be_read() -> None:
    attachment = {
        "contentType": "text/plain; charset=iso-8859-1",
        "data": base64.b64encode("Poliep, één".encode("latin-1")).decode(),
    }
    paper = one("DocumentReference", status="current", content=[{"attachment": attachment}])
    assert [document.content.decode() for document in read(paper).documents] == ["Poliep, één"]


def test_what_a_message_asks_to_change_in_place_is_named() -> None:
    tree = json.loads(bundle(request(), patient(), kind="transaction"))
    tree["entry"].append({"request": {"method": "PATCH", "url": "Observation/1"}, "resource": {"resourceType": "Parameters"}})
    found = FhirReader().read(json.dumps(tree).encode(), "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert found.unmapped == ("entry/2 PATCH",)
