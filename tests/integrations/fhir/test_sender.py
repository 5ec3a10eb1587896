"""A decision leaves as one bundle, and counts as received only when the other side has said so."""

from __future__ import annotations

import base64
import json
import os
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.fhir.sending import outgoing
from integrations.fhir.sending.sender import FhirSender, decision_bytes
from integrations.fhir.server.door import Door
from integrations.out import NoReply
from mdo_portal.exchange import Receipt, ReceiptKind
from tests.integrations.fhir.make import DELIVERY, HERE, URI, Told, address, decision, response, searchset, server

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SEARCH = f"GET /fhir/DocumentReference?identifier=urn%3Aietf%3Arfc%3A3986%7Curn%3Auuid%3A{DELIVERY}"
EARLIER = "11111111-2222-4333-8444-555555555555"


ISSUE = {"severity": "error", "code": "required", "details": {"text": "author"}, "diagnostics": "must be known here"}
OUTCOME = json.dumps({"resourceType": "OperationOutcome", "issue": [ISSUE]}).encode()


def send(told: Told, *, seconds: float = 5.0, path: str = "") -> Receipt:
    with server(told) as url:
        return FhirSender(clock=lambda: NOW).send(decision(), address(url + path, seconds=seconds))


def ours(**more: Any) -> dict[str, Any]:
    return {"resourceType": "DocumentReference", "id": "77", "identifier": [{"system": "urn:ietf:rfc:3986", "value": URI}]} | more


@pytest.mark.parametrize(("profile", "name"), [("epic", "decision-r4.json"), ("generic-stu3", "decision-stu3.json")])
def test_the_bundle_is_the_golden_one(profile: str, name: str) -> None:
    shown = json.dumps(json.loads(decision_bytes(correction(), profile)), ensure_ascii=False, indent=1) + "\n"
    golden = HERE / "golden" / name
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(shown, "utf-8")

    assert shown == golden.read_text("utf-8")


def correction() -> Any:
    return decision(version=2, replaces_delivery_id=EARLIER, replaces_document_number="urn:oid:2.25.899")


def test_identical_input_gives_identical_bytes() -> None:
    assert decision_bytes(decision(), "epic") == decision_bytes(decision(), "epic")


def test_the_letter_travels_whole_and_what_people_typed_is_no_markup() -> None:
    document, composition = (entry["resource"] for entry in json.loads(decision_bytes(decision(), "epic"))["entry"])

    assert base64.b64decode(document["content"][0]["attachment"]["data"]) == decision().letter_pdf
    assert "&lt;script&gt;" in composition["section"][0]["text"]["div"]
    assert "relatesTo" not in document


def test_a_created_transaction_is_a_receipt_with_the_documents_own_id() -> None:
    told = Told(200, response())

    receipt = send(told)

    method, path, headers, content = told.asked[0]
    assert receipt == Receipt(ReceiptKind.ACCEPTED, "200", "DocumentReference/77", at=NOW)
    assert (method, path, headers["Authorization"]) == ("POST", "/fhir", "Bearer t0ken")
    assert headers["Content-Type"] == headers["Accept"] == "application/fhir+json"
    assert "If-None-Exist" not in headers
    assert content == decision_bytes(decision(), "epic")


def test_an_answer_for_fewer_entries_or_with_a_failure_is_no_receipt() -> None:
    made = {"status": "201 Created", "location": "DocumentReference/77"}

    assert send(Told(200, response(made), found=searchset())).kind is ReceiptKind.UNKNOWN
    assert send(Told(200, response(made, {"status": "409"}), found=searchset())).kind is ReceiptKind.UNKNOWN


@pytest.mark.parametrize("kind", ["batch-response", "transaction", "searchset"])
def test_only_the_answer_to_a_transaction_is_a_receipt_of_one(kind: str) -> None:
    """A server that did the entries one by one kept some and not others, or none."""
    answer = response().replace(b"transaction-response", kind.encode())

    assert send(Told(200, answer, found=searchset())).kind is ReceiptKind.UNKNOWN


