"""`fhir-in`: a Bundle of a hundred entries, stored and answered beside a bare INSERT, understood beside fhir.resources' validation."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from fhir.resources.R4B.bundle import Bundle

from mdo_portal import reception, wiring
from mdo_portal.database import Database
from mdo_portal.exchange import Wire
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow

from .figures import SERVER_CORE, Figures, cpu_ms, interleaved, pinned
from .house import House, hospital, house
from .servers import TABLE
from .texts import unique

ENTRIES = 100
REPEATS = 40
Node = dict[str, Any]


def bundle(number: str) -> bytes:
    """A referral with patient, request, and observations and conditions about the same patient."""
    patient: Node = {
        "resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-01-01",
        "identifier": [{"system": "urn:oid:2.16.528.1.1007.3.3.1", "value": f"F{number}"}],
        "name": [{"family": "van Voorbeeld", "given": ["Anna"]}],
    }  # fmt: skip
    request: Node = {
        "resourceType": "ServiceRequest", "id": "r", "status": "active", "intent": "order", "subject": {"reference": "Patient/p"},
        "identifier": [{"value": number}], "code": {"text": "MDO Uro-prostaat"}, "note": [{"text": "Operatie of bestraling?"}],
    }  # fmt: skip
    findings = [_observation(n) if n % 3 else _condition(n) for n in range(ENTRIES - 2)]
    entries = [
        {"fullUrl": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, number + str(n))}", "resource": one, "request": {"method": "POST", "url": one["resourceType"]}}
        for n, one in enumerate([patient, request, *findings])
    ]  # fmt: skip
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "id": number, "entry": entries}).encode()


def _observation(n: int) -> Node:
    return {
        "resourceType": "Observation", "id": f"o{n}", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": f"{2000 + n}-1", "display": f"Bepaling {n}"}]},
        "effectiveDateTime": "2026-02-15T08:30:00+01:00", "valueQuantity": {"value": 12.4, "unit": "umol/L"},
    }  # fmt: skip


def _condition(n: int) -> Node:
    return {
        "resourceType": "Condition", "id": f"c{n}", "subject": {"reference": "Patient/p"}, "code": {"text": f"Diagnose {n}"},
        "recordedDate": "2026-02-10",
    }  # fmt: skip


def measure(url: str) -> Figures:
    """Stored and answered in wall time (it waits for the disk), understood in CPU time."""
    figures = Figures("fhir-in")
    with house(url) as found, pinned(SERVER_CORE):
        database = found.database()
        with database.transaction() as session:
            hospital(session, profile="generic-r4")
            link = hospitals.links(session)[0]
        with psycopg.connect(database.plain_url, autocommit=True) as bare:
            bare.execute(TABLE)
            contenders = {
                "ours": lambda: _timed(lambda raw: _keep(database, link, raw)),
                "bare": lambda: _timed(lambda raw: _insert(bare, raw)),
            }
            took = interleaved(contenders)
        figures.against("stored and answered", "ms", took["ours"], ("bare INSERT", took["bare"]), at_most=1.5)
        _understood(figures)
        _through_the_door(figures, found)
    return figures


def _timed(act: Callable[[bytes], object]) -> float:
    """Milliseconds for one Bundle."""
    raws = [bundle(unique("F")) for _ in range(REPEATS)]
    started = time.perf_counter()
    for raw in raws:
        act(raw)
    return (time.perf_counter() - started) * 1000 / REPEATS


def _keep(database: Database, link: LinkRow, raw: bytes) -> None:
    """What the door does, without HTTP."""
    reader = wiring.readers()[Wire.FHIR]
    sorted_ = reception.sort(raw, wire=Wire.FHIR, reader=reader, links=[], now=datetime.now(UTC), link=link)
    reception.keep(database, [sorted_])
    wiring.fhir_answer(sorted_.answer, sorted_.arrival.header)


def _insert(bare: psycopg.Connection, raw: bytes) -> None:
    values = ("BENCH", unique(), "Bundle", datetime.now(UTC), raw)
    bare.execute(
        "INSERT INTO bare (sender, control_id, kind, at, raw) VALUES (%b, %b, %b, %b, %b) ON CONFLICT DO NOTHING", values
    )


def _understood(figures: Figures) -> None:
    raw, reader = bundle("F1"), wiring.readers()[Wire.FHIR]
    assert len(reader.read(raw, "generic-r4").facts) >= ENTRIES - 2  # type: ignore[union-attr]
    contenders = {
        "ours": lambda: cpu_ms(lambda: reader.read(raw, "generic-r4"), seconds=1.0),
        "theirs": lambda: cpu_ms(lambda: Bundle.model_validate_json(raw), seconds=1.0),
    }
    took = interleaved(contenders)
    figures.against("understood", "CPU ms", took["ours"], ("fhir.resources validation", took["theirs"]), at_most=1.3)


def _through_the_door(figures: Figures, found: House) -> None:
    """The same with Flask around it, for those who want to know what a hospital waits."""
    from mdo_portal.app import create_app  # late: it starts live helpers

    app = create_app(found.settings)
    client, headers = app.test_client(), {"Authorization": "Bearer bench-token-ZEED"}
    answers: set[int] = set()

    def post(raw: bytes) -> None:
        answers.add(client.post("/fhir", data=raw, headers=headers, content_type="application/fhir+json").status_code)

    figures.limit("POST /fhir, test client", "ms", _timed(post))
    app.extensions["mdo_live_stop"].set()
    assert answers == {200}, answers
