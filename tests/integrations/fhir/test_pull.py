"""Fetching after a notice: whole or not at all, within bounds, about the one patient, and never from anywhere else."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from integrations.fhir.in_turn import MOST_NUMBERS
from integrations.fhir.pull import FhirPuller
from integrations.fhir.reader import FhirReader
from integrations.fhir.server import fetching
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from mdo_portal.exchange import IncomingReferral, NotPulled
from tests.integrations.fhir.pull_house import (
    BSN,
    ME,
    NOW,
    OTHER,
    PATIENT,
    TASK,
    Hospital,
    address,
    bundle,
    condition,
    hospital,
    notice,
    pull,
    trouble,
    whole,
)


def test_a_notice_becomes_one_bundle_that_reads_as_the_referral() -> None:
    with hospital(whole()) as there:
        pulled = pull(there)

    read = FhirReader().read(pulled.bundle, "generic-stu3")
    assert isinstance(read, IncomingReferral)
    assert (read.number, read.patient.bsn, pulled.resources) == ("MERW-1", ME, 6)
    assert {number for _, number in pulled.patient_numbers} == {ME, "0042"}
    assert {fact.text for fact in read.facts} >= {"Diagnose 1", "Diagnose 2"}
    assert [one.content for one in read.documents] == [b"%PDF-1.7 x"]
    assert not [path for method, path, _ in there.asked if method == "PUT"]  # it hears that we have it when it is stored
    assert all(token == "Bearer t1" for _, path, token in there.asked if path != "/token")


def test_the_hospital_is_told_that_its_task_was_carried_out_when_we_say_so() -> None:
    with hospital(whole()) as there:
        FhirPuller(Tokens(OwnKey(b"s" * 32))).finish(notice(), address(there))
        FhirPuller(Tokens(OwnKey(b"s" * 32))).finish(notice(workflow_task="http://elders.example/Task/1"), address(there))

    assert [(method, path) for method, path, _ in there.asked if path != "/token"] == [("GET", "Task/w"), ("PUT", "Task/w")]


def test_pages_are_followed_to_the_end() -> None:
    pages = whole()
    with hospital(pages) as there:
        pages["Condition?_count=2"] = bundle(condition(1), further=f"{there.url}/fhir/Condition?page=2")
        pages["Condition?page=2"] = bundle(condition(2), further=f"{there.url}/fhir/Condition?page=3")
        pages["Condition?page=3"] = bundle(condition(3), condition(1))
        found = json.loads(pull(there).bundle)

    assert [one["resource"]["id"] for one in found["entry"] if one["resource"]["resourceType"] == "Condition"] == [
        "c1",
        "c2",
        "c3",
    ]


def test_a_next_page_somewhere_else_is_not_fetched_and_nothing_is_kept() -> None:
    with hospital({}) as elsewhere:
        pages = whole(**{"Condition?_count=2": bundle(condition(1), further=f"{elsewhere.url}/fhir/Condition")})

        assert trouble(pages) == ("address", False)
    assert elsewhere.asked == []


def test_pages_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_PAGES", 5)
    pages = whole()
    with hospital(pages) as there:
        pages["Condition?_count=2"] = bundle(condition(1), further="?_page=1")
        pages |= {f"Condition?_page={n}": bundle(condition(1), further=f"?_page={n + 1}") for n in range(1, 9)}
        with pytest.raises(NotPulled) as caught:
            pull(there)
    assert (caught.value.code, caught.value.again) == ("too_large", False) and len(there.asked) < 15


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ({"Task/w": (404, {}, b"")}, ("refused", False)),
        ({"Task/w": (403, {}, b"")}, ("refused", False)),
        ({"Task/w": (503, {"Retry-After": "60"}, b"")}, ("unreachable", True)),
        ({"Task/w": (302, {"Location": "http://169.254.169.254/"}, b"")}, ("refused", False)),
        ({"Task/w": (200, {}, b"<html>")}, ("answer", True)),
        ({"Task/w": (200, {}, b"\n<!DOCTYPE HTML><title>Onderhoud</title>")}, ("answer", True)),
        ({"Condition?_count=2": (200, {}, b"niets")}, ("answer", False)),
        ({"Binary/b": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Aanmelden</title>")}, ("answer", True)),
        ({"Task/w": (200, {}, b'{"resourceType": "Task", "id": 1, "id": 2}')}, ("answer", False)),
        ({"Task/w": PATIENT}, ("answer", False)),
        ({"Patient": bundle({**PATIENT, "identifier": [{"system": BSN, "value": OTHER}]})}, ("other_patient", False)),
        ({"Patient": bundle({**PATIENT, "identifier": [{"system": "urn:oid:2.25.1", "value": "0043"}]})}, ("other_patient", False)),
        ({"Patient": bundle(PATIENT, {**PATIENT, "id": "q", "identifier": []})}, ("other_patient", False)),
        ({"Patient": bundle()}, ("other_patient", False)),
        ({"Condition?_count=2": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b")}, ("answer", False)),
        ({"Condition?_count=2": (401, {}, b"")}, ("token", True)),
        ({"Task/w": {**TASK, "input": [{"type": {"text": "q"}, "valueString": "http://127.0.0.1:1/Patient"}]}}, ("address", False)),
        ({"Task/w": {**TASK, "input": [{"type": {"text": "q"}, "valueString": "AuditEvent"}]}}, ("query", False)),
        ({"Task/w": {**TASK, "input": [{"type": {"text": "q"}, "valueString": f"Condition?patient.identifier={BSN}|{OTHER}"}]}}, ("query", False)),
        ({"Task/w": {**TASK, "input": [{"type": {"text": "q"}, "valueString": f"Flag?x={n}"} for n in range(200)]}}, ("query", False)),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_apart_and_nothing_half_is_kept(pages: dict[str, Any], expected: tuple[str, bool]) -> None:
    assert trouble(whole(**pages)) == expected


def test_a_document_that_is_a_web_page_is_fetched_as_one() -> None:
    pages = whole()
    pages["DocumentReference"]["entry"][0]["resource"]["content"][0]["attachment"]["contentType"] = "text/html"
    pages["Binary/b"] = (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>Brief</p>")
    with hospital(pages) as there:
        assert base64.b64encode(b"<!DOCTYPE html><p>Brief</p>") in pull(there).bundle


def test_more_than_agreed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 3_000)

    assert trouble(whole(**{"Condition?_count=2": bundle(*(condition(n) for n in range(100)))})) == ("too_large", False)


def test_a_patient_with_more_numbers_than_anybody_has_is_too_much() -> None:
    many = PATIENT | {
        "identifier": [*PATIENT["identifier"], *({"system": "urn:x", "value": str(n)} for n in range(MOST_NUMBERS))]
    }

    assert trouble(whole(Patient=bundle(many))) == ("too_large", False)


def test_a_token_that_ended_is_fetched_anew_once() -> None:
    with hospital(whole(Patient=[(401, {}, b""), bundle(PATIENT)])) as there:
        pull(there)

    assert there.tokens == 2


@pytest.mark.parametrize(
    "said", ["http://elders.example/Task/1", "Task/../x", "Patient/p", "Task", "Task?x=1", "https://169.254.169.254/Task/1"]
)  # fmt: skip
def test_the_notice_itself_cannot_send_us_elsewhere(said: str) -> None:
    with hospital(whole()) as there, pytest.raises(NotPulled) as caught:
        pull(there, notice(workflow_task=said))
    assert caught.value.code in ("address", "query") and not caught.value.again
    assert [path for _, path, _ in there.asked] == []


def test_a_notice_that_is_over_is_not_followed() -> None:
    assert trouble(whole(), notice(until=NOW - timedelta(seconds=1))) == ("expired", False)


def test_a_server_that_is_away_is_asked_again_later() -> None:
    with hospital(whole()) as there:
        url = there.url
    with pytest.raises(NotPulled) as caught:
        pull(Hospital(url=url))
    assert caught.value.again


def test_a_document_elsewhere_is_named_and_not_fetched() -> None:
    document = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "type": {"text": "Brief"}, "indexed": "2026-11-01T10:00:00Z",
        "subject": {"reference": "Patient/p"}, "content": [{"attachment": {"url": "http://127.0.0.1:1/Binary/1", "title": "Elders"}}],
    }  # fmt: skip
    with hospital(whole(DocumentReference=bundle(document))) as there:
        read = FhirReader().read(pull(there).bundle, "generic-stu3")

    assert isinstance(read, IncomingReferral) and read.documents == ()
    assert "Elders" in {fact.text for fact in read.facts}


def test_a_binary_in_json_is_read_as_well_and_decimals_stay_as_they_were() -> None:
    wrapped = {
        "resourceType": "Binary",
        "id": "b",
        "contentType": "application/pdf",
        "content": base64.b64encode(b"%PDF-1.7 y").decode(),
    }
    found = (
        200,
        {},
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Observation", "id": "o", "valueQuantity": {"value": 1.10}}}]}',
    )
    with hospital(whole(**{"Binary/b": wrapped, "Condition?_count=2": found})) as there:
        pulled = pull(there)

    assert b'"value":1.10' in pulled.bundle and b"JVBERi0xLjcgeQ" in pulled.bundle


@pytest.mark.parametrize("kind", ["DiagnosticReport", "Media"])
def test_the_file_of_a_report_or_picture_is_fetched_as_that_of_a_document_is(kind: str) -> None:
    """Epic writes the form of a report as an address; the report was named as not sent, while it lay ready."""
    file = {"contentType": "application/pdf", "url": "Binary/v", "title": "Verslag"}
    said = {"resourceType": kind, "id": "v", "subject": {"reference": "Patient/p"}}
    said |= {"status": "final", "code": {"text": "PA"}, "presentedForm": [file]} if kind == "DiagnosticReport" else {}
    said |= {"type": "photo", "content": file} if kind == "Media" else {}
    pages = whole(
        **{"Condition?_count=2": bundle(said), "Binary/v": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7 verslag")}
    )
    with hospital(pages) as there:
        read = FhirReader().read(pull(there).bundle, "generic-stu3")

    assert isinstance(read, IncomingReferral)
    assert {one.content for one in read.documents} == {b"%PDF-1.7 x", b"%PDF-1.7 verslag"}
