"""A document inside a message: a Bundle in a Bundle."""

from __future__ import annotations

import json

import pytest

from integrations.fhir.reader import FhirReader
from integrations.fhir.text.values import Node
from mdo_portal.exchange import IncomingReferral
from tests.integrations.fhir.make import BASE, bundle, condition, patient, request
from tests.integrations.fhir.read_house import read

# A Bundle in a message


def nested(kind: str) -> bytes:
    inside = json.loads(bundle(request(note=[{"text": "Operatie?"}]), patient(), condition(), kind="document"))
    head = {
        "resourceType": "MessageHeader",
        "id": "h",
        "eventUri": "urn:x",
        "source": {"endpoint": "x"},
        "focus": [{"reference": "Bundle/b"}],
    }
    entries = [
        {"fullUrl": f"{BASE}/MessageHeader/h", "resource": head},
        {"fullUrl": f"{BASE}/Bundle/b", "resource": inside | {"id": "b"}},
    ]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


@pytest.mark.parametrize("kind", ["message", "transaction", "collection"])
def test_a_document_inside_a_message_is_read(kind: str) -> None:
    found = FhirReader().read(nested(kind), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.number, found.question_board, [fact.text for fact in found.facts]) == ("REF-1", "Operatie?", ["Diagnose 1"])


def test_and_its_patient_is_known_at_the_door() -> None:
    assert FhirReader().header(nested("message")).patient_numbers == (("urn:oid:2.25.1", "0042"),)


def test_a_document_beside_the_patient_himself_is_only_named() -> None:
    letter = json.loads(bundle(patient(name=[{"family": "Elders"}]), condition(), kind="document")) | {"id": "b"}
    found = read(letter)

    assert (found.number, found.facts, found.unmapped) == ("REF-1", (), ("Bundle/2",))


BY_NUMBER = {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}


@pytest.mark.parametrize(
    "asked",
    [
        request(contained=[patient(id="q")], subject={"reference": "#q"}),
        request(subject=BY_NUMBER),
        {"resourceType": "ReferralRequest", "status": "active", "patient": BY_NUMBER},
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "contained": [patient(id="q")],
            "subject": {"reference": "#q"},
        },
    ],
    ids=["contained", "by number", "by number (STU3)", "contained in a document"],
)
def test_whom_it_is_about_is_known_before_it_is_read_also_without_a_patient_of_its_own(asked: Node) -> None:
    """Else two messages about one patient are read side by side, and what takes a referral back may be read before it."""
    assert FhirReader().header(bundle(asked)).patient_numbers == (("urn:oid:2.25.1", "0042"),)
