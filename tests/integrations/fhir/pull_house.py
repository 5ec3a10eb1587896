"""A hospital's FHIR server as a table, a notice about what lies ready there, and what came of fetching it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations.fhir.pull import FhirPuller
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from mdo_portal.exchange import Address, IncomingNotice, NotPulled, Pulled

Node = dict[str, Any]
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
LOCAL = "urn:oid:2.25.1"
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


def person(*numbers: tuple[str, str], born: str | None = "1950-04-03", number: str = "p") -> Node:
    named = [{"system": system, "value": value} for system, value in numbers]
    return {"resourceType": "Patient", "id": number, "identifier": named} | ({"birthDate": born} if born else {})


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
