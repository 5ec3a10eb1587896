"""Whom a reference points at inside one message, as FHIR resolves it: the same type and id on another server is somebody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Unreadable
from tests.integrations.fhir.make import BASE, Node, patient, request

UUID = "urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11"
HERE, THERE = f"{BASE}/Patient/p", "https://elders.example/fhir/Patient/p"
NOBODY = "Observation/2: about a patient who is not the one of this referral"


def told(subject: str, **more: Any) -> Node:
    fixed = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "HER2"}, "valueString": "positief"}
    return fixed | {"subject": {"reference": subject}} | more


def read(*entries: tuple[str, Node]) -> IncomingReferral:
    """The entries under their fullUrl; "" = none."""
    listed = [({"fullUrl": url} if url else {}) | {"resource": one} for url, one in entries]
    found = FhirReader().read(
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": listed}).encode(), "generic-r4"
    )
    assert isinstance(found, IncomingReferral)
    return found


def beside(observation: Node, *, lives: str = f"{BASE}/Observation/o", patient_lives: str = HERE, asks: str = HERE) -> list[str]:
    """What a result says of the patient of a referral, and why it says nothing."""
    asked = request(subject={"reference": asks})
    found = read((f"{BASE}/ServiceRequest/r", asked), (patient_lives, patient()), (lives, observation))
    return [*(fact.text for fact in found.facts), *found.quarantined]


def test_a_result_of_the_same_id_on_another_server_is_of_somebody_else() -> None:
    assert beside(told(THERE)) == [NOBODY]


def test_so_is_what_another_server_says_of_its_own_patient() -> None:
    assert beside(told("Patient/p"), lives="https://elders.example/fhir/Observation/o") == [NOBODY]


@pytest.mark.parametrize(
    "subject",
    [HERE, f"{HERE}/", f"{HERE}/_history/7", "Patient/p", "Patient/p/", "Patient/p/_history/7", "Patient/p/_history/7/"],
)
def test_an_address_that_is_in_the_message_is_found_whatever_its_version(subject: str) -> None:
    assert beside(told(subject)) == ["positief"]


@pytest.mark.parametrize("subject", [UUID, "Patient/p", UUID.removeprefix("urn:uuid:")])
def test_who_lives_on_no_server_is_found_by_urn_or_by_type_and_id(subject: str) -> None:
    assert beside(told(subject), patient_lives=UUID, asks=UUID) == ["positief"]


def test_what_lives_on_no_server_points_by_type_and_id_at_what_does() -> None:
    assert beside(told("Patient/p"), lives="urn:uuid:00000000-0000-4000-8000-000000000001") == ["positief"]
    assert beside(told("Patient/p"), lives="") == ["positief"]


def test_a_referral_about_a_patient_of_another_server_waits_for_a_person() -> None:
    with pytest.raises(Unreadable, match="no_patient"):
        read((f"{BASE}/ServiceRequest/r", request(subject={"reference": THERE})), (HERE, patient()))


def test_of_two_servers_with_the_same_id_each_result_is_of_its_own() -> None:
    other = patient(identifier=[{"system": "urn:oid:2.25.2", "value": "77"}])
    found = read(
        (f"{BASE}/ServiceRequest/r", request()),
        (HERE, patient()),
        (THERE, other),
        (f"{BASE}/Observation/o", told("Patient/p")),
        ("https://elders.example/fhir/Observation/o", told("Patient/p", valueString="negatief")),
    )

    assert found.patient.local_number == "0042"
    assert [fact.text for fact in found.facts] == ["positief"]
    assert found.quarantined == ("Observation/4: about a patient who is not the one of this referral",)


def test_a_stroke_behind_where_a_resource_lives_makes_no_difference() -> None:
    assert beside(told("Patient/p"), patient_lives=f"{HERE}/", lives=f"{BASE}/Observation/o/") == ["positief"]


def test_a_stroke_behind_what_a_request_points_at_refuses_no_message() -> None:
    assert beside(told("Patient/p"), asks="Patient/p/") == ["positief"]
