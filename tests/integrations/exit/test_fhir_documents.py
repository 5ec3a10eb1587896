"""What leaves as FHIR is a document by the rules of R4, and says what was signed and what people said became of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integrations.exit import fhir_rules
from integrations.exit.fhir_documents import as_bytes, decision_document, referral_document
from mdo_portal.exchange import DecisionForm
from tests.integrations.exit import make

PATHS = {make.number("verwijsbrief"): "documents/1.pdf"}


def resource(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind)


def test_both_documents_keep_the_rules_of_r4() -> None:
    case = make.case()

    assert fhir_rules.problems(referral_document(case, PATHS)) == []
    assert fhir_rules.problems(decision_document(case, case.rounds[0], case.rounds[0].decisions[0], "../letters/1.pdf")) == []


@given(text=some.text(max_size=60), title=some.text(min_size=1, max_size=30))
def test_whatever_people_typed_it_stays_text_in_a_valid_document(text: str, title: str) -> None:
    decision = make.decision(sections=(("Advies", text),), items=(make.item(text=text or "x", place=text, reason=text),))
    case = make.case(questions=(("het MDO", text),), documents=(make.file(title),), rounds=(make.round_(decisions=(decision,)),))
    paths = {make.number(title): "documents/1.pdf"}

    for bundle in (referral_document(case, paths), decision_document(case, case.rounds[0], decision, "x")):
        assert fhir_rules.problems(json.loads(as_bytes(bundle))) == []


def test_the_letter_is_in_it_byte_for_byte() -> None:
    case = make.case()
    bundle = decision_document(case, case.rounds[0], case.rounds[0].decisions[0], "x")

    assert base64.b64decode(resource(bundle, "Binary")["data"]) == b"%PDF-1.7 letter"


@pytest.mark.parametrize(
    ("state", "status"),
    [("open", "not-started"), ("carried_out", "completed"), ("partly", "stopped"), ("not_done", "cancelled")],
)
def test_what_became_of_a_recommendation_is_the_status_of_its_activity(state: str, status: str) -> None:
    decision = make.decision(items=(make.item(state=state, reason="wens van de patiënt" if state == "not_done" else ""),))
    case = make.case(rounds=(make.round_(decisions=(decision,)),))

    detail = resource(decision_document(case, case.rounds[0], decision, "x"), "CarePlan")["activity"][0]["detail"]

    assert detail["status"] == status
    assert detail.get("statusReason", {}).get("text", "") == ("wens van de patiënt" if state == "not_done" else "")


@pytest.mark.parametrize(
    ("form", "relation", "status"),
    [
        (DecisionForm.CORRECTION, "replaces", "amended"),
        (DecisionForm.ADDENDUM, "appends", "final"),
        (DecisionForm.WITHDRAWAL, "replaces", "entered-in-error"),
    ],
)
def test_a_later_decision_says_what_it_is_to_the_earlier(form: DecisionForm, relation: str, status: str) -> None:
    first, second = make.decision(stands=False), make.decision("second", form=form, version=2, earlier_id=make.number("first"))
    case = make.case(rounds=(make.round_(decisions=(first, second)),))

    before, after = (decision_document(case, case.rounds[0], one, "x") for one in (first, second))

    composition = resource(after, "Composition")
    assert composition["status"] == status
    (related,) = composition["relatesTo"]
    assert related["code"] == relation
    assert related["targetIdentifier"] == resource(before, "Composition")["identifier"]
    assert resource(before, "CarePlan")["status"] == "revoked"


@pytest.mark.parametrize(
    ("form", "earlier", "status"),
    [
        (DecisionForm.OUTCOME, "", "final"),
        (DecisionForm.OUTCOME, "told", "amended"),
        (DecisionForm.RECALL, "told", "entered-in-error"),
    ],
)
def test_a_message_that_there_is_no_advice_leaves_as_a_document_without_a_plan(
    form: DecisionForm, earlier: str, status: str
) -> None:
    told = make.decision(
        form=form, earlier_id=earlier and make.number(earlier), items=(), participants=(), sections=(("Reden", "x"),)
    )
    case = make.case(rounds=(make.round_(outcome="deferred", decisions=(told,)),))

    bundle = decision_document(case, case.rounds[0], told, "../letters/1.pdf")

    composition = resource(bundle, "Composition")
    assert fhir_rules.problems(bundle) == []
    assert (composition["status"], "relatesTo" in composition) == (status, bool(earlier))
    assert composition["title"].startswith("MDO-bericht zonder advies")
    assert "CarePlan" not in {one["resource"]["resourceType"] for one in bundle["entry"]}
    assert resource(bundle, "Encounter")["status"] == "cancelled"


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda one: one.pop("timestamp"), "bdl-10"),
        (lambda one: one.pop("identifier"), "bdl-9"),
        (lambda one: one["entry"].reverse(), "bdl-11"),
        (lambda one: one["entry"][1].update(request={"method": "POST", "url": "x"}), "bdl-3"),
        (lambda one: one["entry"][0].update(fullUrl=one["entry"][1]["fullUrl"]), "fullUrl"),
        (lambda one: one["entry"].pop(1), "reference to nothing"),
        (lambda one: one["entry"][0]["resource"]["section"].pop(), "not reached"),
        (lambda one: one["entry"][0]["resource"].pop("title"), "Composition: title"),
    ],
)
def test_the_rules_find_what_is_wrong(spoil: Any, found: str) -> None:
    bundle = json.loads(as_bytes(referral_document(make.case(), PATHS)))
    spoil(bundle)

    assert any(found in one for one in fhir_rules.problems(bundle))


@pytest.mark.parametrize(
    ("form", "stands", "status"),
    [
        (DecisionForm.FIRST, True, "current"),
        (DecisionForm.FIRST, False, "superseded"),
        (DecisionForm.WITHDRAWAL, False, "current"),
        (DecisionForm.RECALL, False, "current"),
    ],
)
def test_of_the_letters_of_one_discussion_only_what_holds_is_current(form: DecisionForm, stands: bool, status: str) -> None:
    """Whoever takes in the letters alone had two that held; a withdrawal says nothing itself and is the last word all the same."""
    case, signed = make.case(), make.decision(form=form, stands=stands)

    letter = resource(decision_document(case, case.rounds[0], signed, "../letters/1.pdf"), "DocumentReference")

    assert letter["status"] == status
