"""What is somebody else's without saying so in a subject: an appointment by who comes, a file by whose it is; and whose number a BSN is."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request
from .read_house import PDF, read, told

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
ANOTHER = "about a patient who is not the one of this referral"


def _appointment(*actors: Node) -> Node:
    many = [{"actor": one, "status": "accepted"} for one in actors]
    return {"resourceType": "Appointment", "id": "a", "status": "booked", "description": "PET-CT", "participant": many}


@pytest.mark.parametrize(
    "somebody",
    [
        {"reference": "Patient/another"},
        {"reference": "https://elsewhere.example/fhir/Patient/p"},
        {"type": "Patient", "identifier": {"system": BSN, "value": "999900006"}},
        {"identifier": {"system": BSN, "value": "999900006"}},
        {"type": "http://hl7.org/fhir/StructureDefinition/Patient", "reference": "Patient/another"},
        {"type": "Person", "reference": "Patient/another"},
        {"type": "Patient", "reference": "Person/another"},
    ],
)
def test_an_appointment_to_which_another_comes_is_put_apart(somebody: Node) -> None:
    found = read(_appointment(somebody, {"display": "Nucleaire geneeskunde"}))
    assert found.facts == () and found.quarantined == (f"Appointment/2: {ANOTHER}",)


@pytest.mark.parametrize(
    "actors", [[], [{"reference": "Patient/p"}], [{"reference": "Patient/another"}, {"reference": "Patient/p"}]]
)
def test_an_appointment_of_the_patient_or_of_nobody_stands_there(actors: list[Node]) -> None:
    assert [label for label, _ in told(_appointment(*actors, {"display": "Nucleaire geneeskunde"}))] == ["Afspraak"]


def test_a_file_that_is_said_to_be_of_another_is_put_apart() -> None:
    """Binary.securityContext: whose it is; nothing else says so of a file at which nothing points."""
    file = {"resourceType": "Binary", "id": "b", "contentType": "application/pdf", "data": PDF}
    found = read(file | {"securityContext": {"reference": "Patient/another"}})
    assert found.documents == () and found.quarantined == (f"Binary/2: {ANOTHER}",)
    assert len(read(file | {"securityContext": {"reference": "Patient/p"}}).documents) == 1
    assert len(read(file | {"securityContext": {"reference": "DocumentReference/7"}}).documents) == 1


def test_a_letter_that_points_at_the_file_of_another_has_none() -> None:
    file = {"resourceType": "Binary", "id": "b", "contentType": "application/pdf", "data": PDF}
    letter = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "subject": {"reference": "Patient/p"},
        "type": {"text": "Brief"}, "content": [{"attachment": {"url": "Binary/b"}}],
    }  # fmt: skip
    found = read(letter, file | {"securityContext": {"reference": "Patient/another"}})
    assert found.documents == () and f"Binary/3: {ANOTHER}" in found.quarantined


# Whose number it is


@pytest.mark.parametrize(
    "system",
    [
        "https://fhir.nl/fhir/NamingSystem/bsn", "http://fhir.nl/fhir/NamingSystem/BSN", "http://fhir.nl/fhir/NamingSystem/bsn/",
        "2.16.840.1.113883.2.4.6.3", "urn:oid:2.16.840.1.113883.2.4.6.3", "URN:OID:2.16.840.1.113883.2.4.6.3",
    ],
)  # fmt: skip
def test_a_bsn_is_one_however_its_system_is_spelled(system: str) -> None:
    """Read as a number of the hospital it would stand in the clear, and the patient would be somebody new."""
    own = [{"system": system, "value": "999900006"}, {"system": "urn:oid:2.25.1", "value": "0042"}]
    who = read(who=patient(identifier=own)).patient
    assert (who.bsn, who.local_number, who.other_numbers) == ("999900006", "0042", ())


def test_a_patient_named_by_such_a_number_is_the_one_who_was_sent() -> None:
    named = {"identifier": {"system": "https://fhir.nl/fhir/NamingSystem/bsn", "value": "999900006"}}
    who = patient(identifier=[{"system": BSN, "value": "999900006"}])
    assert read(asked=request(subject=named), who=who).patient.bsn == "999900006"
    alone = FhirReader().read(bundle(request(subject=named)), "generic-r4")
    assert isinstance(alone, IncomingReferral) and alone.patient.bsn == "999900006" and alone.patient.local_number == ""


@pytest.mark.parametrize(
    ("asker", "beside", "name"),
    [
        ({"reference": "Patient/p"}, [], "Wytske Zuidwal"),
        ({"type": "Patient", "identifier": {"system": BSN, "value": "999900006"}, "display": "W. Zuidwal"}, [], "W. Zuidwal"),
        (
            {"reference": "RelatedPerson/z"},
            [{
                "resourceType": "RelatedPerson", "id": "z", "patient": {"reference": "Patient/p"},
                "identifier": [{"system": BSN, "value": "999911120"}], "name": [{"text": "Sjoerd Zuidwal"}],
            }],
            "Sjoerd Zuidwal",
        ),
        (
            {"reference": "Practitioner/d"},
            [{"resourceType": "Practitioner", "id": "d", "identifier": [{"system": BSN, "value": "999911120"}], "name": [{"text": "dr. Terlouw"}]}],
            "dr. Terlouw",
        ),
    ],
)  # fmt: skip
def test_who_refers_has_no_bsn_for_a_number(asker: Any, beside: list[Node], name: str) -> None:
    """It would stand in the clear on the case and in every letter."""
    who = patient(identifier=[{"system": BSN, "value": "999900006"}], name=[{"family": "Zuidwal", "given": ["Wytske"]}])
    found = read(*beside, asked=request(requester=asker), who=who)
    assert (found.referrer.name, found.referrer.number, found.referrer.authority) == (name, "", "")


def _letter(source: Node, **more: Any) -> Node:
    content = [{"attachment": {"contentType": "application/pdf", "data": PDF, "title": "Brief"}}]
    own = {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": {"reference": "Patient/p"},
        "content": content,
    }
    return own | {"context": {"sourcePatientInfo": source}} | more


def _known_as(*numbers: tuple[str, str]) -> Node:
    return {"resourceType": "Patient", "id": "s", "identifier": [{"system": system, "value": value} for system, value in numbers]}


@pytest.mark.parametrize(
    "letter",
    [
        _letter({"reference": "#s"}, contained=[_known_as((BSN, "999900018"))]),
        _letter({"identifier": {"system": BSN, "value": "999900018"}}),
        _letter({"reference": "#s"}, contained=[_known_as(("urn:elders", "7"), (BSN, "999900018"))]),
    ],
)
def test_a_letter_that_was_about_another_where_it_was_made_is_put_apart(letter: Node) -> None:
    """It says of our patient that it is theirs, and names another's BSN: it stood on the case."""
    found = read(letter, who=patient(identifier=[{"system": BSN, "value": "999900006"}]))
    assert (found.documents, found.quarantined) == ((), (f"DocumentReference/2: {ANOTHER}",))


