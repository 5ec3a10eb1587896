"""References that say which resource by a number instead of an address (`Patient?identifier=…`), and names whose letters differ in case."""

from __future__ import annotations

import json

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Unreadable

from .alike.written import as_xml
from .make import Node, condition, patient, request

BSN, AGB = "http://fhir.nl/fhir/NamingSystem/bsn", "http://fhir.nl/fhir/NamingSystem/agb-z"
WHO = f"Patient?identifier={BSN}|999900006"
DOCTOR = f"Practitioner?identifier={AGB}|03012345"


def sent(*resources: Node, urls: tuple[str, ...] = ()) -> bytes:
    listed = [({"fullUrl": urls[n]} if urls else {}) | {"resource": one} for n, one in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": listed}).encode()


def read(*resources: Node, urls: tuple[str, ...] = ()) -> IncomingReferral:
    found = FhirReader().read(sent(*resources, urls=urls), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


def doctor(number: str = "03012345", name: str = "dr. K. Bos") -> Node:
    return {"resourceType": "Practitioner", "identifier": [{"system": AGB, "value": number}], "name": [{"text": name}]}


known = patient(identifier=[{"system": BSN, "value": "999900006"}])
asked = request(subject={"reference": WHO}, requester={"reference": DOCTOR})


@pytest.mark.parametrize("pointer", [DOCTOR, DOCTOR.replace("|", "%7C").replace(":", "%3A")])
def test_who_refers_is_found_by_the_number_that_the_request_gives(pointer: str) -> None:
    found = read(asked | {"requester": {"reference": pointer}}, known, doctor("03099999", "dr. A. Ander"), doctor())
    assert (found.referrer.name, found.referrer.number) == ("dr. K. Bos", "03012345")


def test_so_is_what_is_pointed_at_as_the_reason() -> None:
    reason = condition(identifier=[{"system": "urn:oid:2.25.7", "value": "D-1"}], subject={"reference": WHO})
    found = read(asked | {"reasonReference": [{"reference": "Condition?identifier=urn:oid:2.25.7|D-1"}]}, known, reason)
    assert found.tumour_hint == "Diagnose 1"


def test_who_is_not_in_the_message_has_that_number_all_the_same() -> None:
    found = read(asked)
    assert (found.patient.bsn, found.referrer.number, found.referrer.authority) == ("999900006", "03012345", AGB)
    for told in (sent(asked), as_xml(json.loads(sent(asked)))):
        assert FhirReader().header(told).patient_numbers == ((BSN, "999900006"),)


def test_a_number_that_two_have_names_nobody() -> None:
    found = read(asked, known, doctor(name="dr. A. Ander"), doctor())
    assert (found.referrer.name, found.referrer.number) == ("", "03012345")


@pytest.mark.parametrize(
    "search", ["Patient?name=Vos", "Patient?identifier=", f"Patient?identifier={BSN}|999911120", "Patient?identifier=a|b&name=c"]
)
def test_another_search_is_not_guessed_at(search: str) -> None:
    with pytest.raises(Unreadable, match="no_patient"):
        read(asked | {"subject": {"reference": search}}, known)


def test_a_uuid_is_the_same_in_capitals() -> None:
    name = "urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11"
    found = read(request(subject={"reference": name.upper().replace("URN:UUID", "urn:uuid")}), known, urls=("urn:uuid:1", name))
    assert found.patient.bsn == "999900006"


NAMES = ("urn:uuid:1", "urn:uuid:2", "urn:uuid:3", "urn:uuid:4")


def numbered(value: str, **more: object) -> Node:
    return patient(id="een", identifier=[{"system": "urn:oid:2.25.7", "value": value}], **more)


def psa(subject: str) -> Node:
    return {
        "resourceType": "Observation", "status": "final", "code": {"text": "PSA"}, "valueString": "3", "subject": {"reference": subject}
    }  # fmt: skip


def test_who_makes_addresses_of_numbers_is_understood_where_nobody_lives_on_a_server() -> None:
    """As the converters of checklists of IHE do: `Patient/1EKG4` of who has that number, and another id."""
    asked = request(subject={"reference": "Patient/1EKG4"}, requester={"reference": "Practitioner/03012345"})
    found = read(asked, numbered("1EKG4"), doctor(), psa("Patient/1EKG4"), urls=NAMES)
    assert (found.patient.local_number, found.referrer.name) == ("1EKG4", "dr. K. Bos")
    assert [fact.label for fact in found.facts] == ["PSA"]


def test_what_is_of_another_number_stays_another_s() -> None:
    found = read(request(subject={"reference": "Patient/1EKG4"}), numbered("1EKG4"), psa("Patient/1EKG5"), urls=NAMES)
    assert found.facts == () and len(found.quarantined) == 1


@pytest.mark.parametrize(
    ("who", "urls"),
    [
        (numbered("042"), NAMES),  # so short a number may be the id of somebody else
        (numbered("1EKG4"), tuple(f"https://ehr.test/fhir/x/{n}" for n in range(4))),  # on a server an id is an id
    ],
)
def test_a_number_is_no_address_where_it_may_be_somebody_s_id(who: Node, urls: tuple[str, ...]) -> None:
    with pytest.raises(Unreadable, match="no_patient"):
        read(request(subject={"reference": f"Patient/{who['identifier'][0]['value']}"}), who, urls=urls)


def test_an_id_goes_before_a_number() -> None:
    """Patient/1EKG4 is who has that id, whosever number it is beside."""
    other = patient(id="1EKG4", identifier=[{"system": "urn:oid:2.25.7", "value": "7777"}])
    found = read(request(subject={"reference": "Patient/7777"}), numbered("1EKG4"), other, psa("Patient/1EKG4"), urls=NAMES)
    assert found.patient.local_number == "7777" and [fact.label for fact in found.facts] == ["PSA"]


@pytest.mark.parametrize("kind", ["VN", "AN"])
def test_the_number_of_a_visit_is_no_address_of_whom_it_was_of(kind: str) -> None:
    """Hospitals count visits as their servers count ids: the PSA of Patient/20077, whoever that is, stood at who came by that number."""
    visit = {"system": "urn:oid:2.25.8", "value": "20077", "type": {"coding": [{"code": kind}]}}
    who = patient(id="een", identifier=[{"system": "urn:oid:2.25.7", "value": "1EKG4"}, visit])
    found = read(request(subject={"reference": "Patient/een"}), who, psa("Patient/20077"), urls=NAMES)
    assert found.facts == () and len(found.quarantined) == 1


def test_a_uuid_behind_its_kind_is_that_uuid() -> None:
    found = read(request(subject={"reference": "Patient/urn:uuid:2"}), known, urls=NAMES)
    assert found.patient.bsn == "999900006"
