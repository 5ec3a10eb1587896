"""Fetching after a notice: whole or not at all, within bounds, about the one patient, and never from anywhere else."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations.fhir import fetching
from integrations.fhir.pull import FhirPuller
from integrations.fhir.reader import FhirReader
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from mdo_portal.exchange import Address, IncomingNotice, IncomingReferral, NotPulled, Pulled, Unreadable
from mdo_portal.services import pulls

Node = dict[str, Any]
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
ME, OTHER = "999911120", "999900006"
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": BSN, "value": ME}, {"system": "urn:oid:2.25.1", "value": "0042"}],
}
REFERRAL = {
    "resourceType": "ReferralRequest", "id": "r", "status": "active", "intent": "order", "identifier": [{"value": "MERW-1"}],
    "subject": {"reference": "Patient/p"}, "type": {"coding": [{"system": "http://snomed.info/sct", "code": "384682003"}]},
}  # fmt: skip
TASK = {
    "resourceType": "Task", "id": "w", "status": "requested", "intent": "order", "focus": {"reference": "ReferralRequest/r"},
    "input": [{"type": {"text": "q"}, "valueString": query} for query in ("Patient", "Condition?_count=2", "DocumentReference")],
}  # fmt: skip


def condition(n: int, **more: Any) -> Node:
    return {
        "resourceType": "Condition",
        "id": f"c{n}",
        "code": {"text": f"Diagnose {n}"},
        "subject": {"reference": "Patient/p"},
    } | more


def bundle(*resources: Node, further: str = "") -> Node:
    links = [{"relation": "next", "url": further}] if further else []
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": one} for one in resources]}


@dataclass
class Hospital:
    """A FHIR server as a table: path -> body, or (status, headers, bytes), or a list of those, one per time."""

    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, token
    tokens: int = 0
    url: str = ""

    def answer(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        if path == "/token":
            self.tokens += 1
            return 200, {}, json.dumps({"access_token": f"t{self.tokens}", "token_type": "bearer", "expires_in": 300}).encode()
        found = self.pages.get(f"{method} {path}", self.pages.get(path, (404, {}, b"{}")))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, tuple) else (200, {"Content-Type": "application/fhir+json"}, json.dumps(found).encode())


@contextmanager
def hospital(pages: dict[str, Any]) -> Iterator[Hospital]:
    made = Hospital(pages)

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.removeprefix("/fhir/") if self.path != "/token" else self.path
            made.asked.append((self.command, path, self.headers.get("Authorization", "")))
            status, headers, body = made.answer(self.command, path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _do

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        made.url = f"http://127.0.0.1:{running.server_address[1]}"
        yield made
        running.shutdown()


def whole(**over: Any) -> dict[str, Any]:
    document = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "type": {"text": "Verwijsbrief"}, "indexed": "2026-11-01T10:00:00Z",
        "subject": {"reference": "Patient/p"},
        "content": [{"attachment": {"contentType": "application/pdf", "url": "Binary/b", "title": "Brief"}}],
    }  # fmt: skip
    fixed = {
        "Task/w": TASK, "ReferralRequest/r": REFERRAL, "Patient": bundle(PATIENT), "Condition?_count=2": bundle(condition(1), condition(2)),
        "DocumentReference": bundle(document), "Binary/b": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7 x"), "PUT Task/w": {},
    }  # fmt: skip
    return fixed | over


def notice(**over: Any) -> IncomingNotice:
    fixed: dict[str, Any] = {
        "number": "n-1",
        "group": "g-1",
        "workflow_task": "Task/w",
        "authorization_base": "base-1",
        "bsn": ME,
    }
    return IncomingNotice(**fixed | over)


def address(there: Hospital) -> Address:
    return Address(
        "MERW", "generic-stu3", url=f"{there.url}/fhir", token_url=f"{there.url}/token", client_id="mdo", scopes="system/*.read", inside=("127.0.0.0/8",),
        timeout_seconds=5,
    )  # fmt: skip


def pull(there: Hospital, said: IncomingNotice | None = None, *, at: datetime = NOW) -> Pulled:
    return FhirPuller(Tokens(OwnKey(b"s" * 32))).pull(said or notice(), address(there), at=at)


def trouble(pages: dict[str, Any], said: IncomingNotice | None = None) -> tuple[str, bool]:
    with hospital(pages) as there, pytest.raises(NotPulled) as caught:
        pull(there, said)
    return caught.value.code, caught.value.again


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
        pages["Condition?_count=2"] = bundle(condition(1), further=f"{there.url}/fhir/Condition?_count=2")
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
        ({"Task/w": (200, {}, b"<html>")}, ("answer", False)),
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


LOCAL = "urn:oid:2.25.1"
ANNOUNCED = {"bsn": ME, "numbers": ((LOCAL, "0042"),), "birth_on": date(1950, 4, 3)}


def person(*numbers: tuple[str, str], born: str | None = "1950-04-03", number: str = "p") -> Node:
    named = [{"system": system, "value": value} for system, value in numbers]
    return {"resourceType": "Patient", "id": number, "identifier": named} | ({"birthDate": born} if born else {})


@pytest.mark.parametrize(
    ("found", "announced"),
    [
        ([person((BSN, OTHER), (LOCAL, "0042"))], ANNOUNCED),
        ([person((BSN, ME), (LOCAL, "0043"))], ANNOUNCED),
        ([person((BSN, ME), (LOCAL, "0042"), born="1950-04-30")], ANNOUNCED),
        ([person((LOCAL, "0043"))], ANNOUNCED | {"bsn": ""}),
        ([person(("urn:elders", "0042"))], ANNOUNCED),  # nothing of it says that it is the same person
        ([person()], ANNOUNCED),
        ([], ANNOUNCED),
        ([person((BSN, ME)), person((BSN, OTHER), number="q")], ANNOUNCED),
        ([person((BSN, ME)), person((LOCAL, "0043"), number="q")], ANNOUNCED),
        ([person((BSN, ME)), person((BSN, OTHER), number="q")], {"bsn": ""}),
    ],
)
def test_whoever_is_not_shown_to_be_the_one_announced_is_another_patient(found: list[Node], announced: dict[str, Any]) -> None:
    assert trouble(whole(Patient=bundle(*found)), notice(**announced)) == ("other_patient", False)


@pytest.mark.parametrize(
    "found", [person((BSN, ME)), person((LOCAL, "0042"), born=None), person((BSN, ME), (LOCAL, "0042"), ("urn:x", "7"))]
)
def test_one_number_that_agrees_is_enough_when_nothing_contradicts_it(found: Node) -> None:
    with hospital(whole(Patient=bundle(found))) as there:
        assert pull(there, notice(**ANNOUNCED)).resources == 6


def test_more_than_agreed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 3_000)

    assert trouble(whole(**{"Condition?_count=2": bundle(*(condition(n) for n in range(100)))})) == ("too_large", False)


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


# The notice


def task(**over: Any) -> bytes:
    fixed: Node = {
        "resourceType": "Task", "status": "requested", "intent": "proposal", "identifier": [{"value": "n-1"}],
        "basedOn": [{"reference": "Task/w"}], "groupIdentifier": {"value": "g-1"}, "for": {"identifier": {"system": BSN, "value": ME}},
        "requester": {"agent": {"display": "EPD"}}, "restriction": {"period": {"end": "2026-12-10T03:00:00+01:00"}},
        "input": [
            {"type": {"coding": [{"code": "authorization-base"}]}, "valueString": "base-1"},
            {"type": {"coding": [{"code": "get-workflow-task"}]}, "valueBoolean": True},
        ],
    }  # fmt: skip
    return json.dumps({name: value for name, value in (fixed | over).items() if value is not None}).encode()


def test_a_notification_task_is_read_as_a_notice() -> None:
    found = FhirReader().read(task(), "generic-stu3")

    assert found == notice(until=datetime(2026, 12, 10, 2, 0, tzinfo=UTC))
    assert FhirReader().header(task()).control_id == "n-1"


def test_notices_that_belong_together_take_their_turn_as_messages_of_one_patient_do() -> None:
    """A withdrawal that overtook its notice would withdraw nothing."""
    one = set(FhirReader().header(task()).patient_numbers)
    withdrawal = {"status": "cancelled", "identifier": [{"value": "n-2"}], "for": None}
    other = {"identifier": [{"value": "n-3"}], "for": None, "groupIdentifier": {"value": "g-2"}}

    assert (BSN, ME) in one
    assert one & set(FhirReader().header(task(**withdrawal)).patient_numbers)
    assert not one & set(FhirReader().header(task(**other)).patient_numbers)


def test_a_notice_says_whom_it_is_for_by_everything_it_tells_of_the_patient() -> None:
    whom = person((BSN, ME), (LOCAL, "0042"))
    found = FhirReader().read(task(contained=[whom], **{"for": {"reference": "#p"}}), "generic-stu3")

    assert isinstance(found, IncomingNotice)
    assert (found.bsn, found.numbers, found.birth_on) == (ME, ((LOCAL, "0042"),), date(1950, 4, 3))
    assert pulls._unpacked(pulls._packed(found)) == found


def test_queries_may_stand_in_the_notice_itself() -> None:
    inputs = [
        {"type": {"coding": [{"code": "authorization-base"}]}, "valueString": "b"},
        {"type": {"coding": [{"code": "get-workflow-task"}]}, "valueBoolean": False},
        {"type": {"coding": [{"code": "79191-3"}]}, "valueString": "Patient?_include=Patient:general-practitioner"},
        {"type": {"coding": [{"code": "read-available-resource"}]}, "valueReference": {"reference": "ReferralRequest/r"}},
    ]
    found = FhirReader().read(task(input=inputs), "generic-stu3")

    assert isinstance(found, IncomingNotice) and found.workflow_task == ""
    assert found.fetches == ("Patient?_include=Patient:general-practitioner", "ReferralRequest/r")


def test_a_withdrawal_is_one() -> None:
    found = FhirReader().read(task(status="cancelled"), "generic-stu3")

    assert isinstance(found, IncomingNotice) and found.cancelled


@pytest.mark.parametrize("over", [{"identifier": None}, {"basedOn": None}, {"identifier": {"value": "x"}}, {"wat": 1}])
def test_a_notice_without_number_or_aim_or_of_another_shape_is_for_a_person(over: Node) -> None:
    with pytest.raises(Unreadable) as caught:
        FhirReader().read(task(**over), "generic-stu3")
    assert caught.value.reason == "broken" and "999" not in caught.value.where


def test_nothing_of_the_patient_or_the_right_shows_in_the_words_of_a_notice() -> None:
    assert ME not in repr(notice()) and "base-1" not in repr(notice())
