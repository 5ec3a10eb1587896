"""What the FHIR tests are made of: small bundles, an invented decision, and a server that answers as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mdo_portal.exchange import Address, Contact, IncomingReferral, OutgoingDecision, PatientIdentity, PersonName

HERE = Path(__file__).parent
BASE = "https://fhir.deltamond.example/r4"
DELIVERY = "7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11"
URI = f"urn:uuid:{DELIVERY}"
Node = dict[str, Any]


def patient(**more: Any) -> Node:
    return {"resourceType": "Patient", "id": "p", "identifier": [{"system": "urn:oid:2.25.1", "value": "0042"}]} | more


def request(**more: Any) -> Node:
    fixed = {"resourceType": "ServiceRequest", "id": "r", "status": "active", "intent": "order"}
    return fixed | {"subject": {"reference": "Patient/p"}, "identifier": [{"value": "REF-1"}]} | more


def condition(number: int = 1, **more: Any) -> Node:
    fixed = {"resourceType": "Condition", "id": f"c{number}", "code": {"text": f"Diagnose {number}"}}
    return fixed | {"subject": {"reference": "Patient/p"}} | more


def bundle(*resources: Node, kind: str = "collection") -> bytes:
    entries = [
        {"fullUrl": f"{BASE}/{each['resourceType']}/{each.get('id', n)}", "resource": each} for n, each in enumerate(resources)
    ]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


def sample(name: str) -> bytes:
    return (HERE / "samples" / name).read_bytes()


def decision(**more: Any) -> OutgoingDecision:
    fixed: dict[str, Any] = {
        "delivery_id": DELIVERY,
        "decision_id": "d-1",
        "version": 1,
        "replaces_delivery_id": "",
        "document_number": "urn:oid:2.25.900",
        "replaces_document_number": "",
        "referral_number": "DELT-2026-0815",
        "patient": PatientIdentity(
            local_number="0071234",
            local_authority="urn:oid:2.25.1",
            bsn="999900006",
            name=PersonName("van der Meulen", "van der", "Meulen", initials="JP", given="Jacobus"),
            birth_on=date(1957, 3, 9),
            sex="M",
        ),
        "board_name": "Uro-prostaat",
        "meeting_at": datetime(2026, 11, 24, 16, 0, tzinfo=UTC),
        "signed_at": datetime(2026, 11, 24, 17, 5, 9, tzinfo=UTC),
        "signed_by": Contact("S. de Boer", "03012345", "http://fhir.nl/fhir/NamingSystem/agb-z"),
        "recipient_name": "Deltamond UMC",
        "recipient_code": "DELT",
        "sections": (("Advies", "Actief volgen.\nPSA < 10 & MRI > 1 jaar <script>"), ("Overwegingen", "")),
        "letter_title": "MDO-advies Uro-prostaat",
        "letter_pdf": b"%PDF-1.7\n% invented\n%%EOF\n",
        "network_name": "Oncologienetwerk Duin & Delta",
    }
    return OutgoingDecision(**fixed | more)


@dataclass
class Told:
    """What the server must do, and what it was asked."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    found: bytes | None = None  # answer to a search; None: the same as to a POST
    silent_for: float = 0.0
    drip: float = 0.0
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(
        default_factory=dict
    )  # "GET /fhir/Task/7" -> status, headers, body
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def server(told: Told) -> Iterator[str]:
    """The base address of a server in a thread that answers as told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(told.status, told.body)

        def do_GET(self) -> None:
            self._answer(200 if told.found is not None else told.status, told.body if told.found is None else told.found)

        def do_PUT(self) -> None:
            self._answer(404, b"{}")

        def _answer(self, status: int, body: bytes) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.asked.append((self.command, self.path, dict(self.headers), content))
            time.sleep(told.silent_for)
            status, more, body = told.pages.get(f"{self.command} {self.path}", (status, {}, body))
            try:
                self._write(status, more, body)
            except OSError:
                return

        def _write(self, status: int, more: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in (told.headers | more).items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [body[n : n + 1] for n in range(len(body))] if told.drip else [body]:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(told.drip)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/fhir"
        running.shutdown()


def address(url: str, profile: str = "epic", seconds: float = 5.0) -> Address:
    return Address("DELT", profile, url=url, token="t0ken", timeout_seconds=seconds, inside=("127.0.0.0/8", "::1/128"))


def response(*entries: Node) -> bytes:
    """A transaction-response; without entries the ordinary one: both created."""
    told = entries or ({"status": "201 Created", "location": "DocumentReference/77/_history/1"}, {"status": "201 Created"})
    answers = [{"response": each} for each in told]
    return json.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": answers}).encode()


def searchset(*resources: Node) -> bytes:
    entries = [{"resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode()


def told(found: IncomingReferral) -> list[tuple[str, str]]:
    """What stands above each fact, and the fact."""
    return [(fact.label, fact.text) for fact in found.facts]


def amount(value: float, unit: str) -> Node:
    return {"value": value, "unit": unit}
