"""A question of a board as a Task: valid in both versions, made once, and sent only when the other side says it has it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integrations.fhir.reader import FhirReader
from integrations.fhir.sending.question import FhirAsker, task_of
from integrations.fhir.text import json_gate
from integrations.fhir.text.judge import problem
from mdo_portal.exchange import IncomingAnswer, PatientIdentity, Question, Receipt, ReceiptKind, Unreadable
from tests.integrations.fhir.make import Told, address, server

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
ID = "7b0f1c52-0c5e-7d0e-9a6e-2f1f6f0d8a99"
PATIENT = PatientIdentity(local_number="0042", local_authority="urn:oid:2.25.1", bsn="999911120")
QUESTION = Question(ID, "REF-1", PATIENT, "Is er een recente PSA? <b>&", NOW, "Uro-prostaat")


def ask(told: Told, profile: str = "epic") -> Receipt:
    with server(told) as url:
        return FhirAsker(clock=lambda: NOW).ask(QUESTION, address(url, profile))


@pytest.mark.parametrize("version", ["R4", "STU3"])
def test_the_task_is_valid_and_says_what_is_asked_about_whom(version: str) -> None:
    task = task_of(QUESTION, version, referral_system="")

    assert problem(task, version) == ""
    assert (task["status"], task["description"]) == ("in-progress", QUESTION.text)
    assert task["businessStatus"]["coding"][0]["code"] == "awaiting-information"
    assert task["identifier"] == [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{ID}"}]
    assert task["basedOn"][0]["identifier"]["value"] == "REF-1"


def test_it_is_made_once_under_our_own_number_and_no_number_of_the_patient_stands_in_an_address() -> None:
    told = Told(201, b"", headers={"Location": "Task/9/_history/1"})

    receipt = ask(told)

    ((method, path, headers, _),) = told.asked
    assert receipt == Receipt(ReceiptKind.ACCEPTED, "201", "Task/9/_history/1", at=NOW)
    assert (method, path) == ("POST", "/fhir/Task") and ID in headers["If-None-Exist"]
    assert "999911120" not in path + str(headers)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, ReceiptKind.ACCEPTED), (422, ReceiptKind.REFUSED), (404, ReceiptKind.REFUSED), (302, ReceiptKind.REFUSED),
     (503, ReceiptKind.LATER), (401, ReceiptKind.LATER), (429, ReceiptKind.LATER)],
)  # fmt: skip
def test_what_the_other_side_says_is_told_apart(status: int, kind: ReceiptKind) -> None:
    assert ask(Told(status, b"")).kind is kind


PAGE = b"<!DOCTYPE html><title>Onderhoud</title>"
FAILED = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","diagnostics":"vol"}]}'
OURS = b'{"resourceType":"Task","id":"9","identifier":[{"value":"urn:uuid:%b"}]}' % ID.encode()
ANOTHERS = b'{"resourceType":"Task","id":"9","identifier":[{"value":"urn:uuid:1"}]}'
DOUBTFUL = [(200, PAGE), (200, FAILED), (201, FAILED), (201, PAGE), (200, ANOTHERS), (202, b""), (409, b""), (412, b"")]


@pytest.mark.parametrize(("status", "body"), DOUBTFUL)
def test_an_answer_that_does_not_say_whether_it_is_there_is_looked_up_by_our_number(status: int, body: bytes) -> None:
    """A gateway's page counted as received, and a server that has it already (409, 412) as one that refused it."""
    found = b'{"resourceType":"Bundle","entry":[{"resource":%b}]}' % OURS
    receipt = ask(told := Told(status, body, found=found))

    assert (receipt.kind, receipt.reference) == (ReceiptKind.ACCEPTED, "Task/9")
    method, path, *_ = told.asked[-1]
    assert method == "GET" and path.startswith("/fhir/Task?identifier=") and ID in path and "999911120" not in path


@pytest.mark.parametrize(("status", "body"), DOUBTFUL)
def test_what_is_not_found_under_our_number_is_asked_again_and_neither_received_nor_refused(status: int, body: bytes) -> None:
    found = b'{"resourceType":"Bundle","entry":[{"resource":%b}]}' % ANOTHERS

    assert ask(Told(status, body, found=found)).kind in (ReceiptKind.UNKNOWN, ReceiptKind.LATER)


MADE = b'{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]}'
ITS_WORD = [
    (200, b""),
    (201, b""),
    (204, b""),
    (200, OURS),
    (201, b'{"resourceType":"Task","id":"9"}'),
    (201, b"Created"),
    (201, MADE),
]


@pytest.mark.parametrize(("status", "body"), ITS_WORD)
def test_a_server_that_says_that_it_has_it_is_not_asked_twice(status: int, body: bytes) -> None:
    """Whatever it says beside 201, unless it is an error: of who can't be searched either the question came sixty times."""
    assert ask(told := Told(status, body)).kind is ReceiptKind.ACCEPTED
    assert len(told.asked) == 1


def test_an_address_that_is_not_registered_is_not_asked() -> None:
    with server(told := Told(201)) as url:
        receipt = FhirAsker(clock=lambda: NOW).ask(QUESTION, replace(address(url), inside=()))

    assert (receipt.kind, receipt.code, told.asked) == (ReceiptKind.LATER, "address", [])


@pytest.mark.parametrize("profile", ["generic-r4", "generic-stu3"])
def test_an_answer_under_our_number_is_read_with_its_documents(profile: str) -> None:
    answer = {
        "resourceType": "Task", "status": "in-progress", "intent": "order", "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{ID}"}],
        "basedOn": [{"identifier": {"value": "REF-1"}}], "output": [{"type": {"text": "antwoord"}, "valueString": "PSA 8,1"}],
    }  # fmt: skip
    document = {
        "resourceType": "DocumentReference", "status": "current", "type": {"text": "Lab"}, "indexed": "2026-11-01T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8=", "title": "Lab"}}],
    }  # fmt: skip
    if profile == "generic-r4":
        document["date"] = document.pop("indexed")
    entries = [{"resource": one} for one in (answer, document)]
    found = FhirReader().read(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode(), profile)

    assert isinstance(found, IncomingAnswer)
    assert (found.question, found.referral_number, found.text) == (ID, "REF-1", "PSA 8,1")
    assert [one.content for one in found.documents] == [b"hallo"] and found.quarantined == ()


def test_documents_that_belong_to_nothing_are_for_a_person() -> None:
    with pytest.raises(Unreadable) as caught:
        FhirReader().read(b'{"resourceType": "DocumentReference", "status": "current", "content": []}', "generic-r4")
    assert caught.value.reason == "no_request"


_JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.decimals(allow_nan=False, allow_infinity=False, places=3)
    | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(tree=some.dictionaries(some.text(max_size=5), _JSON, max_size=4))
def test_what_the_gate_let_in_is_written_as_it_was(tree: dict[str, object]) -> None:
    try:
        found = json_gate.load(json_gate.dump(tree))
    except (Unreadable, UnicodeEncodeError):
        return  # NUL and half surrogates do not pass
    assert found == tree and json_gate.load(json_gate.dump(found)) == found


@pytest.mark.parametrize(("depth", "passes"), [(99, True), (100, True), (101, False), (5000, False)])
def test_depth_is_counted_exactly(depth: int, passes: bool) -> None:
    raw = b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
    if passes:
        assert json_gate.load(raw)
    else:
        with pytest.raises(Unreadable):
            json_gate.load(raw)
