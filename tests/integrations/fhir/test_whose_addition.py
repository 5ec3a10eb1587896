"""What is added to a referral without its Patient says by its numbers of whom it is: nobody else's may come onto that case."""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer, Unreadable
from tests.integrations.fhir.make import Node, bundle, patient
from tests.make import BSN, OTHER_BSN

URL, OID = "http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3"
REFERRAL = {"identifier": {"value": "REF-1"}}
TASK: Node = {
    "resourceType": "Task", "status": "completed", "intent": "order", "basedOn": [REFERRAL],
    "identifier": [{"system": "urn:x", "value": "T-1"}],
}  # fmt: skip


def by_number(value: str, system: str = URL) -> Node:
    return {"identifier": {"system": system, "value": value}}


def psa(value: str, subject: Node | None = None, **more: object) -> Node:
    """A value that says to which referral it belongs; without a subject it says no more."""
    said: Node = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "PSA"},
        "valueString": value,
        "basedOn": [REFERRAL],
    }
    return said | ({"subject": subject} if subject else {}) | more


def read(*resources: Node) -> IncomingAnswer:
    found = FhirReader().read(bundle(*resources), "generic-r4")
    assert isinstance(found, IncomingAnswer)
    return found


def told(found: IncomingAnswer) -> tuple[str, ...]:
    return tuple(fact.text for fact in found.facts)


INSIDE: Node = {"resourceType": "Patient", "id": "p", "identifier": [{"system": URL, "value": BSN}], "birthDate": "1960-01-01"}
SAYS = {
    "beside the subject": psa("8", by_number(BSN)),
    "of a patient inside it": psa("8", {"reference": "#p"}, contained=[INSIDE]),
    "of a document": {
        "resourceType": "DocumentReference", "status": "current", "subject": by_number(BSN), "context": {"related": [REFERRAL]},
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGFsbG8=", "title": "Brief"}}],
    },
}  # fmt: skip


@pytest.mark.parametrize("says", SAYS)
def test_the_number_says_of_whom_it_is(says: str) -> None:
    found = read(SAYS[says])

    assert (found.patient.bsn, found.referral_number, found.quarantined) == (BSN, "REF-1", ())


def test_who_stands_inside_is_known_by_birth_date_too() -> None:
    birth_on = read(SAYS["of a patient inside it"]).patient.birth_on

    assert birth_on is not None and birth_on.isoformat() == "1960-01-01"


@pytest.mark.parametrize("system", [URL, OID])
def test_of_two_numbers_the_second_is_of_somebody_else_and_is_set_apart(system: str) -> None:
    found = read(psa("8", by_number(BSN)), psa("9", by_number(OTHER_BSN, system)))

    assert (told(found), found.patient.bsn) == (("8",), BSN)
    assert found.quarantined == ("Observation/1: about a patient who is not the one of this referral",)


def test_the_number_of_the_task_goes_before_those_of_what_comes_with_it() -> None:
    found = read(psa("8", by_number(OTHER_BSN)), TASK | {"for": by_number(BSN)})

    assert (told(found), found.patient.bsn) == ((), BSN)


def test_numbers_of_other_issuers_contradict_nobody_nor_does_what_gives_none() -> None:
    found = read(
        psa("8", by_number(BSN)), psa("9", by_number("77", "urn:lab")), psa("10", {"reference": "Patient/77"}), psa("11")
    )

    assert (told(found), found.quarantined) == (("8", "9", "10", "11"), ())
    assert (found.patient.bsn, found.patient.local_number) == (BSN, "77")


def test_a_patient_that_was_sent_and_refused_is_not_absent() -> None:
    """As with a referral: nobody could compare the numbers, and what was said of another stood on the case."""
    refused = patient() | {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}

    with pytest.raises(Unreadable) as raised:
        read(refused, psa("8", {"reference": "Patient/p"}))

    assert (raised.value.reason, raised.value.where) == ("broken", "Patient/0: modifierExtension not understood")
