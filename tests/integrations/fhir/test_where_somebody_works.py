"""The service at which somebody works is no board; one that is asked, or that nobody works at, is."""

from __future__ import annotations

from tests.integrations.fhir.make import Node, request
from tests.integrations.fhir.read_house import read


def service(name: str, number: str = "s") -> Node:
    return {"resourceType": "HealthcareService", "id": number, "name": name}


def role(**more: object) -> Node:
    at = [{"reference": "HealthcareService/s"}]
    return {"resourceType": "PractitionerRole", "id": "w", "healthcareService": at} | more


ASKED = {"code": {"text": "MDO urologie"}}


def test_the_clinic_of_who_refers_is_not_asked_for() -> None:
    by = {"requester": {"reference": "PractitionerRole/w"}}
    found = read(role(practitioner={"display": "dr. Aalders"}), service("Polikliniek longziekten"), asked=request(**ASKED, **by))
    assert found.board_hint == "MDO urologie"
    assert not [one for one in found.facts if one.label == "Aangevraagd"]


def test_a_service_that_nobody_works_at_is_as_before() -> None:
    assert read(service("MDO prostaat"), asked=request(**ASKED)).board_hint == "MDO prostaat"


def test_a_service_of_a_role_that_is_asked_is_too() -> None:
    asked = request(**ASKED, performer=[{"reference": "PractitionerRole/w"}])
    assert read(role(), service("MDO prostaat"), asked=asked).board_hint == "MDO prostaat"


def test_beside_the_clinic_of_who_refers_the_other_service_is_the_board() -> None:
    found = read(role(), service("Polikliniek longziekten"), service("MDO prostaat", "b"), asked=request(**ASKED))
    assert found.board_hint == "MDO prostaat"
