"""Words in places where few write them stand on the case; the right to fetch data does not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Section

from .make import Node, bundle, patient, request
from .read_house import about, of_patient, read, told

ASKS = {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "focus": {"reference": "ServiceRequest/sr"}}


def test_the_right_to_fetch_stands_on_no_case() -> None:
    """`authorization-base`, which fetches a token for the patient's data, stood there as a value, for whoever read the case."""
    secret = {"type": {"coding": [{"code": "authorization-base"}]}, "valueString": "c2VjcmV0"}
    found = read(about("Task", status="requested", intent="proposal", code={"text": "melding"}, input=[secret]))

    assert (found.facts, found.unmapped) == ((), ("Task/2",))


def test_what_came_of_a_task_is_told_beside_what_it_asks() -> None:
    said = [
        {"type": {"text": "Rookgedrag"}, "valueString": "40 pakjaren"},
        {"type": {"text": "PET"}, "valueAttachment": {"contentType": "text/plain", "title": "PET", "data": "R2Vlbg=="}},
    ]
    found = read(ASKS | {"for": {"reference": "Patient/p"}, "output": said})

    assert [(one.label, one.text) for one in found.facts] == [("Rookgedrag", "40 pakjaren")]
    assert [one.title for one in found.documents] == ["PET"]


def test_where_something_stands_that_came_of_a_task_is_no_word_and_nothing_to_fetch() -> None:
    said = [
        {"type": {"text": "Formulier"}, "valueReference": {"reference": one}}
        for one in ("Questionnaire/7", "http://a.example/q/roken")
    ]
    said += [{"type": {"text": "Formulier"}, "valueCanonical": "http://a.example/q/roken"}]
    found = read(ASKS | {"for": {"reference": "Patient/p"}, "output": said, "priority": "urgent"})

    assert (found.facts, found.urgency) == ((), "urgent")


def test_what_belongs_to_a_word_of_the_request_is_told() -> None:
    why = {"extension": [{"url": "https://epd.example/reden-spoed", "valueString": "dreigende dwarslaesie"}]}

    assert told(asked=request(priority="urgent", _priority=why)) == [("Toelichting", "reden spoed: dreigende dwarslaesie")]


def test_an_advance_directive_is_a_wish_and_says_for_which_disease() -> None:
    disease = {
        "url": "http://nictiz.nl/fhir/StructureDefinition/ext-AdvanceDirective.Disorder",
        "valueReference": {"display": "Longkanker"},
    }
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentcategorycodes", "code": "acd"}]}
    paper = of_patient("Consent", status="active", scope={"text": "adr"}, policyRule={"text": "x"})
    found = read(paper | {"category": [kind, {"text": "Euthanasieverzoek"}], "extension": [disease]})

    assert [(one.section, one.text) for one in found.facts] == [(Section.WISH, "acd, Euthanasieverzoek; Longkanker")]


def test_why_somebody_has_a_device_is_told() -> None:
    used = about("DeviceUseStatement", status="active", device={"display": "Pacemaker"}, reasonReference=[{"display": "AV-blok"}])

    assert told(used) == [("Hulpmiddel", "Pacemaker; AV-blok")]


def test_a_month_is_no_day_and_is_not_passed_over() -> None:
    found = read(asked=request(occurrencePeriod={"start": "2026-12", "end": "2026-12"}))

    assert [(one.label, one.text) for one in found.facts] == [("Gewenst vanaf", "2026-12")]
    assert (found.latest_useful_on, found.unmapped) == (None, ("ServiceRequest/0 occurrencePeriod",))


# A birth date that is still to come


@pytest.mark.parametrize(("days", "is_taken"), [(0, True), (3, False), (2000, False)])
def test_somebody_who_is_still_to_be_born_has_no_birth_date(days: int, is_taken: bool) -> None:
    """As over HL7 v2: a person looks. Names and dates are what somebody is recognised by."""
    on: date = datetime.now(UTC).date() + timedelta(days=days)
    found = read(who=patient(birthDate=on.isoformat()))

    assert (found.patient.birth_on, "Patient/1 birthDate" in found.unmapped) == (on if is_taken else None, not is_taken)


def test_a_birth_date_with_a_zone_is_that_day() -> None:
    assert read(who=patient(birthDate="1954-08-12+01:00")).patient.birth_on == date(1954, 8, 12)


# A document in a message


def a_letter(who: Node) -> Node:
    div = "<div xmlns='http://www.w3.org/1999/xhtml'>40 pakjaren</div>"
    section = {"title": "Voorgeschiedenis", "text": {"status": "generated", "div": div}}
    own = about(
        "Composition",
        status="final",
        type={"text": "Verwijsbrief"},
        title="Brief",
        author=[{"display": "dr. Veen"}],
        date="2026-01-01",
        section=[section],
    )
    parts = [{"resource": own}, {"resource": who}]
    return {"resourceType": "Bundle", "id": "d", "type": "document", "timestamp": "2026-01-01T10:00:00Z", "entry": parts}


def test_a_document_beside_its_patient_is_read() -> None:
    """It was named, and what it says was nowhere. The message is as old as the message, not as the letter in it."""
    found = read(a_letter(patient()))

    assert [(one.label, one.text) for one in found.facts] == [("Voorgeschiedenis", "40 pakjaren")]
    assert (found.unmapped, found.sent_at) == ((), None)


@pytest.mark.parametrize("other", [{"birthDate": "1901-01-01"}, {"id": "q"}])
def test_one_of_which_the_patient_is_not_word_for_word_the_same_stays_closed(other: dict[str, Any]) -> None:
    found = read(a_letter(patient(**other)))

    assert (found.facts, found.unmapped) == ((), ("Bundle/2",))


def test_values_that_are_passed_beside_the_resources_are_named() -> None:
    message = json.loads(bundle(request(), patient()))
    passed = [
        {"name": "content", "resource": message},
        {"name": "async", "valueBoolean": True},
        {"name": "vraag", "valueString": "Operatie?"},
        {"name": "meer", "part": [{"name": "reden", "valueString": "Longcarcinoom"}]},
    ]
    found = FhirReader().read(json.dumps({"resourceType": "Parameters", "parameter": passed}).encode(), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert found.unmapped == ("Parameters/2", "Parameters/3.Parameters/0")
