"""One referral with these resources beside it, as the general profile reads it."""

from __future__ import annotations

import base64
from typing import Any

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral
from tests.integrations.fhir.make import Node, bundle, patient, request

PDF = base64.b64encode(b"%PDF-1.7\n%%EOF").decode()


def read(*resources: Node, asked: Node | None = None, who: Node | None = None) -> IncomingReferral:
    found = FhirReader().read(bundle(asked or request(), who or patient(), *resources), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


def told(*resources: Node, asked: Node | None = None) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in read(*resources, asked=asked).facts]


def about(kind: str, **more: Any) -> Node:
    return {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}} | more


def of_patient(kind: str, **more: Any) -> Node:
    return {"resourceType": kind, "id": "x", "patient": {"reference": "Patient/p"}} | more


def value(name: str, **more: Any) -> Node:
    return about("Observation", status="final", code={"text": name}, **more)
