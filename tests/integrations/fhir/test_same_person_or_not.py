"""Records and references that are of the patient of the referral, and those that only seem so."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import Unreadable

from .make import Node, bundle, condition, patient, request
from .read_house import PDF, read

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
OLD_BSN = "urn:oid:2.16.840.1.113883.2.4.6.3"
LOCAL = {"system": "urn:oid:2.25.1", "value": "0042"}
WHO = patient(
    identifier=[{"system": BSN, "value": "999900006"}, LOCAL], birthDate="1954-08-12", name=[{"family": "Zuidwal"}],
)  # fmt: skip
ANOTHER = "about a patient who is not the one of this referral"


@pytest.mark.parametrize(
    "beside", [{"system": BSN, "value": "999911120"}, {"system": OLD_BSN, "value": "999911120"}, LOCAL | {"value": "7"}]
)
def test_a_reference_that_points_at_one_and_numbers_another_is_for_a_person(beside: Node) -> None:
    """The number was read past: a referral of the one under the record of the other."""
    both = {"reference": "Patient/p", "identifier": beside}
    with pytest.raises(Unreadable) as refused:
        FhirReader().read(bundle(request(subject=both), WHO), "generic-r4")
    assert (refused.value.reason, refused.value.where) == ("no_patient", "ServiceRequest/0.subject")
    found = read(condition(subject=both), who=WHO)
    assert found.facts == () and found.quarantined == (f"Condition/2: {ANOTHER}",)


@pytest.mark.parametrize("beside", [{"system": OLD_BSN, "value": "999900006"}, LOCAL, {"system": "urn:elsewhere", "value": "7"}])
def test_one_that_points_and_numbers_alike_is_the_patient(beside: Node) -> None:
    both = {"reference": "Patient/p", "identifier": beside}
    assert len(read(condition(subject=both), asked=request(subject=both), who=WHO).facts) == 1


def _record(**more: Any) -> Node:
    return {"resourceType": "Patient", "id": "q", "identifier": [{"system": OLD_BSN, "value": "999900006"}]} | more


@pytest.mark.parametrize("more", [{}, {"birthDate": "1954-08-12"}, {"name": [{"family": "Zuidwal"}]}, {"identifier": [LOCAL]}])
def test_a_second_record_of_the_same_person_is_of_the_patient(more: Node) -> None:
    """What was said of it was put apart as another's, which was not true."""
    beside = read(_record(**more), condition(subject={"reference": "Patient/q"}), who=WHO)
    assert [one.text for one in beside.facts] == ["Diagnose 1"] and beside.unmapped == ("Patient/2",)
    inside = read(condition(subject={"reference": "#q"}, contained=[_record(**more)]), who=WHO)
    assert [one.text for one in inside.facts] == ["Diagnose 1"]


@pytest.mark.parametrize(
    "more",
    [
        {"birthDate": "1945-08-12"},
        {"name": [{"family": "Oost"}]},
        {"identifier": [{"system": BSN, "value": "999900006"}, LOCAL | {"value": "7"}]},
        {"identifier": [{"system": BSN, "value": "999911120"}]},
        {"identifier": [{"value": "0042"}]},  # of which nobody knows who gave it out
        {"identifier": []},
    ],
)
def test_one_that_says_anything_else_of_who_it_is_stays_apart(more: Node) -> None:
    found = read(_record(**more), condition(subject={"reference": "Patient/q"}), who=WHO)
    assert found.facts == () and found.quarantined == (f"Condition/3: {ANOTHER}",)


@pytest.mark.parametrize(
    ("info", "is_ours"), [({"reference": "Patient/z"}, False), ({"reference": "Patient/p"}, True), ({"reference": "#q"}, True)]
)
def test_a_letter_without_a_subject_is_of_whom_its_source_says(info: Node, is_ours: bool) -> None:
    letter = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "type": {"text": "Brief"}, "contained": [_record()],
        "content": [{"attachment": {"contentType": "application/pdf", "data": PDF}}], "context": {"sourcePatientInfo": info},
    }  # fmt: skip
    found = read(letter, who=WHO)
    assert len(found.documents) == is_ours and (found.quarantined == ()) == is_ours
