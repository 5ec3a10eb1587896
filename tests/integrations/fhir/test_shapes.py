"""The structured decision travels: every shape, in both versions, for every form, as the golden files say and fhir.resources allows."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from integrations.fhir.sending.outgoing_people import contained_patient, subject
from integrations.fhir.sending.sender import FhirSender
from integrations.fhir.text.judge import problem
from mdo_portal.exchange import DecisionForm, OutgoingAdvice, ReceiptKind
from tests.integrations.fhir.make import HERE, address, decision
from tests.integrations.fhir.shapes_house import ADVICE, EARLIER, MESSAGE, SHAPES, by_kind, sent, structured, wanting

GOLDEN = HERE / "golden" / "shapes"
ADVISING = [form for form in DecisionForm if form.has_advice]


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("version", ["R4", "STU3"])
@pytest.mark.parametrize("form", list(DecisionForm))
def test_every_form_in_every_shape_is_the_golden_one_and_valid(form: DecisionForm, version: str, shape: str) -> None:
    with wanting(*SHAPES[shape], version=version) as profile:
        tree = sent(profile, form=form)
    golden = GOLDEN / f"{shape}-{version.lower()}-{form.value}.json"
    shown = json.dumps(tree, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown, "utf-8")

    assert [problem(entry["resource"], version) for entry in tree["entry"]] == [""] * len(tree["entry"])
    assert problem(tree, version) == ""
    assert shown == golden.read_text("utf-8")


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("version", ["R4", "STU3"])
def test_a_first_message_that_there_is_no_advice_is_the_golden_one_and_valid(version: str, shape: str) -> None:
    with wanting(*SHAPES[shape], version=version) as profile:
        tree = sent(profile, **MESSAGE)
    golden = GOLDEN / f"{shape}-{version.lower()}-no-advice.json"
    shown = json.dumps(tree, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(shown, "utf-8")

    assert problem(tree, version) == "" and shown == golden.read_text("utf-8")


@pytest.mark.parametrize("version", ["R4", "STU3"])
@pytest.mark.parametrize(
    ("shapes", "kinds"),
    [
        (["document", "composition", "careplan"], {"DocumentReference", "Composition"}),
        (["composition"], {"Composition"}),
        (["careplan", "task"], {"DocumentReference"}),
        (["document-bundle", "careplan"], {"Composition", "Patient", "DocumentReference"}),
    ],
)
def test_without_an_advice_there_is_no_plan_and_no_discussion_to_keep(version: str, shapes: list[str], kinds: set[str]) -> None:
    with wanting(*shapes, version=version) as profile:
        trees = [sent(profile, **MESSAGE), *(sent(profile, form=form) for form in DecisionForm if not form.has_advice)]

    for tree in trees:
        assert {one["resource"]["resourceType"] for one in tree["entry"]} == kinds
        assert '"encounter"' not in json.dumps(tree) and '"Bericht zonder advies"' in json.dumps(tree)


def test_the_judge_of_these_shapes_can_refuse() -> None:
    with wanting("careplan") as profile:
        plan = by_kind(sent(profile))["CarePlan"]

    assert problem(plan, "STU3") != ""  # an encounter, where STU3 knows a context
    assert problem({key: value for key, value in plan.items() if key != "intent"}, "R4") == "intent not valid"


# What the shapes say


def test_the_plan_carries_the_advice_in_order_and_says_every_condition_in_words_too() -> None:
    with wanting("document", "careplan") as profile:
        found = by_kind(sent(profile))
    plan, met = found["CarePlan"], found["Encounter"]
    first, second = (one["detail"] for one in plan["activity"])

    assert (met["class"]["code"], plan["category"][0]["coding"][0]["code"], plan["intent"]) == ("384682003", "423134005", "plan")
    assert "als de PSMA-PET negatief is" in first["description"]
    assert (first["location"]["display"], first["scheduledPeriod"]["end"]) == ("Deltamond UMC", "2026-12-20")
    assert second["description"].startswith("Radiotherapie")
    assert plan["encounter"]["reference"] == "urn:uuid:" + met["identifier"][0]["value"].removeprefix("urn:uuid:")


def test_whatever_was_typed_makes_a_valid_plan() -> None:
    odd = "a|b^c&\x0b\x1c\x00\r\n<ü>\N{ROCKET}\ud800\ufffe"
    item = OutgoingAdvice(odd, "surgery", "Operatie", condition=odd, place=odd, responsible=odd)
    with wanting("careplan") as profile:
        plan = by_kind(sent(profile, advice=(item,), diagnosis=odd))["CarePlan"]

    assert plan["activity"][0]["detail"]["description"] == "a|b^c&   \r\n<ü>\N{ROCKET}\nVoorwaarde: a|b^c&   \r\n<ü>\N{ROCKET}"
    assert not {"\x00", "\x0b", "\x1c", "\ud800"} & set(json.dumps(plan, ensure_ascii=False))


def test_one_intent_for_the_whole_plan_is_said_only_when_the_board_said_one() -> None:
    other = OutgoingAdvice("Pijnbestrijding", intent="palliative", intent_words="palliatief")
    with wanting("careplan") as profile:
        both = by_kind(sent(profile))["CarePlan"]
        mixed = by_kind(sent(profile, advice=(*ADVICE, other)))["CarePlan"]

    assert both["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "373808002"
    assert "extension" not in mixed


def test_without_an_address_of_our_own_nothing_of_our_own_is_said_but_in_words() -> None:
    with wanting("careplan", more='canonical = ""\n') as profile:
        found = by_kind(sent(profile))

    assert "mdo-portal" not in json.dumps(found)
    assert "Voorwaarde: als de PSMA-PET negatief is" in found["CarePlan"]["activity"][0]["detail"]["description"]


def test_the_discussion_is_the_same_one_in_every_version_of_the_decision() -> None:
    with wanting("careplan") as profile:
        numbers = {by_kind(sent(profile, form=form))["Encounter"]["identifier"][0]["value"] for form in ADVISING}
        plans = {by_kind(sent(profile, form=form, delivery_id=EARLIER[:-1] + str(n)))["CarePlan"]["identifier"][0]["value"]
                 for n, form in enumerate(ADVISING)}  # fmt: skip

    assert (len(numbers), len(plans)) == (1, 4)


@pytest.mark.parametrize(("version", "over"), [("R4", "revoked"), ("STU3", "cancelled")])
def test_what_each_form_is_to_the_earlier_one(version: str, over: str) -> None:
    with wanting("document", "composition", "careplan", version=version) as profile:
        found = {form: by_kind(sent(profile, form=form)) for form in DecisionForm}
    related = {form: [one["code"] for one in tree["DocumentReference"].get("relatesTo", [])] for form, tree in found.items()}
    plans = {form: found[form]["CarePlan"] for form in ADVISING}

    assert list(related.values()) == [[], ["replaces"], ["appends"], ["replaces"], ["replaces"], ["replaces"]]
    assert [tree["Composition"]["status"] for tree in found.values()] == [
        "final",
        "amended",
        "final",
        "final",
        "amended",
        "final",
    ]
    assert [plan["status"] for plan in plans.values()] == ["active", "active", "active", over]
    assert ["replaces" in plan for plan in plans.values()] == [False, True, False, True]
    assert ["partOf" in plan for plan in plans.values()] == [False, False, True, False]
    assert "activity" not in plans[DecisionForm.WITHDRAWAL]
    assert {tree["DocumentReference"]["status"] for tree in found.values()} == {"current"}


NOTHING_BEFORE = {"replaces_delivery_id": "", "replaces_document_number": ""}


@pytest.mark.parametrize(("version", "over"), [("R4", "revoked"), ("STU3", "cancelled")])
def test_a_withdrawal_is_no_plan_for_who_never_had_the_advice_either(version: str, over: str) -> None:
    """It refused the advice: what takes it back is a first letter there, and must not stand in its file as a plan that holds."""
    with wanting("document", "careplan", version=version) as profile:
        found = by_kind(sent(profile, form=DecisionForm.WITHDRAWAL, **NOTHING_BEFORE))

    assert (found["CarePlan"]["status"], "activity" in found["CarePlan"]) == (over, False)
    assert "relatesTo" not in found["DocumentReference"]


@pytest.mark.parametrize("version", ["R4", "STU3"])
def test_a_document_holds_everything_it_points_at_and_its_text_is_first(version: str) -> None:
    with wanting("document-bundle", "careplan", version=version) as profile:
        tree = sent(profile)
    places = [entry["fullUrl"] for entry in tree["entry"]]
    said = json.dumps(tree)

    assert (tree["type"], tree["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    assert len(set(places)) == len(places) == 5
    assert '"#patient"' not in said and '"contained"' not in said
    assert set(_references(tree)) <= set(places)
    letter = by_kind(tree)["DocumentReference"]["content"][0]["attachment"]
    assert base64.b64decode(letter["data"]) == decision().letter_pdf


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["reference"]] if isinstance(value.get("reference"), str) else []
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_a_profile_without_any_shape_sends_nothing() -> None:
    with wanting("task") as profile:
        receipt = FhirSender().send(structured(), address("http://127.0.0.1:9/fhir", profile))

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "not_valid")


def test_who_may_not_have_the_bsn_finds_the_patient_by_the_number_of_the_hospital() -> None:
    """A copy to a general practitioner: a receiver that reads no contained patient had nothing to go by."""
    patient = replace(decision().patient, bsn="")

    assert subject(patient)["identifier"]["value"] == patient.local_number != ""


@pytest.mark.parametrize(("sex", "gender"), [("M", "male"), ("F", "female"), ("X", "other"), ("", "unknown")])
def test_a_number_says_of_which_hospital_it_is_also_where_that_has_no_address(sex: str, gender: str) -> None:
    patient = contained_patient(replace(decision().patient, sex=sex, local_number="0071234", local_authority="ZEED"))

    assert patient["identifier"][1] == {"value": "0071234", "assigner": {"display": "ZEED"}}
    assert patient["gender"] == gender
