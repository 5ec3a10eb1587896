"""What a laboratory sends along with its result, the order for it, is no referral to a tumour board: every biopsy became a new case."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, IncomingResult

from .make import Node, bundle, patient, request
from .read_house import about

ON = [{"reference": "ServiceRequest/r"}]
HISTOLOGY = {"text": "Histologie"}


def report(**more: object) -> Node:
    return about("DiagnosticReport", status="final", basedOn=ON, code=HISTOLOGY, conclusion="Invasief carcinoom") | more


@pytest.mark.parametrize(
    ("order", "result"),
    [
        ({"status": "completed", "code": {"text": "Biopt"}}, report()),
        ({"status": "completed"}, about("Observation", status="final", basedOn=ON, code={"text": "PSA"}, valueString="4")),
        ({"code": HISTOLOGY}, report(status="preliminary")),
        ({"code": {"text": "CT"}}, about("ImagingStudy", status="available", basedOn=ON, description="CT-thorax")),
    ],
)
def test_an_order_with_its_result_is_no_referral(order: Node, result: Node) -> None:
    assert isinstance(FhirReader().read(bundle(patient(), request(**order), result), "generic-r4"), IncomingResult)


@pytest.mark.parametrize(
    "others",
    [
        (request(status="completed", code={"text": "Bespreking in het MDO"}), report()),
        (request(), report()),  # it goes on, and asks for something else than what was reported
        (request(status="completed"), report(basedOn=[])),
        (
            request(status="completed"),
            report(),
            {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "focus": ON[0]},
        ),
    ],
)
def test_a_request_that_asks_stays_a_referral(others: tuple[Node, ...]) -> None:
    assert isinstance(FhirReader().read(bundle(patient(), *others), "generic-r4"), IncomingReferral)


def test_beside_a_referral_an_order_is_what_was_done() -> None:
    done = request(id="o", status="completed", code=HISTOLOGY, identifier=[{"value": "T26-1"}])
    read = FhirReader().read(
        bundle(patient(), done, report(basedOn=[{"reference": "ServiceRequest/o"}]), request()), "generic-r4"
    )
    assert isinstance(read, IncomingReferral)
    assert (read.number, [one.label for one in read.facts]) == ("REF-1", ["Aangevraagd", "Histologie"])
