"""A letter posted to an address: signed, the same at every attempt, and received only when the answer names it."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest

from integrations.channels.hook import HookSender
from mdo_portal.exchange import Address, Receipt, ReceiptKind
from tests.integrations.fhir.make import DELIVERY, Told, decision, server
from tests.integrations.own_profiles import own_profile

SECRET = "een geheim van de koppeling"
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
OURS = json.dumps({"id": DELIVERY, "reference": "post/12"}).encode()


def to(url: str, profile: str = "paper", **more: Any) -> Address:
    fixed = {"hook_secret": SECRET, "timeout_seconds": 5.0, "inside": ("127.0.0.0/8",)}
    return Address("GP", profile, url=url, **(fixed | more))


def post(told: Told, profile: str = "paper", *, now: datetime = NOW, seconds: float = 5.0) -> Receipt:
    with server(told) as url:
        return HookSender(now=lambda: now).send(decision(), to(url, profile, timeout_seconds=seconds))


def test_our_own_id_in_the_answer_is_the_receipt() -> None:
    receipt = post(Told(200, OURS))

    assert (receipt.kind, receipt.code, receipt.reference, receipt.at) == (ReceiptKind.ACCEPTED, "200", "post/12", NOW)


def test_our_own_id_is_ours_in_capitals_too_and_their_reference_is_kept_within_bounds() -> None:
    receipt = post(Told(200, json.dumps({"id": DELIVERY.upper(), "reference": "x" * 5000}).encode()))

    assert (receipt.kind, receipt.reference) == (ReceiptKind.ACCEPTED, "x" * 200)


@pytest.mark.parametrize(
    "body",
    [b"", b"OK", b"{}", b"[]", b'{"id": ""}', b'{"id": null}', b'{"id": "11111111-2222-4333-8444-555555555555"}', b"<html>"],
)
def test_a_proxy_s_ok_is_no_receipt(body: bytes) -> None:
    assert post(Told(200, body)).kind is ReceiptKind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ReceiptKind.REFUSED),
        (400, ReceiptKind.REFUSED),
        (401, ReceiptKind.LATER),
        (403, ReceiptKind.LATER),
        (408, ReceiptKind.LATER),
        (409, ReceiptKind.UNKNOWN),
        (422, ReceiptKind.REFUSED),
        (425, ReceiptKind.LATER),
        (429, ReceiptKind.LATER),
        (502, ReceiptKind.UNKNOWN),
        (503, ReceiptKind.LATER),
        (504, ReceiptKind.UNKNOWN),
    ],
)
def test_every_other_status_has_one_meaning_whatever_its_body_says(status: int, kind: ReceiptKind) -> None:
    receipt = post(Told(status, json.dumps({"id": DELIVERY, "message": "niet bekend"}).encode()))

    assert (receipt.kind, receipt.code, receipt.text) == (kind, str(status), "niet bekend")


@pytest.mark.parametrize(("token", "said"), [("een sleutel", "Bearer een sleutel"), ("", None)])
def test_the_key_that_was_agreed_goes_along(token: str, said: str | None) -> None:
    told = Told(200, OURS)
    with server(told) as url:
        HookSender().send(decision(), to(url, token=token))

    assert told.asked[0][2].get("Authorization") == said


def test_who_has_it_too_busy_says_when_to_come_back() -> None:
    receipt = post(Told(429, b"{}", headers={"Retry-After": "300"}))

    assert (receipt.kind, receipt.wait_seconds) == (ReceiptKind.LATER, 300)


def test_the_letter_travels_whole_under_one_key_and_the_signature_holds() -> None:
    told = Told(200, OURS)
    post(told)
    method, path, headers, content = told.asked[0]
    seconds, made = (part.split("=")[1] for part in headers["X-MDO-Signature"].split(","))
    body = json.loads(content)

    assert (method, path, headers["Idempotency-Key"]) == ("POST", "/fhir", DELIVERY)
    assert int(seconds) == int(NOW.timestamp())
    assert made == hmac.new(SECRET.encode(), f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    assert base64.b64decode(body["letter"]["data"]) == decision().letter_pdf
    assert (body["id"], body["metadata"]["resourceType"]) == (DELIVERY, "DocumentReference")


@pytest.mark.parametrize("shape", ["json", "multipart"])
def test_tried_again_later_the_body_is_the_same_and_the_signature_is_new(shape: str) -> None:
    told = Told(200, b"{}")
    with own_profile(f'[handed]\nbody = "{shape}"\n', extends="paper") as profile:
        for later in (timedelta(), timedelta(minutes=15)):
            post(told, profile, now=NOW + later)
    first, second = told.asked

    assert first[3] == second[3]
    assert first[2]["X-MDO-Signature"] != second[2]["X-MDO-Signature"]


def test_as_multipart_any_reader_finds_both_parts() -> None:
    told = Told(200, OURS)
    with own_profile('[handed]\nbody = "multipart"\nmetadata = "plain"\n', extends="paper") as profile:
        receipt = post(told, profile)
    _, _, headers, content = told.asked[0]
    whole = email.message_from_bytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + content)
    metadata, letter = whole.get_payload()
    assert isinstance(metadata, Message) and isinstance(letter, Message)

    assert receipt.kind is ReceiptKind.ACCEPTED
    assert json.loads(metadata.get_payload(decode=True))["id"] == DELIVERY  # type: ignore[arg-type]
    assert letter.get_payload(decode=True) == decision().letter_pdf
    assert (letter.get_content_type(), metadata.get_content_type()) == ("application/pdf", "application/json")


def test_silence_is_unknown_for_it_may_have_arrived() -> None:
    assert post(Told(200, OURS, silent_for=1.0), seconds=0.3).kind is ReceiptKind.UNKNOWN


def test_where_nobody_is_nothing_left() -> None:
    with server(Told(200, OURS)) as url:
        gone = url

    assert HookSender().send(decision(), to(gone)).kind is ReceiptKind.LATER


@pytest.mark.parametrize("agreed", ["certificate", "trust"])
def test_what_a_link_has_agreed_of_certificates_holds_here(agreed: str) -> None:
    receipt = HookSender().send(decision(), to("http://127.0.0.1:9/", **{agreed: "no PEM"}))

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, "certificate")


@pytest.mark.parametrize(
    "url", ["http://gp.example/post", "https://u:p@gp.example/", "https://gp.example/?token=1", "file:///x", ""]
)
def test_an_address_that_is_not_safe_gets_nothing(url: str) -> None:
    assert HookSender().send(decision(), to(url)).code == "bad_address"


def test_an_address_inside_our_own_walls_gets_nothing() -> None:
    told = Told(200, OURS)
    with server(told) as url:
        receipt = HookSender().send(decision(), to(url.replace("http:", "https:"), inside=()))

    assert (receipt.kind, told.asked) == (ReceiptKind.REFUSED, [])


@pytest.mark.parametrize("secret", ["", "kort"])
def test_without_a_secret_nothing_leaves(secret: str) -> None:
    told = Told(200, OURS)
    with server(told) as url:
        receipt = HookSender().send(decision(), to(url, hook_secret=secret))

    assert (receipt.kind, receipt.code, told.asked) == (ReceiptKind.REFUSED, "no_secret", [])


def test_the_secret_does_not_stand_in_the_text_of_an_address() -> None:
    assert SECRET not in repr(to("https://gp.example/"))
