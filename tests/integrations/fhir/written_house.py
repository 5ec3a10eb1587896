"""Words that people write beside the fields of a request, and in what they stand."""

from __future__ import annotations

from typing import Any

from .make import BASE, Node
from .read_house import about

PATIENT = {"reference": "Patient/p"}
REQUEST = {"reference": f"{BASE}/ServiceRequest/r"}
FORM = "Vraagstelling: Opereren?\nCasemanager: M. Zilver\nSpoed: ja"
TASK = {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "for": PATIENT, "focus": REQUEST}
APPOINTMENT = {
    "resourceType": "Appointment", "id": "a", "status": "proposed", "participant": [{"actor": PATIENT, "status": "accepted"}],
}  # fmt: skip


def page(words: str, status: str = "additional") -> Node:
    return {"status": status, "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}


def letter(*sections: Node, **more: Any) -> Node:
    fixed = {"status": "final", "type": {"text": "Verwijsbrief"}, "title": "Verwijsbrief", "date": "2026-10-01"}
    return about("Composition", **fixed, author=[{"display": "dr. Paars"}], section=list(sections)) | more


def extension(name: str, **said: Any) -> Node:
    return {"url": f"https://ziekenhuis.example/fhir/StructureDefinition/{name}"} | said
