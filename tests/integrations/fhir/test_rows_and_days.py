"""Rows of a table on a form, words where a day should stand, an addendum among documents, a test that says it is one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request
from .read_house import about, read, told


def form(*items: Node) -> Node:
    return about("QuestionnaireResponse", status="completed", item=list(items))


def row(heading: str, **answers: Any) -> Node:
    inside = [{"linkId": name, "text": name, "answer": [given]} for name, given in answers.items()]
    return {"linkId": heading, "text": heading, "item": inside}


def test_rows_of_a_table_on_a_form_keep_their_answers_together() -> None:
    """`Gestopt: ja` is of one of the two drugs."""
    rows = [
        row("Geneesmiddel", Middel={"valueString": "Tamoxifen"}, Gestopt={"valueBoolean": True}),
        row("Geneesmiddel", Middel={"valueString": "Prednison"}, Gestopt={"valueBoolean": False}),
    ]
    assert told(form(*rows)) == [
        ("Geneesmiddel 1: Middel", "Tamoxifen"), ("Geneesmiddel 1: Gestopt", "ja"),
        ("Geneesmiddel 2: Middel", "Prednison"), ("Geneesmiddel 2: Gestopt", "nee"),
    ]  # fmt: skip


def test_a_group_that_stands_there_once_has_no_number() -> None:
    assert told(form(row("Geneesmiddel", Middel={"valueString": "Tamoxifen"}))) == [("Middel", "Tamoxifen")]


def test_words_where_the_last_useful_day_should_stand_are_told() -> None:
    asked = {"linkId": "1", "text": "Uiterlijk bespreken voor", "answer": [{"valueString": "zo snel mogelijk"}]}
    found = read(form(asked))
    assert [(one.label, one.text) for one in found.facts] == [("Uiterlijk bespreken voor", "zo snel mogelijk")]
    assert found.latest_useful_on is None


def test_so_are_those_in_an_input_of_a_task() -> None:
    task = {
        "resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "for": {"reference": "Patient/p"},
        "focus": {"reference": "ServiceRequest/r"}, "input": [{"type": {"text": "Uiterlijk"}, "valueString": "voor de vakantie"}],
    }  # fmt: skip
    assert told(task) == [("Uiterlijk", "voor de vakantie")]


def test_a_month_where_a_day_should_stand_is_named() -> None:
    assert read(asked=request(occurrenceDateTime="2026-03")).unmapped == ("ServiceRequest/0 occurrenceDateTime",)
    assert read(asked=request(occurrenceDateTime="2026-03-02")).unmapped == ()


def test_a_diagnosis_that_was_refuted_does_not_say_what_the_referral_is_about() -> None:
    asked = request(reasonReference=[{"reference": "Condition/x"}])
    refuted = about("Condition", code={"text": "Melanoom"}, verificationStatus={"coding": [{"code": "refuted"}]})
    found = read(refuted, asked=asked)
    assert (found.tumour_hint, [fact.text for fact in found.facts]) == ("", ["Melanoom (weerlegd)"])


def test_a_document_that_adds_to_another_says_so() -> None:
    paper = about(
        "DocumentReference", status="current", type={"text": "PA-verslag"}, content=[{"attachment": {"contentType": "text/plain", "data": "YQ=="}}],
        relatesTo=[{"code": "appends", "target": {"identifier": {"value": "D1"}}}],
    )  # fmt: skip
    assert [document.title for document in read(paper).documents] == ["PA-verslag (aanvulling)"]


def test_what_else_is_asked_for_says_that_it_cannot_wait() -> None:
    other = about("ServiceRequest", status="active", intent="order", code={"text": "PET-CT"}, priority="stat")
    assert told(other) == [("Aangevraagd", "PET-CT; (direct)")]


@pytest.mark.parametrize("name", ["tag", "security"])
def test_a_message_that_says_it_is_a_test_is_named_as_one(name: str) -> None:
    mark = {"meta": {name: [{"code": "HTEST"}]}}
    assert read(asked=request(**mark)).unmapped == ("ServiceRequest/0 HTEST",)
    assert read(who=patient(**mark)).unmapped == ("Patient/1 HTEST",)
    whole = FhirReader().read(json.dumps(json.loads(bundle(request(), patient())) | mark).encode(), "generic-r4")
    assert isinstance(whole, IncomingReferral)
    assert whole.unmapped == ("Bundle HTEST",)


def test_a_patient_who_is_not_sent_whole_is_named() -> None:
    assert read(who=patient(meta={"tag": [{"code": "SUBSETTED"}]})).unmapped == ("Patient/1 SUBSETTED",)