@pytest.mark.parametrize(
    "letter",
    [
        _letter({"reference": "#s"}, contained=[_known_as(("urn:elders", "7"))]),
        _letter({"reference": "#s"}, contained=[_known_as(("urn:elders", "7"), (BSN, "999900006"))]),
        _letter({"reference": "Patient/p"}),
        _letter({"reference": "Patient/elders"}),
        _letter({"display": "J. Vos"}),
    ],
)
def test_one_who_had_other_numbers_there_may_be_the_same(letter: Node) -> None:
    found = read(letter, who=patient(identifier=[{"system": BSN, "value": "999900006"}]))
    assert ([one.title for one in found.documents], found.quarantined) == (["Brief"], ())


def test_who_has_that_bsn_is_the_same_also_under_another_number_of_the_same_hospital() -> None:
    """Two records of one person are made one, and the letter was made before: it was put apart."""
    own, before, bsn = ("urn:zeed", "77"), ("urn:zeed", "12"), (BSN, "999900006")
    letters = [_letter({"reference": "#s"}, contained=[_known_as(before, number)]) for number in (bsn, (BSN, "999900018"))]
    found = [read(letter, who=_known_as(own, bsn) | {"id": "p"}) for letter in letters]
    assert [len(one.documents) for one in found] == [1, 0]