def test_an_answer_without_location_is_looked_up() -> None:
    told = Told(200, response({"status": "200 OK"}, {"status": "200 OK"}), found=searchset(ours()))

    assert send(told, path="/").reference == "DocumentReference/77"
    assert told.asked[1][1] == f"/fhir/DocumentReference?identifier=urn%3Aietf%3Arfc%3A3986%7Curn%3Auuid%3A{DELIVERY}"


@pytest.mark.parametrize("status", [409, 412])
def test_a_conflict_is_received_only_when_our_document_is_there(status: int) -> None:
    there = send(Told(status, found=searchset(ours())))
    empty = send(Told(status, found=searchset()))
    hint = send(Told(status, found=searchset(json.loads(OUTCOME))))
    everything = send(Told(status, found=searchset(ours(identifier=[{"value": "somebody else's"}]))))

    assert (there.kind, there.reference) == (ReceiptKind.ACCEPTED, "DocumentReference/77")
    assert (empty.kind, hint.kind) == (ReceiptKind.LATER, ReceiptKind.LATER)
    assert everything.kind is ReceiptKind.UNKNOWN, (
        "the first of everybody's documents: whether ours is among the others is not said"
    )


def test_what_was_looked_up_is_our_own_document_in_an_answer_that_found_it() -> None:
    another_kind = send(Told(409, found=searchset(ours(resourceType="Composition"))))
    nameless = send(Told(409, found=searchset(ours(id=""))))

    assert (another_kind.kind, nameless.kind) == (ReceiptKind.UNKNOWN, ReceiptKind.UNKNOWN)


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize("search", [(500, searchset(ours())), (403, OUTCOME), (200, b"<html>login</html>"), (200, OUTCOME)])
def test_who_knows_our_number_and_cannot_be_searched_may_have_it(status: int, search: tuple[int, bytes]) -> None:
    """412: more than one stands there under it. It was held not to be there, and what corrects it would have named nothing."""
    receipt = send(Told(status, pages={SEARCH: (search[0], {}, search[1])}))

    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, str(status))


def test_where_it_cannot_be_looked_up_either_it_may_have_arrived() -> None:
    receipt = send(Told(202, pages={SEARCH: (200, {"Content-Encoding": "gzip"}, b"x")}))

    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "202")


def test_another_document_under_our_identifier_is_refused() -> None:
    other = ours(content=[{"attachment": {"hash": "AAAA"}}])

    assert send(Told(409, found=searchset(other))).code == "other_content"


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_carries_the_receivers_words(status: int) -> None:
    receipt = send(Told(status, OUTCOME))

    assert (receipt.kind, receipt.code, receipt.text) == (ReceiptKind.REFUSED, str(status), "author; must be known here")


@pytest.mark.parametrize(("status", "kind"), [(200, ReceiptKind.UNKNOWN), (412, ReceiptKind.LATER)])
def test_what_was_said_to_the_letter_is_kept_when_looking_it_up_finds_nothing(status: int, kind: ReceiptKind) -> None:
    """Whoever calls the hospital needs to know why: the answer to the search says only that it is not there."""
    receipt = send(Told(status, OUTCOME, found=searchset()))

    assert (receipt.kind, receipt.text) == (kind, "author; must be known here")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ReceiptKind.LATER),
        (403, ReceiptKind.LATER),
        (303, ReceiptKind.REFUSED),
        (404, ReceiptKind.REFUSED),
        (408, ReceiptKind.LATER),
        (410, ReceiptKind.REFUSED),
        (425, ReceiptKind.LATER),
        (429, ReceiptKind.LATER),
        (500, ReceiptKind.LATER),
        (502, ReceiptKind.UNKNOWN),  # a gateway that lost the server behind it, or waited for it in vain: the letter may be there
        (503, ReceiptKind.LATER),
        (504, ReceiptKind.UNKNOWN),
        (200, ReceiptKind.UNKNOWN),
        (202, ReceiptKind.UNKNOWN),
    ],
)
def test_a_status_with_junk_has_one_meaning(status: int, kind: ReceiptKind) -> None:
    receipt = send(Told(status, b"<html>oops</html>"))

    assert (receipt.kind, receipt.code) == (kind, str(status))


