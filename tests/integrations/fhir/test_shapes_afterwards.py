"""After a structured decision arrived: the requester's Task names the letter, and what was withdrawn may be marked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from integrations.fhir.text.judge import problem
from mdo_portal.exchange import DecisionForm, ReceiptKind
from tests.integrations.fhir.make import DELIVERY, Node, Told, response
from tests.integrations.fhir.shapes_house import EARLIER, LETTER, MESSAGE, searchset_of, send, wanting

TASK = {
    "resourceType": "Task", "id": "7", "status": "in-progress", "intent": "order",
    "for": {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900006"}},
    "output": [{"type": {"text": "eerder"}, "valueString": "x"}],
}  # fmt: skip


def pages(
    task: Any, *, etag: str = 'W/"3"', put: int = 200, said: Node | None = None
) -> dict[str, tuple[int, dict[str, str], bytes]]:
    body = task if isinstance(task, bytes) else json.dumps(task).encode()
    return {
        "GET /fhir/Task/7": (200, {"ETag": etag} if etag else {}, body),
        "PUT /fhir/Task/7": (put, {}, json.dumps(said or {}).encode()),
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


def test_a_message_that_there_is_no_advice_does_not_complete_what_was_asked() -> None:
    told = Told(200, response(LETTER), pages=pages(TASK))
    with wanting("document", "task") as profile:
        receipt = send(told, profile, **MESSAGE)
    ((_, task),) = written_of(told)

    assert (receipt.code, task["status"], len(task["output"])) == ("200", "in-progress", 2)
    assert task["output"][1]["type"]["text"].startswith("MDO-bericht zonder advies")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (DecisionForm.CORRECTION, "completed"),
        (DecisionForm.ADDENDUM, "in-progress"),
        (DecisionForm.WITHDRAWAL, "in-progress"),
    ],
)
def test_what_was_asked_is_done_by_a_whole_advice_also_where_the_letters_before_were_refused(
    form: DecisionForm, status: str
) -> None:
    told = Told(200, response(LETTER), pages=pages(TASK))
    with wanting("document", "task") as profile:
        send(told, profile, form=form, replaces_delivery_id="", replaces_document_number="")
    ((_, task),) = written_of(told)

    assert (task["status"], len(task["output"])) == (status, 2)


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


@pytest.mark.parametrize("severity", ["error", "fatal", "warning"])
def test_a_server_that_calls_its_no_a_success_has_not_written_the_task(severity: str) -> None:
    said = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "exception"}]}
    told = Told(200, response(LETTER), pages=pages(TASK, said=said))
    with wanting("document", "task") as profile:
        receipt = send(told, profile)

    assert (receipt.kind, receipt.code) == (ReceiptKind.ACCEPTED, "200" if severity == "warning" else "200, task 200 error")


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
