"""A structured decision and a profile that wants it in these shapes, for whoever tests what is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from integrations.fhir.sending.sender import FhirSender, decision_bytes
from mdo_portal.exchange import Contact, DecisionForm, OutgoingAdvice, OutgoingDecision, Receipt
from tests.integrations.fhir.make import Node, Told, address, decision, server
from tests.integrations.own_profiles import own_profile

EARLIER = "11111111-2222-4333-8444-555555555555"

ADVICE = (
    OutgoingAdvice(
        "Robotgeassisteerde prostatectomie", "surgery", "Operatie", "curative", "curatief", "als de PSMA-PET negatief is", "Deltamond UMC",
        "dr. Vos", date(2026, 12, 20),
    ),
    OutgoingAdvice("", "radiotherapy", "Radiotherapie", "curative", "curatief"),
)  # fmt: skip

WITHOUT: dict[str, Any] = {
    "form": DecisionForm.OUTCOME,
    "advice": (), "participants": (), "diagnosis": "", "outcome": "deferred",
    "letter_title": "MDO-bericht zonder advies MDO-2026-000123",
    "sections": (
        ("Bericht zonder advies", "In deze bespreking is over uw patiënt geen advies gegeven."), ("Reden", "De MRI ontbreekt."),
    ),
}  # fmt: skip
"""What a message that there is no advice says otherwise."""
MESSAGE = WITHOUT | {"version": 1, "replaces_delivery_id": "", "replaces_document_number": ""}
"""A first one."""

SHAPES = {
    "transaction": ["document", "composition", "careplan"],
    "document": ["document-bundle", "careplan"],
}


def structured(form: DecisionForm = DecisionForm.FIRST, **more: Any) -> OutgoingDecision:
    later = {} if form is DecisionForm.FIRST else {
        "version": 2, "form": form, "replaces_delivery_id": EARLIER, "replaces_document_number": "urn:oid:2.25.899",
    }  # fmt: skip
    there = (Contact("S. de Boer", role="Uroloog", organisation="Deltamond UMC"), Contact("M. Kok", role="Radiotherapeut"))
    told: dict[str, Any] = {
        "advice": ADVICE,
        "participants": there,
        "outcome": "discussed",
        "diagnosis": "Prostaatcarcinoom cT2aN0M0",
        "round_id": "5f0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a22",
        "request_task": "Task/7",
    } | ({} if form.has_advice else WITHOUT)
    return decision(**told | later | more)


@contextmanager
def wanting(*shapes: str, version: str = "R4", more: str = "") -> Iterator[str]:
    with own_profile(f"[send]\nshapes = {json.dumps(shapes)}\n{more}", extends=f"generic-{version.lower()}") as profile:
        yield profile


def sent(profile: str, **more: Any) -> Node:
    tree: Node = json.loads(decision_bytes(structured(**more), profile))
    return tree


def by_kind(tree: Node) -> dict[str, Node]:
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in tree["entry"]}


# What counts as received

MADE = {"status": "201 Created"}
LETTER = MADE | {"location": "DocumentReference/77/_history/1"}


def send(told: Told, profile: str, **more: Any) -> Receipt:
    with server(told) as url:
        return FhirSender().send(structured(**more), address(url, profile))


def searchset_of(*resources: Node) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}).encode()
