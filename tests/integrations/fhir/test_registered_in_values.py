"""A registration for a board that comes as values and no request (as the guide of Rheinland-Pfalz has it) is never taken for a result."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, IncomingResult, Unreadable

from .make import Node, bundle, patient, request
from .read_house import about, value


@pytest.mark.parametrize(
    "code",
    [
        {"coding": [{"system": "http://idg-rlp.example/CustomCodes", "code": "tumorBoardAnmeldung"}]},
        {"text": "Anmeldung Tumorkonferenz"},
        {"text": "Aanmelding MDO longoncologie"},
        {"text": "Aanvraag multidisciplinair overleg"},
        {"coding": [{"code": "7", "display": "Tumor board referral"}]},
    ],
)
@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
def test_a_registration_in_values_waits_for_a_person(kind: str, code: Node) -> None:
    """As a result of somebody who has no case it was answered, and forgotten."""
    registered = about(kind, status="final") | {"code": code}
    with pytest.raises(Unreadable) as refused:
        FhirReader().read(bundle(patient(), registered, value("cTNM", valueString="T2N1M0")), "generic-r4")
    assert refused.value.reason == "no_request"


@pytest.mark.parametrize("name", ["MDO-verslag", "Aanmelding polikliniek", "Advies van het tumorboard", "PD-L1"])
def test_a_report_of_a_board_or_of_anything_else_is_a_result(name: str) -> None:
    found = FhirReader().read(bundle(patient(), value(name, valueString="x")), "generic-r4")
    assert isinstance(found, IncomingResult)


def test_a_request_that_asks_for_a_tumorboard_in_one_word_goes_before_another() -> None:
    scan = request(id="ct", identifier=[{"value": "CT-1"}], code={"text": "CT thorax"})
    found = FhirReader().read(bundle(patient(), scan, request(code={"text": "Tumorboard Lunge"})), "generic-r4")
    assert isinstance(found, IncomingReferral) and found.number == "REF-1"
