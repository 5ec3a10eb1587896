"""A notice may choose among the hospital's own data, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integrations.fhir.server.queries import KINDS, NotAllowed, fetch_of
from integrations.out import Reach

BASE = "https://fhir.merwe.example/stu3"
BGZ = [
    "Patient?_include=Patient:general-practitioner",
    "Coverage?_include=Coverage:payor:Organization&_include=Coverage:payor:Patient",
    "Consent?category=http://snomed.info/sct|11291000146105",
    "Observation/$lastn?category=http://snomed.info/sct|118228005,http://snomed.info/sct|384821006",
    "Observation/$lastn?code=http://snomed.info/sct|365508006",
    "Condition", "NutritionOrder", "Flag", "AllergyIntolerance",
    "MedicationStatement?category=urn:oid:2.16.840.1.113883.2.4.3.11.60.20.77.5.3|6&_include=MedicationStatement:medication",
    "DeviceUseStatement?_include=DeviceUseStatement:device", "Procedure?category=http://snomed.info/sct|387713003",
    "Encounter?class=http://hl7.org/fhir/v3/ActCode|IMP,http://hl7.org/fhir/v3/ActCode|ACUTE", "Appointment?status=booked,pending",
    "DocumentReference?status=current", "ReferralRequest/5", "Binary/a-1.b", f"{BASE}/Condition/7", "/Task/9",
]  # fmt: skip


@pytest.mark.parametrize("said", BGZ)
def test_the_searches_of_the_bgz_are_followed_below_the_hospitals_own_address(said: str) -> None:
    fetch = fetch_of(said, BASE)

    assert Reach((BASE,)).covers(f"{BASE}/{fetch.path}")
    assert fetch.kind in KINDS and not fetch.form


@pytest.mark.parametrize(
    "said",
    ["https://elders.example/Patient/1", "https://]elders/Patient/1", "http://fhir.merwe.example/stu3/Patient/1", f"{BASE}.elders.example/Patient/1", "//elders.example/x",
     f"{BASE}b/Patient/1", "../Patient/1", "Task/..", "Task/.", "Task/1/_history/..", "Patient/../../admin", "Patient/1/../2", "file:///etc/passwd", "AuditEvent", "Subscription", "Basic/1",
     "Patient/$everything", "$process-message", "Observation/$stats?x=1", "", "/", "Patient/1#x", "Patient?x=1#y", "Patient/" + "a" * 65,
     "Condition?_filter=x", "Condition?_format=xml", "Condition?a", "Condition?=1", "Patiënt/1", "Condition?code=a\r\nX-Evil: 1", "Condition/1?x=1",
     "Condition?_query=http://elders.example", "Condition?subject=http://elders.example/Patient/1", "Observation/$lastn?patient.identifier=x|1",
     "metadata", "Patient\\1", "Patient/1\n", "?", "Condition?" + "&".join(f"a{n}=1" for n in range(40))],
)  # fmt: skip
def test_anything_else_is_not(said: str) -> None:
    with pytest.raises(NotAllowed):
        fetch_of(said, BASE)


def test_a_number_of_a_person_travels_in_a_body_and_never_in_an_address() -> None:
    fetch = fetch_of("Condition?patient.identifier=http://fhir.nl/fhir/NamingSystem/bsn|999911120", BASE, bsn="999911120")

    assert fetch.path == "Condition/_search" and "999911120" in fetch.form


def test_another_patients_number_than_the_notices_is_not_asked_for() -> None:
    with pytest.raises(NotAllowed):
        fetch_of("Condition?patient.identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900006", BASE, bsn="999911120")


@given(said=some.one_of(some.text(max_size=80), some.from_regex(r"[A-Za-z]{3,9}[/?][ -~]{0,40}", fullmatch=True)))
def test_whatever_is_followed_lies_below_the_registered_address(said: str) -> None:
    try:
        fetch = fetch_of(said, BASE)
    except NotAllowed:
        return
    assert Reach((BASE,)).covers(f"{BASE}/{fetch.path}")
