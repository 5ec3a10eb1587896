"""What has a place in one message and none in another is told all the same: it was left out, and nobody was told that it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, IncomingResult

from .make import Node, bundle, patient, request
from .read_house import about, value

QUESTION = value("Vraagstelling", valueString="Graag beoordelen")
LETTER = about(
    "DocumentReference", status="current", content=[{"attachment": {"contentType": "text/plain", "data": "SGFsbG8="}}]
) | {"context": {"related": [{"identifier": {"value": "REF-1"}}]}}


def team(name: str, *people: tuple[str, str]) -> Node:
    members = [{"role": [{"text": role}], "member": {"display": who}} for role, who in people]
    return about("CareTeam", status="active", participant=members) | {"id": name}


def read(*resources: Node) -> Any:
    return FhirReader().read(bundle(patient(), *resources), "generic-r4")


def told(found: Any) -> list[tuple[str, str, str]]:
    return [(one.label, one.text, one.key.rpartition("/")[2]) for one in found.facts]


def test_a_value_called_question_is_a_value_where_nobody_asks() -> None:
    found = read(QUESTION)
    assert isinstance(found, IncomingResult)
    assert told(found) == [("Vraagstelling", "Graag beoordelen", "x")]


def test_in_a_referral_it_is_the_question_and_not_told_twice() -> None:
    found = read(request(), QUESTION)
    assert (found.question_board, told(found)) == ("Graag beoordelen", [])


def test_who_treats_is_told_beside_a_letter_that_is_added_later() -> None:
    found = read(LETTER, team("t", ("Hoofdbehandelaar", "dr. Een"), ("Casemanager", "zr. Twee")))
    assert isinstance(found, IncomingAnswer)
    assert told(found) == [("Zorgteam", "Hoofdbehandelaar: dr. Een", "t"), ("Zorgteam", "Casemanager: zr. Twee", "t")]


ONE, OTHER = ("Hoofdbehandelaar", "dr. Een"), ("Hoofdbehandelaar", "dr. Vier")


@pytest.mark.parametrize("teams", [[team("t", ONE), team("u", OTHER)], [team("t", ONE, OTHER)]], ids=["two teams", "one team"])
def test_of_two_in_one_place_the_other_is_told(teams: list[Node]) -> None:
    found = read(request(), *teams)
    assert (found.treating.name, told(found)) == ("dr. Vier", [("Zorgteam", "Hoofdbehandelaar: dr. Een", "t")])


def test_a_team_that_comes_in_two_lists_is_told_once() -> None:
    found = read(request(), team("t", ONE), team("u", ONE))
    assert (found.treating.name, told(found)) == ("dr. Een", [])


def test_a_task_inside_what_is_added_is_heard() -> None:
    task = {"resourceType": "Task", "id": "k", "status": "requested", "intent": "order", "description": "Graag bellen"}
    found = read(LETTER | {"contained": [task]})
    assert [one.text for one in found.facts] == ["Graag bellen"]


@pytest.mark.parametrize("method", ["PUT", "put"])
def test_what_is_written_at_an_address_is_known_by_it_however_that_is_spelled(method: str) -> None:
    entries = [
        {"resource": one, "request": {"method": method, "url": f"{one['resourceType']}/{one['id']}"}}
        for one in (patient(), request())
    ]
    raw = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    found = FhirReader().read(raw, "generic-r4")
    assert isinstance(found, IncomingReferral)
    assert found.known_as == "ServiceRequest/r"


HIMSELF = {"type": "Patient", "display": "J. van Voorbeeld"}
IN_FULL = {"type": "http://hl7.org/fhir/StructureDefinition/Patient", "display": "J. van Voorbeeld"}


@pytest.mark.parametrize("himself", [HIMSELF, IN_FULL, IN_FULL | {"reference": "Patient/7"}], ids=["type", "in full", "address"])
def test_the_patient_who_is_pointed_at_by_type_is_told_by_no_name(himself: Node) -> None:
    measured = value("Gewicht", valueString="70 kg", performer=[himself])
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "y",
        "code": {"text": "Noten"},
        "patient": {"reference": "Patient/p"},
        "asserter": himself,
    }
    found = read(request(), measured, allergy)
    assert [one.text for one in found.facts] == ["70 kg; door: de patiënt zelf", "Noten; volgens: de patiënt zelf"]


def test_a_value_called_question_that_asks_nothing_is_no_question() -> None:
    found = read(request(), QUESTION | {"valueString": "geen"})
    assert (found.question_board, told(found)) == ("", [("Vraagstelling", "geen", "x")])


SMIT = patient(name=[{"family": "Smit"}])
ANOTHER = {"subject": {"display": "P. Jansen"}}


def test_a_value_that_names_another_in_words_says_so_where_it_is_no_question() -> None:
    found = FhirReader().read(bundle(SMIT, QUESTION | ANOTHER), "generic-r4")
    assert [one.text for one in found.facts] == ["Graag beoordelen; betreft: P. Jansen"]


def test_so_does_who_treats_where_he_has_no_place() -> None:
    found = FhirReader().read(bundle(SMIT, LETTER, team("t", ONE) | ANOTHER), "generic-r4")
    assert [one.text for one in found.facts] == ["Hoofdbehandelaar: dr. Een; betreft: P. Jansen"]
