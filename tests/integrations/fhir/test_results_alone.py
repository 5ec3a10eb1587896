"""A result that names no referral: it is of the patient, as one over HL7 v2 is. It was refused for want of a request, biopsy after biopsy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, IncomingResult, Unreadable

from .make import Node, bundle, condition, patient, request
from .read_house import about

ON = [{"reference": "ServiceRequest/r"}]
REPORT = about("DiagnosticReport", status="final", code={"text": "PA"}, conclusion="Adenocarcinoom")
ORDER = request(status="completed", code={"text": "Biopt"}, identifier=[{"value": "T26-1"}])


def read(*resources: Node) -> Any:
    return FhirReader().read(bundle(*resources, kind="transaction"), "generic-r4")


def test_a_report_of_a_patient_is_a_result() -> None:
    found = read(patient(), REPORT)
    assert isinstance(found, IncomingResult)
    assert (found.patient.local_number, [(one.label, one.text) for one in found.facts]) == ("0042", [("PA", "Adenocarcinoom")])


def test_so_is_one_with_the_order_for_it_whose_number_it_keeps() -> None:
    found = read(patient(), ORDER, REPORT | {"basedOn": ON})
    assert isinstance(found, IncomingResult)
    assert (found.referral_number, [one.text for one in found.facts]) == ("T26-1", ["Biopt (afgerond)", "Adenocarcinoom"])


def test_whom_it_is_about_may_be_said_by_number_alone() -> None:
    found = read(REPORT | {"subject": {"identifier": {"system": "urn:oid:2.25.1", "value": "0042"}}})
    assert isinstance(found, IncomingResult)
    assert found.patient.local_number == "0042"


def test_what_was_sent_in_error_is_taken_back_and_of_another_is_set_apart() -> None:
    wrong = about("Observation", id="o", status="entered-in-error", code={"text": "PSA"}, valueString="4")
    found = read(patient(), wrong, REPORT | {"id": "y", "subject": {"reference": "Patient/q"}}, REPORT)
    assert ([one.text for one in found.taken_back], len(found.facts), len(found.quarantined)) == (["4"], 1, 1)


def test_a_result_is_as_new_as_its_message() -> None:
    raw = bundle(patient(), REPORT).replace(b'"type": "collection"', b'"type": "collection", "timestamp": "2026-03-01T10:00:00Z"')
    found = FhirReader().read(raw, "generic-r4")
    assert isinstance(found, IncomingResult)
    assert found.sent_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_the_page_that_tries_a_message_shows_the_result() -> None:
    shown = FhirExplainer().explain(bundle(patient(), REPORT), "generic-r4")
    assert ("fact", "Adenocarcinoom", "DiagnosticReport/1.conclusion") in [
        (one.name, one.value, one.place) for one in shown.fields
    ]


@pytest.mark.parametrize(
    ("resources", "kind"),
    [
        ((patient(), request(), REPORT), IncomingReferral),
        ((patient(), REPORT | {"basedOn": [{"identifier": {"value": "REF-1"}}]}), IncomingAnswer),
    ],
)
def test_what_belongs_to_a_referral_still_does(resources: tuple[Node, ...], kind: type) -> None:
    assert isinstance(read(*resources), kind)


@pytest.mark.parametrize(
    "resources",
    [
        (REPORT,),  # nobody knows whose it is
        (patient(identifier=[]), REPORT),
        (patient(), condition()),
        (patient(), REPORT, about("DocumentReference", status="current", content=[])),  # may be the letter that refers
        (patient(), REPORT, about("QuestionnaireResponse", status="completed")),  # and the form
        (patient(), REPORT, about("Composition", status="final", type={"text": "Brief"}, date="2026-01-01", title="Verwijzing")),
    ],
)
def test_what_may_be_a_referral_is_never_taken_for_a_result(resources: tuple[Node, ...]) -> None:
    with pytest.raises(Unreadable):
        read(*resources)
