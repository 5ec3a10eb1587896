"""What counts as received of a structured decision: the letter's own entry, or our own document."""

from __future__ import annotations

import json

import pytest

from mdo_portal.exchange import ReceiptKind
from tests.integrations.fhir.make import Node, Told, response
from tests.integrations.fhir.shapes_house import EARLIER, LETTER, MADE, by_kind, searchset_of, send, sent, wanting


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


@pytest.mark.parametrize(
    ("severity", "kind"), [("error", ReceiptKind.UNKNOWN), ("fatal", ReceiptKind.UNKNOWN), ("information", ReceiptKind.ACCEPTED)]
)
def test_an_error_that_is_sent_as_if_all_were_well_is_no_receipt(severity: str, kind: ReceiptKind) -> None:
    """Whatever place it names: it is looked for."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "exception"}]}
    with wanting("document-bundle") as profile:
        told = Told(200, json.dumps(outcome).encode(), headers={"Location": "/fhir/Bundle/b1"}, found=searchset_of())
        assert send(told, profile).kind is kind


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


def spoiled(document: Node) -> Node:
    tree: Node = json.loads(json.dumps(document))
    by_kind(tree)["DocumentReference"]["content"][0]["attachment"]["hash"] = "AAAA"
    return tree
