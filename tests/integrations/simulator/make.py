"""Running hospitals on ports of their own, letters for them, and a portal that says what it is told."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.wire.ack import build_ack
from integrations.simulator.config import Config, Endpoint
from integrations.simulator.process import Running, start
from integrations.simulator.region import region
from integrations.simulator.v2.door import MllpDoor
from mdo_portal.exchange import Address, Answer, Contact, OutgoingDecision, Verdict

HERE = Endpoint("127.0.0.1", 0)
TOKEN = "t0ken"
NOBODY = Endpoint("127.0.0.1", 9)  # the discard port: nothing listens there
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@contextmanager
def hospital(code: str, folder: Path, **more: Any) -> Iterator[Running]:
    """A hospital with its doors open on free ports; without more it finds no portal."""
    fixed: dict[str, Any] = {
        "portal_mllp": NOBODY,
        "portal_fhir": "http://127.0.0.1:9/fhir",
        "answer_seconds": 1.0,
        "retry_seconds": 0.1,
    }
    running = start(Config(hospital=code, page=HERE, mllp=HERE, token=TOKEN, state_dir=folder, **fixed | more))
    try:
        yield running
    finally:
        running.stop()


def decision(code: str, **more: Any) -> OutgoingDecision:
    """A letter for the first patient of a hospital."""
    case = next(one for one in region().cases if one.hospital == code)
    fixed = OutgoingDecision(
        delivery_id="7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11",
        decision_id="d-1",
        version=1,
        replaces_delivery_id="",
        document_number="urn:oid:2.25.900",
        replaces_document_number="",
        referral_number=case.number,
        patient=case.patient,
        board_name="Uro-prostaat",
        meeting_at=NOW,
        signed_at=NOW,
        signed_by=Contact("S. de Boer", "03012345", "AGB"),
        recipient_name=region().hospital(code).name,
        recipient_code=code,
        sections=(("Advies", "Actief volgen.\nPSA elk half jaar & MRI < 1 jaar"),),
        letter_title="MDO-advies Uro-prostaat",
        letter_pdf=b"%PDF-1.7\n% invented\n%%EOF\n",
        network_name="Oncologienetwerk Duin & Delta",
    )
    return replace(fixed, **more)


def correction(code: str) -> OutgoingDecision:
    first = decision(code)
    return decision(
        code,
        delivery_id="11111111-2222-4333-8444-555555555555",
        version=2,
        document_number="urn:oid:2.25.901",
        replaces_delivery_id=first.delivery_id,
        replaces_document_number=first.document_number,
    )


def address(running: Running, profile: str, *, token: str = TOKEN, seconds: float = 5.0) -> Address:
    """Where the portal sends letters for this hospital."""
    port = running.mllp.port if running.mllp else 0
    return Address(
        "X",
        profile,
        host="127.0.0.1",
        port=port,
        url=f"{running.url}/fhir",
        token=token,
        timeout_seconds=seconds,
        inside=("127.0.0.0/8",),
    )


def state(running: Running) -> Any:
    with urllib.request.urlopen(f"{running.url}/api/state") as answer:
        return json.load(answer)


def post(running: Running, path: str, body: Any, **headers: str) -> Any:
    """The JSON answer. Raises urllib.error.HTTPError for a refusal."""
    told = {"Content-Type": "application/json"} | headers
    with urllib.request.urlopen(urllib.request.Request(f"{running.url}{path}", json.dumps(body).encode(), told)) as answer:
        return json.load(answer)


def behave(running: Running, mode: str, seconds: float = 0.5) -> None:
    post(running, "/api/behaviour", {"mode": mode, "seconds": seconds})


def until(holds: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait for what another thread does; fails the test when it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.03)


@dataclass
class Portal:
    """A portal that keeps what it gets and answers from a list of verdicts; the last one stays. None is silence."""

    verdicts: list[Verdict | None] = field(default_factory=lambda: [Verdict.STORED])
    got: list[bytes] = field(default_factory=list)

    def receive(self, raw: bytes) -> list[bytes]:
        self.got.append(raw)
        verdict = self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]
        if verdict is None:
            return []
        answer = Answer(verdict, read_header(raw).control_id, text="told so")
        return [build_ack(raw, answer, now=NOW, control_id=f"A{len(self.got)}")]


@contextmanager
def mllp_portal(portal: Portal) -> Iterator[Endpoint]:
    door = MllpDoor(HERE, portal.receive)
    yield Endpoint("127.0.0.1", door.port)
    door.close()
