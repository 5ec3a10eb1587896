"""Whom to call about a patient (Patient.contact) stands on the case as somebody else; it was read and gone."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node, patient, request
from .read_house import of_patient, read

DAUGHTER = {"relationship": [{"text": "Dochter"}], "name": {"given": ["Mia"], "family": "Vos"}}
PHONE = {"telecom": [{"system": "phone", "value": "030-1234567"}]}


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (DAUGHTER | PHONE, ["Mia Vos (Dochter), 030-1234567"]),
        ({"name": {"text": "mevr. Vos"}}, ["mevr. Vos"]),
        ({"relationship": [{"text": "Voogd"}], "organization": {"display": "Stichting Baken"}}, ["Stichting Baken (Voogd)"]),
        (DAUGHTER | {"period": {"end": "2020-01-01"}}, ["Mia Vos (Dochter) (tot 2020-01-01)"]),
        ({"telecom": [{"system": "phone", "value": "030-1234567"}]}, ["030-1234567"]),
        ({"gender": "female"}, []),
    ],
)
def test_whom_to_call_is_told(contact: Node, shown: list[str]) -> None:
    found = read(who=patient(contact=[contact]))
    assert [one.text for one in found.facts if one.label == "Contactpersoon"] == shown


def test_it_is_told_of_the_patient_alone() -> None:
    other: dict[str, Any] = patient(id="q", contact=[DAUGHTER], identifier=[{"system": "urn:oid:2.25.1", "value": "0099"}])
    assert read(other).facts == ()


def relative(**more: Any) -> Node:
    return of_patient("RelatedPerson", **more)


ROLES = [{"text": "Dochter"}, {"text": "Eerste contactpersoon"}]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            relative(name=[{"given": ["Mia"], "family": "Vos"}], relationship=ROLES, **PHONE),
            ["Mia Vos (Dochter, Eerste contactpersoon), 030-1234567"],
        ),
        (relative(name=[{"text": "mevr. Vos"}], active=False), ["mevr. Vos (voorbij)"]),
        (relative(relationship=[{"text": "Donor"}]), []),
        (relative(name=[{"use": "old", "text": "mej. Bos"}, {"use": "official", "text": "mevr. Vos"}]), ["mevr. Vos"]),
    ],
)
def test_a_relative_who_comes_as_a_resource_is_whom_to_call(told: Node, shown: list[str]) -> None:
    """As zib2020 has it: nl-core-ContactPerson is a RelatedPerson."""
    found = read(told)
    assert [one.text for one in found.facts if one.label == "Contactpersoon"] == shown


def test_a_relative_of_somebody_else_is_nobodys_contact_here() -> None:
    found = read(
        relative(name=[{"text": "mevr. Vos"}], patient={"reference": "Patient/q"}), patient(id="q", identifier=[{"value": "9"}])
    )
    assert (found.facts, len(found.quarantined)) == ((), 1)


def test_a_general_practitioner_keeps_the_practice_that_stands_beside_him() -> None:
    gp = {"resourceType": "Practitioner", "id": "ha", "name": [{"text": "P. Linde"}]}
    practice = {
        "resourceType": "Organization",
        "id": "hp",
        "name": "Praktijk De Linde",
        "telecom": [{"system": "phone", "value": "030-1"}],
    }
    both = [{"reference": "Practitioner/ha"}, {"reference": "Organization/hp"}]
    for named in (both, both[::-1]):
        found = read(gp, practice, who=patient(generalPractitioner=named)).gp
        assert (found.name, found.organisation, found.phone) == ("P. Linde", "Praktijk De Linde", "030-1")
    assert read(practice, who=patient(generalPractitioner=both[1:])).gp.name == "Praktijk De Linde"


def test_who_refers_has_the_house_of_the_role_that_is_sent_beside_him() -> None:
    """Many name the person and send the role as well: without it nobody knew where he works."""
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "dr. Bos"}]}
    role = {
        "resourceType": "PractitionerRole", "id": "o", "practitioner": {"reference": "Practitioner/d"},
        "organization": {"display": "ZH Noord"}, "code": [{"text": "longarts"}],
    }  # fmt: skip
    asked = request(requester={"reference": "Practitioner/d"})
    found = read(doctor, role, asked=asked).referrer
    assert (found.name, found.organisation, found.role) == ("dr. Bos", "ZH Noord", "longarts")
    two = read(doctor, role, role | {"id": "q", "organization": {"display": "ZH Zuid"}}, asked=asked).referrer
    assert (two.name, two.organisation) == ("dr. Bos", "")
