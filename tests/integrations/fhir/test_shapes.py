"""The structured decision travels: every shape, in both versions, for every form, as the golden files say and fhir.resources allows."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from integrations.fhir.judge import problem
from integrations.fhir.sender import FhirSender, decision_bytes
from mdo_portal.exchange import Contact, DecisionForm, OutgoingAdvice, OutgoingDecision, Receipt, ReceiptKind
from tests.integrations.fhir.make import DELIVERY, HERE, Node, Told, address, decision, response, server
from tests.integrations.own_profiles import own_profile

GOLDEN = HERE / "golden" / "shapes"
EARLIER = "11111111-2222-4333-8444-555555555555"
ADVICE = (
    OutgoingAdvice(
        "Robotgeassisteerde prostatectomie", "surgery", "Operatie", "curative", "curatief", "als de PSMA-PET negatief is", "Deltamond UMC",
        "dr. Vos", date(2026, 12, 20),
    ),
    OutgoingAdvice("", "radiotherapy", "Radiotherapie", "curative", "curatief"),
)  # fmt: skip
SHAPES = {
    "transaction": ["document", "composition", "careplan"],
    "document": ["document-bundle", "careplan"],
}


def structured(form: DecisionForm = DecisionForm.FIRST, **more: Any) -> OutgoingDecision:
    later = {} if form is DecisionForm.FIRST else {
        "version": 2, "form": form, "replaces_delivery_id": EARLIER, "replaces_document_number": "urn:oid:2.25.899",
    }  # fmt: skip
    there = (Contact("S. de Boer", role="Uroloog", organisation="Deltamond UMC"), Contact("M. Kok", role="Radiotherapeut"))
    told: dict[str, Any] = {
        "advice": ADVICE,
        "participants": there,
        "outcome": "discussed",
        "diagnosis": "Prostaatcarcinoom cT2aN0M0",
        "round_id": "5f0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a22",
        "request_task": "Task/7",
    }
    return decision(**told | later | more)


@contextmanager
def wanting(*shapes: str, version: str = "R4", more: str = "") -> Iterator[str]:
    with own_profile(f"[send]\nshapes = {json.dumps(shapes)}\n{more}", extends=f"generic-{version.lower()}") as profile:
        yield profile


def sent(profile: str, **more: Any) -> Node:
    tree: Node = json.loads(decision_bytes(structured(**more), profile))
    return tree


def by_kind(tree: Node) -> dict[str, Node]:
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in tree["entry"]}


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
        numbers = {by_kind(sent(profile, form=form))["Encounter"]["identifier"][0]["value"] for form in DecisionForm}
        plans = {by_kind(sent(profile, form=form, delivery_id=EARLIER[:-1] + str(n)))["CarePlan"]["identifier"][0]["value"]
                 for n, form in enumerate(DecisionForm)}  # fmt: skip

    assert (len(numbers), len(plans)) == (1, 4)


@pytest.mark.parametrize(("version", "over"), [("R4", "revoked"), ("STU3", "cancelled")])
def test_what_each_form_is_to_the_earlier_one(version: str, over: str) -> None:
    with wanting("document", "composition", "careplan", version=version) as profile:
        found = {form: by_kind(sent(profile, form=form)) for form in DecisionForm}
    related = {form: [one["code"] for one in tree["DocumentReference"].get("relatesTo", [])] for form, tree in found.items()}
    plans = {form: tree["CarePlan"] for form, tree in found.items()}

    assert list(related.values()) == [[], ["replaces"], ["appends"], ["replaces"]]
    assert [tree["Composition"]["status"] for tree in found.values()] == ["final", "amended", "final", "final"]
    assert [plan["status"] for plan in plans.values()] == ["active", "active", "active", over]
    assert ["replaces" in plan for plan in plans.values()] == [False, True, False, True]
    assert ["partOf" in plan for plan in plans.values()] == [False, False, True, False]
    assert "activity" not in plans[DecisionForm.WITHDRAWAL]
    assert {tree["DocumentReference"]["status"] for tree in found.values()} == {"current"}


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


# What counts as received

MADE = {"status": "201 Created"}
LETTER = MADE | {"location": "DocumentReference/77/_history/1"}


def send(told: Told, profile: str, **more: Any) -> Receipt:
    with server(told) as url:
        return FhirSender().send(structured(**more), address(url, profile))


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([LETTER, MADE, MADE], ReceiptKind.ACCEPTED),
        ([LETTER, {"status": "200 OK"}, {"status": "200", "location": "Encounter/4"}], ReceiptKind.ACCEPTED),
        ([LETTER, MADE | {"location": "CarePlan/5"}, MADE], ReceiptKind.ACCEPTED),
        ([LETTER, MADE], ReceiptKind.UNKNOWN),
        ([LETTER, MADE, {"status": "412 Precondition Failed"}], ReceiptKind.UNKNOWN),
        ([MADE | {"location": "CarePlan/5"}, LETTER, MADE], ReceiptKind.UNKNOWN),
        ([LETTER, MADE | {"location": "Observation/5"}, MADE], ReceiptKind.UNKNOWN),
        ([MADE, MADE, MADE], ReceiptKind.UNKNOWN),
    ],
)
def test_a_transaction_is_received_only_when_the_letter_s_own_entry_is(answers: list[Node], kind: ReceiptKind) -> None:
    with wanting("document", "careplan") as profile:
        receipt = send(Told(200, response(*answers), found=b'{"resourceType": "Bundle", "type": "searchset"}'), profile)

    assert receipt.kind is kind
    assert receipt.reference == ("DocumentReference/77" if kind is ReceiptKind.ACCEPTED else "")


def bundle_uri(profile: str) -> str:
    return str(sent(profile)["identifier"]["value"])


def test_a_document_is_posted_once_as_one_resource() -> None:
    with wanting("document-bundle") as profile:
        told = Told(201, headers={"Location": "https://elsewhere.example/fhir/Bundle/b1/_history/1"})
        receipt = send(told, profile)
        ours = bundle_uri(profile)

    method, path, headers, _ = told.asked[0]
    assert (receipt.kind, receipt.reference) == (ReceiptKind.ACCEPTED, "Bundle/b1")
    assert (method, path) == ("POST", "/fhir/Bundle")
    assert headers["If-None-Exist"].endswith(ours.replace(":", "%3A"))


@pytest.mark.parametrize(("status", "headers"), [(200, {}), (201, {"Location": "/fhir/Patient/3"}), (412, {})])
def test_a_document_whose_place_is_not_told_is_looked_up_by_our_identifier(status: int, headers: dict[str, str]) -> None:
    with wanting("document-bundle") as profile:
        there = sent(profile) | {"id": "b9"}
        strange = sent(profile, delivery_id=EARLIER) | {"id": "b8"}
        found = searchset_of(strange, there)
        known = send(Told(status, headers=headers, found=found), profile)
        unknown = send(Told(status, headers=headers, found=searchset_of(strange)), profile)
        other = send(Told(status, headers=headers, found=searchset_of(spoiled(there))), profile)

    assert (known.kind, known.reference) == (ReceiptKind.ACCEPTED, "Bundle/b9")
    assert unknown.kind is not ReceiptKind.ACCEPTED
    assert (other.kind, other.code) == (ReceiptKind.REFUSED, "other_content")


def searchset_of(*resources: Node) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}).encode()


def spoiled(document: Node) -> Node:
    tree: Node = json.loads(json.dumps(document))
    by_kind(tree)["DocumentReference"]["content"][0]["attachment"]["hash"] = "AAAA"
    return tree


# Afterwards

TASK = {
    "resourceType": "Task", "id": "7", "status": "in-progress", "intent": "order",
    "for": {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900006"}},
    "output": [{"type": {"text": "eerder"}, "valueString": "x"}],
}  # fmt: skip


def pages(task: Any, *, etag: str = 'W/"3"', put: int = 200) -> dict[str, tuple[int, dict[str, str], bytes]]:
    body = task if isinstance(task, bytes) else json.dumps(task).encode()
    return {
        "GET /fhir/Task/7": (200, {"ETag": etag} if etag else {}, body),
        "PUT /fhir/Task/7": (put, {}, b"{}"),
    }


def written_of(told: Told) -> list[tuple[dict[str, str], Node]]:
    return [(headers, json.loads(content)) for method, _, headers, content in told.asked if method == "PUT"]


@pytest.mark.parametrize("version", ["R4", "STU3"])
def test_the_requester_s_task_gets_the_letter_as_its_output_under_the_version_that_was_read(version: str) -> None:
    told = Told(200, response(LETTER), pages=pages(TASK))
    with wanting("document", "task", version=version) as profile:
        receipt = send(told, profile)
    ((headers, task),) = written_of(told)

    assert (receipt.kind, receipt.code) == (ReceiptKind.ACCEPTED, "200")
    assert headers["If-Match"] == 'W/"3"'
    assert (task["status"], len(task["output"])) == ("completed", 2)
    assert task["output"][1]["valueReference"]["reference"] == "DocumentReference/77"
    assert task["output"][1]["valueReference"]["identifier"]["value"] == f"urn:uuid:{DELIVERY}"
    assert problem(task, version) == ""


def test_a_task_that_names_the_letter_already_is_left_alone() -> None:
    done = TASK | {"output": [{"type": {"text": "brief"}, "valueReference": {"reference": "DocumentReference/77"}}]}
    told = Told(200, response(LETTER), pages=pages(done))
    with wanting("document", "task") as profile:
        receipt = send(told, profile)

    assert (receipt.code, written_of(told)) == ("200", [])


@pytest.mark.parametrize(
    ("task", "etag", "put", "why"),
    [
        (TASK, 'W/"3"', 412, "412"),
        (TASK, "", 200, "no_version"),
        (TASK | {"for": {"identifier": {"value": "999911120"}}}, 'W/"3"', 200, "other_patient"),
        (TASK | {"id": "8"}, 'W/"3"', 200, "not_found"),
        (TASK | {"resourceType": "Patient"}, 'W/"3"', 200, "not_found"),
        (b"<html>", 'W/"3"', 200, "junk"),
        (json.dumps(TASK).replace('"x"', '1.10').replace("valueString", "valueDecimal").encode(), 'W/"3"', 200, "not_writable"),
    ],
)  # fmt: skip
def test_a_task_that_cannot_be_written_takes_nothing_back_and_is_told(task: Any, etag: str, put: int, why: str) -> None:
    told = Told(200, response(LETTER), pages=pages(task, etag=etag, put=put))
    with wanting("document", "task") as profile:
        receipt = send(told, profile)

    assert (receipt.kind, receipt.code) == (ReceiptKind.ACCEPTED, f"200, task {why}")
    assert len(written_of(told)) == (put == 412)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/Task/7",
        "Task/../Patient/1",
        "Task/..",
        "Task/.",
        "Task/7?x=1",
        "Patient/7",
        "Task/",
        "//evil/Task/7",
        "Task/7/_history/1",
    ],
)
def test_what_is_no_task_of_theirs_is_never_asked_for(path: str) -> None:
    told = Told(200, response(LETTER), pages=pages(TASK))
    with wanting("document", "task") as profile:
        receipt = send(told, profile, request_task=path)

    assert (receipt.code, len(told.asked)) == ("200, task not_a_task", 1)


def test_a_letter_that_did_not_arrive_changes_no_task() -> None:
    told = Told(422, pages=pages(TASK))
    with wanting("document", "task") as profile:
        assert send(told, profile).kind is ReceiptKind.REFUSED

    assert [method for method, *_ in told.asked] == ["POST"]


def earlier(**more: Any) -> Node:
    named = [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{EARLIER}"}]
    return {"resourceType": "DocumentReference", "id": "41", "meta": {"versionId": "2"}, "identifier": named, "status": "current",
            "content": [{"attachment": {"url": "Binary/41"}}]} | more  # fmt: skip


def withdrawing(*found: Node) -> Callable[[], Told]:
    asked = f"GET /fhir/DocumentReference?identifier=urn%3Aietf%3Arfc%3A3986%7Curn%3Auuid%3A{EARLIER}"
    body = json.dumps(found[0]).encode() if found else b"{}"
    told = {
        asked: (200, {}, searchset_of(*found)),
        "GET /fhir/DocumentReference/41": (200, {}, body),
        "PUT /fhir/DocumentReference/41": (200, {}, b"{}"),
    }
    return lambda: Told(200, response(LETTER), pages=told)


def test_a_hospital_may_want_the_letter_that_was_taken_back_marked_as_an_error() -> None:
    told = withdrawing(earlier())()
    with wanting("document", more='withdraw = "update"\n') as profile:
        receipt = send(told, profile, form=DecisionForm.WITHDRAWAL)
    ((headers, document),) = written_of(told)

    assert (receipt.kind, receipt.code) == (ReceiptKind.ACCEPTED, "200")
    assert headers["If-Match"] == 'W/"2"'
    assert (document["status"], document["content"]) == ("entered-in-error", earlier()["content"])


@pytest.mark.parametrize("form", [DecisionForm.FIRST, DecisionForm.CORRECTION, DecisionForm.ADDENDUM])
def test_no_other_form_marks_anything(form: DecisionForm) -> None:
    told = withdrawing(earlier())()
    with wanting("document", more='withdraw = "update"\n') as profile:
        send(told, profile, form=form)

    assert [method for method, *_ in told.asked] == ["POST"]


def test_a_server_that_finds_everybody_s_letters_has_none_of_them_marked() -> None:
    told = withdrawing(earlier(identifier=[{"value": "another's"}]))()
    with wanting("document", more='withdraw = "update"\n') as profile:
        receipt = send(told, profile, form=DecisionForm.WITHDRAWAL)

    assert (receipt.code, written_of(told)) == ("200, withdraw not_found", [])


def test_unless_it_is_wanted_a_withdrawal_is_the_letter_and_no_more() -> None:
    told = withdrawing(earlier())()
    with wanting("document") as profile:
        send(told, profile, form=DecisionForm.WITHDRAWAL)

    assert [method for method, *_ in told.asked] == ["POST"]
