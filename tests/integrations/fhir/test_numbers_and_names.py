"""Which of several numbers and names of a patient count, and that a BSN stands nowhere but in its own place."""

from __future__ import annotations

import pytest

from integrations.fhir.entries.people import patient_identity
from integrations.fhir.text.profile import Profile, load_profile
from tests.integrations.fhir.make import Node, patient
from tests.integrations.fhir.read_house import read

OWN = {"system": "urn:own", "value": "77"}
VISIT = {"type": {"coding": [{"code": "VN"}]}, "system": "urn:visit", "value": "9"}


@pytest.mark.parametrize(
    ("sent", "own"),
    [
        ([VISIT, OWN], "77"),
        ([VISIT], ""),
        ([OWN | {"use": "secondary", "value": "2"}, OWN], "77"),
        ([OWN | {"use": "old", "value": "1"}, OWN], "77"),
    ],
)
def test_the_number_of_a_visit_or_a_second_one_is_not_the_patient_s_own(sent: list[Node], own: str) -> None:
    assert patient_identity(patient(identifier=sent), load_profile("generic-r4")).local_number == own


def test_a_system_that_the_profile_names_is_the_hospital_s_own_whatever_its_type() -> None:
    profile = Profile("x", "R4", {"identifiers": {"local": ["urn:visit"]}})
    assert patient_identity(patient(identifier=[OWN, VISIT]), profile).local_number == "9"


def test_an_old_bsn_gives_way_to_the_one_that_holds() -> None:
    system = "http://fhir.nl/fhir/NamingSystem/bsn"
    sent = [{"use": "old", "system": system, "value": "999900006"}, {"system": system, "value": "999911120"}]
    who = patient_identity(patient(identifier=sent), load_profile("generic-r4"))
    assert (who.bsn, who.other_numbers) == ("999911120", ())  # a BSN never stands in the clear


@pytest.mark.parametrize("more", [{}, {"system": "urn:elders"}, {"assigner": {"display": "BRP"}}])
def test_a_bsn_that_only_its_type_names_is_sealed_and_stands_nowhere_else(more: Node) -> None:
    number = {"type": {"coding": [{"code": "NNNLD"}]}, "value": "999911120"} | more
    who = patient_identity(
        patient(identifier=[number, {"system": "urn:zelf", "value": "999911120"}, OWN]), load_profile("generic-r4")
    )
    assert (who.bsn, who.local_number, who.other_numbers) == ("999911120", "77", ())


@pytest.mark.parametrize(
    "named",
    [
        {"type": {"coding": [{"system": "urn:eigen", "code": "B"}, {"code": "NNNLD"}]}, "system": "urn:elders"},
        {"type": {"coding": [{"code": "NNNL"}]}},
        {"type": {"text": "BSN"}},
        {"type": {"coding": [{"system": "urn:eigen", "code": "7", "display": "Burgerservicenummer"}]}},
        {"assigner": {"display": "RvIG"}},
        {"system": "BSN"},
        {"system": "urn:bsn"},
        {"system": "Sofi-nummer"},
    ],
)
def test_a_bsn_that_is_called_so_in_words_is_sealed_and_is_no_number_of_the_hospital(named: Node) -> None:
    """As over HL7 v2: it stood as the hospital's own number, in the clear, and the patient was somebody new."""
    who = patient_identity(patient(identifier=[{"value": "999911120"} | named, OWN]), load_profile("generic-r4"))

    assert (who.bsn, who.local_number, who.other_numbers) == ("999911120", "77", ())


@pytest.mark.parametrize(
    "named", [{"system": "urn:bsnr-intern"}, {"type": {"text": "BSN-kaart"}}, {"assigner": {"display": "Sofia"}}]
)
def test_what_is_only_called_something_like_it_is_no_bsn(named: Node) -> None:
    assert not patient_identity(patient(identifier=[{"value": "999911120"} | named]), load_profile("generic-r4")).bsn


def test_what_a_number_is_stands_in_any_of_the_codes_of_its_type() -> None:
    visit = {"type": {"coding": [{"system": "urn:eigen", "code": "OPN"}, {"code": "VN"}]}, "value": "9"}
    record = {"type": {"coding": [{"system": "urn:eigen", "code": "PATNR"}, {"code": "MR"}]}, "value": "5"}

    assert patient_identity(patient(identifier=[visit, OWN, record]), load_profile("generic-r4")).local_number == "5"
    assert patient_identity(patient(identifier=[visit, OWN]), load_profile("generic-r4")).local_number == "77"


@pytest.mark.parametrize("former", [{"use": "maiden"}, {"use": "temp"}, {"use": "official", "period": {"end": "2001"}}])
def test_a_name_of_before_gives_way_to_the_one_of_now(former: Node) -> None:
    names = [{"family": "Vroeger"} | former, {"family": "Nu"}]
    assert patient_identity(patient(name=names), load_profile("generic-r4")).name.family == "Nu"
    assert patient_identity(patient(name=names[:1]), load_profile("generic-r4")).name.family == "Vroeger"


def test_a_name_that_holds_the_letters_of_a_page_is_a_name() -> None:
    who = patient(name=[{"family": "van &#039;t Houteveen", "given": ["Lily"]}])
    assert patient_identity(who, load_profile("generic-r4")).name.family == "van 't Houteveen"


def test_a_number_for_a_time_gives_way_to_one_that_holds() -> None:
    """Of two BSNs the first was read, also where it was a provisional one."""
    system = "http://fhir.nl/fhir/NamingSystem/bsn"
    items = [{"system": system, "value": "999999990", "use": "temp"}, {"system": system, "value": "999911120"}]
    found = read(who=patient(identifier=items))
    assert (found.patient.bsn, found.unmapped) == ("999911120", ("Patient/1/bsn",))


def test_that_somebody_died_and_nobody_says_when_is_named() -> None:
    absent = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
    assert read(who=patient(_deceasedDateTime=absent)).unmapped == ("Patient/1 deceasedDateTime",)
    assert read(who=patient(_deceasedDateTime=absent, deceasedBoolean=False)).unmapped == ()