def test_a_redirect_is_never_followed() -> None:
    elsewhere = Told()
    with server(elsewhere) as other:
        receipt = send(Told(307, headers={"Location": other}))

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "307")
    assert elsewhere.asked == []


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert send(Told(200, response())).kind is ReceiptKind.ACCEPTED


def test_silence_is_unknown_and_ends_in_time() -> None:
    began = time.monotonic()
    receipt = send(Told(200, response(), silent_for=1.2), seconds=0.3)

    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "timeout")
    assert time.monotonic() - began < 2.5


def test_a_peer_that_drips_is_cut_off_at_the_deadline() -> None:
    began = time.monotonic()
    receipt = send(Told(200, b" " * 100, drip=0.05), seconds=0.4)

    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "timeout")
    assert time.monotonic() - began < 3


def test_an_endless_or_packed_answer_is_unknown() -> None:
    assert send(Told(200, b" " * 1_100_000)).code == "too_large"
    assert send(Told(200, b"\x1f\x8b", headers={"Content-Encoding": "gzip"})).code == "compressed"


def test_nobody_there_is_later() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        receipt = FhirSender().send(decision(), address(f"http://127.0.0.1:{taken.getsockname()[1]}/fhir"))

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, "no_connection")


@pytest.mark.parametrize("agreed", ["certificate", "trust"])
def test_what_a_link_has_agreed_of_certificates_holds_at_this_door(agreed: str) -> None:
    receipt = FhirSender().send(decision(), replace(address("http://127.0.0.1:9/fhir"), **{agreed: "no PEM"}))

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, "certificate")


def test_when_the_time_is_over_before_the_request_left_nothing_was_sent() -> None:
    with pytest.raises(NoReply) as silence:
        Door().ask("POST", "", address("http://127.0.0.1:9/fhir"), seconds=-1.0)

    assert (silence.value.code, silence.value.was_sent) == ("timeout", False)


@pytest.mark.parametrize(
    "url", ["http://epd.example/fhir", "https://u:p@epd.example/fhir", "file:///etc/passwd", "https://[", ""]
)
def test_an_address_that_is_not_safe_is_refused_before_anything_is_sent(url: str) -> None:
    assert FhirSender().send(decision(), address(url)).code == "bad_address"


@pytest.mark.parametrize(
    "more",
    [
        {"delivery_id": "17"},
        {"letter_title": "\ud800"},
        {"signed_at": datetime(2026, 1, 1)},
    ],
)
def test_what_makes_no_valid_bundle_never_leaves(more: dict[str, Any]) -> None:
    receipt = FhirSender().send(decision(**more), address("http://127.0.0.1:9/fhir"))

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "not_valid")


def test_what_the_judge_refuses_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "problem", lambda resource, version: "type missing" if "docStatus" in resource else "")

    receipt = FhirSender().send(decision(), address("http://127.0.0.1:9/fhir"))

    assert (receipt.kind, receipt.code, receipt.text) == (ReceiptKind.REFUSED, "not_valid", "DocumentReference: type missing")


def test_text_with_every_odd_character_makes_a_valid_bundle() -> None:
    odd = "a|b^c&d~e\\f\x0b\x1c\x00\r\n<ü>\N{ROCKET}\ud800\ufffe"

    body = decision_bytes(decision(sections=(("Advies", odd),)), "epic")

    div = json.loads(body)["entry"][1]["resource"]["section"][0]["text"]["div"]
    assert "<p>a|b^c&amp;d~e\\f   <br/>&lt;ü&gt;\N{ROCKET}" in div
