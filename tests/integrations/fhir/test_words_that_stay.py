"""What is said in words of its sender's own, for a field that takes none or holds another already, stands on the case; so does that a
file is missing.
"""

from __future__ import annotations

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral
from tests.integrations.fhir.make import Node, bundle, patient, request, told


def form(**answers: str) -> Node:
    items = [
        {"linkId": str(n), "text": name, "answer": [{"valueString": said}]} for n, (name, said) in enumerate(answers.items())
    ]
    fixed = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "subject": {"reference": "Patient/p"}}
    return fixed | {"item": items}


def read(*resources: Node) -> IncomingReferral:
    found = FhirReader().read(bundle(patient(), *resources), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


def test_an_urgency_in_own_words_beside_one_by_code() -> None:
    found = read(request(priority="routine"), form(Urgentie="Binnen 3 dagen wegens bloeding"))

    assert found.urgency == "routine"
    assert ("Urgentie", "Binnen 3 dagen wegens bloeding") in told(found)


def test_one_without_a_code_beside_it_is_the_urgency_itself() -> None:
    found = read(request(), form(Urgentie="Binnen 3 dagen wegens bloeding"))

    assert (found.urgency, told(found)) == ("Binnen 3 dagen wegens bloeding", [])


def test_one_that_is_known_is_told_once() -> None:
    found = read(request(priority="routine"), form(Urgentie="spoed"))

    assert (found.urgency, told(found)) == ("urgent", [])


def test_the_kind_of_tumour_is_told_and_not_only_a_hint() -> None:
    found = read(request(), form(Tumorsoort="melanoom"))

    assert found.tumour_hint == "melanoom"
    assert ("Tumorsoort", "melanoom") in told(found)


@pytest.mark.parametrize("day", ["2026-12-20", "2026-12-10"])
def test_a_latest_day_of_the_request_that_a_form_says_otherwise_is_named(day: str) -> None:
    found = read(request(occurrenceDateTime="2026-12-10"), form(**{"Uiterlijk bespreken": day}))

    assert str(found.latest_useful_on) == day
    assert ("ServiceRequest/1 occurrence" in found.unmapped) is (day == "2026-12-20")


def test_of_two_latest_days_on_forms_the_second_is_told() -> None:
    first, second = form(**{"Uiterlijk bespreken": "2026-12-20"}), form(**{"Uiterlijk bespreken": "2026-12-10"})
    found = read(request(), first, second | {"id": "q2"})

    assert (str(found.latest_useful_on), told(found)) == ("2026-12-20", [("Uiterlijk bespreken", "2026-12-10")])


@pytest.mark.parametrize("data", ["", "  ", "\r\n"])
def test_a_file_without_bytes_is_named_as_not_sent_and_no_document(data: str) -> None:
    file: Node = {"attachment": {"contentType": "application/pdf", "data": data, "title": "Verwijsbrief"}}
    letter: Node = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": "Patient/p"},
        "content": [file],
    }
    found = read(request(), letter)

    assert (found.documents, told(found)) == ((), [("Document niet meegestuurd", "Verwijsbrief")])
