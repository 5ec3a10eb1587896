"""What the endpoint says back, in HTTP and FHIR, and what it says about itself."""

from __future__ import annotations

import json

import pytest

from integrations.fhir.answer import answer_body
from integrations.fhir.capability import capability_statement
from integrations.fhir.reader import FhirReader
from integrations.fhir.text.judge import problem
from mdo_portal.exchange import Answer, MessageHeader, Verdict

COLLECTION = MessageHeader(kind="Bundle/collection")
TRANSACTION = MessageHeader(kind="Bundle/transaction")


@pytest.mark.parametrize(
    ("verdict", "reason", "location", "status"),
    [
        (Verdict.STORED, "", "/fhir/messages/1", 201),
        (Verdict.STORED, "", "", 202),
        (Verdict.REFUSED, "no_header", "", 400),
        (Verdict.REFUSED, "no_patient", "", 422),
        (Verdict.NOT_HERE, "", "", 404),
        (Verdict.NOT_HERE, "wrong_version", "", 415),
        (Verdict.NOT_NOW, "", "", 503),
    ],
)
def test_every_verdict_has_its_status_and_an_outcome(verdict: Verdict, reason: str, location: str, status: int) -> None:
    told, body = answer_body(Answer(verdict, "c-1", reason), location=location, header=COLLECTION)

    outcome = json.loads(body)
    assert told == status
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["severity"] == ("information" if verdict is Verdict.STORED else "error")
    assert problem(outcome, "R4") == problem(outcome, "STU3") == ""


def test_a_stored_transaction_is_answered_entry_by_entry() -> None:
    status, body = answer_body(Answer(Verdict.STORED, "c-1"), location="messages/1", header=TRANSACTION, entries=3)

    answer = json.loads(body)
    assert (status, answer["type"], len(answer["entry"])) == (200, "transaction-response", 3)
    assert problem(answer, "R4") == ""


def test_what_is_wrong_with_a_transaction_itself_is_said_in_its_answer() -> None:
    """A list of entries that is none; said in the answer to a collection only, a transaction heard that all was well."""
    tree = {"resourceType": "Bundle", "type": "transaction", "entry": {"request": {"method": "POST", "url": "Patient"}}}
    header = FhirReader().header(json.dumps(tree).encode())

    _, body = answer_body(Answer(Verdict.STORED, "c-1"), location="messages/1", header=header, entries=header.parts)

    (answered,) = json.loads(body)["entry"]
    told = [issue["expression"] for issue in answered["response"]["outcome"]["issue"] if issue["severity"] == "warning"]
    assert told == [["Bundle.entry"], ["Bundle.entry[0].resource"]]
    assert problem(json.loads(body), "R4") == ""


def test_a_refused_transaction_is_an_outcome() -> None:
    status, body = answer_body(Answer(Verdict.REFUSED, "c-1", "no_request"), location="", header=TRANSACTION, entries=3)

    assert (status, json.loads(body)["resourceType"]) == (422, "OperationOutcome")


@pytest.mark.parametrize("version", ["R4", "STU3"])
def test_the_capability_statement_is_valid_and_promises_no_search(version: str) -> None:
    statement = capability_statement(url="https://mdo.example/fhir", version=version, software_version="0.1.0")

    assert problem(statement, version) == ""
    assert statement["format"] == ["application/fhir+json", "application/fhir+xml"]
    assert [each["code"] for each in statement["rest"][0]["interaction"]] == ["transaction", "batch"]
    promised = {each["code"] for one in statement["rest"][0]["resource"] for each in one["interaction"]}
    # Each of them is tried in tests/web: test_fhir_door.py, test_fhir_tasks.py, test_fhir_tokens.py, test_fhir_at_its_address.py.
    assert promised == {"create", "delete", "read", "update"}


def test_the_capability_statement_says_that_a_result_needs_no_referral() -> None:
    """It said that each must name one, long after it need not."""
    statement = capability_statement(url="https://mdo.example/fhir", version="R4", software_version="0.1.0")
    told = {one["type"]: one["documentation"] for one in statement["rest"][0]["resource"]}
    assert all("joins the open cases of its patient" in told[kind] for kind in ("DiagnosticReport", "Observation"))
    assert all("it names the referral's identifier" in told[kind] for kind in ("DocumentReference", "QuestionnaireResponse"))
