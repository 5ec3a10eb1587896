"""What was read past, or read as its opposite, in messages of systems that nobody here had seen."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral, Unreadable
from tests.integrations.fhir.make import BASE, Node, bundle, condition, patient, request

PDF = base64.b64encode(b"%PDF-1.7\n%%EOF").decode()


def read(*resources: Node, asked: Node | None = None) -> IncomingReferral:
    found = FhirReader().read(bundle(asked or request(), patient(), *resources), "generic-r4")
    assert isinstance(found, IncomingReferral)
    return found


def told(*resources: Node, asked: Node | None = None) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in read(*resources, asked=asked).facts]


def about(kind: str, **more: Any) -> Node:
    return {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}} | more


def of_patient(kind: str, **more: Any) -> Node:
    return {"resourceType": kind, "id": "x", "patient": {"reference": "Patient/p"}} | more


def value(name: str, **more: Any) -> Node:
    return about("Observation", status="final", code={"text": name}, **more)


# Read as its opposite


def coded(words: str, address: str, **said: Any) -> Node:
    extension = [{"url": f"http://fhir.de/StructureDefinition/{address}", "valueCoding": said}]
    return condition(code={"coding": [{"code": "C78.7", "display": words, "extension": extension}]})


@pytest.mark.parametrize(
    ("letter", "word"), [("A", "uitgesloten"), ("V", "verdenking"), ("Z", "toestand na"), ("G", "gesichert")]
)
def test_how_sure_a_german_diagnosis_is_stands_beside_its_code_and_is_told(letter: str, word: str) -> None:
    said = {"code": letter, "display": "gesichert"} if letter == "G" else {"code": letter}
    sure = coded("Lebermetastasen", "icd-10-gm-diagnosesicherheit", **said)

    assert told(sure) == [("", f"Lebermetastasen; zekerheid: {word}")]


def test_the_side_among_the_codes_of_a_diagnosis_is_told() -> None:
    assert told(coded("Mamma-Ca", "seitenlokalisation", code="L", display="links")) == [("", "Mamma-Ca; zijde: links")]


def test_a_drug_that_a_list_calls_stopped_says_so_also_when_it_came_along() -> None:
    drug = about("MedicationStatement", id="m", status="active", medicationCodeableConcept={"text": "Metformine"})
    listed = [
        {"item": {"reference": "MedicationStatement/m"}, "deleted": True},
        {"item": {"display": "Simvastatine"}, "flag": {"text": "gestopt"}},
    ]
    found = told(drug, about("List", status="current", mode="changes", title="Medicatie", entry=listed))

    assert ("Medicatie", "Metformine (verwijderd); Simvastatine (gestopt)") in found


def test_what_a_list_only_repeats_is_not_told_twice() -> None:
    drug = about("MedicationStatement", id="m", status="active", medicationCodeableConcept={"text": "Metformine"})
    listed = about("List", status="current", mode="changes", entry=[{"item": {"reference": "MedicationStatement/m"}}])

    assert told(drug, listed) == [("", "Metformine")]


def test_what_extensions_say_of_a_disease_in_the_family_is_told() -> None:
    had = {"code": {"text": "Borstkanker"}, "extension": [{"url": "https://x/negation-indicator", "valueBoolean": True}]}
    relative = of_patient("FamilyMemberHistory", status="completed", relationship={"text": "moeder"}, condition=[had])

    assert told(relative) == [("Familieanamnese", "moeder: Borstkanker (negation indicator: ja)")]


def test_of_a_relative_of_whom_nothing_is_known_that_is_told() -> None:
    unknown = {"text": "niet bekend"}
    relative = of_patient(
        "FamilyMemberHistory", status="health-unknown", relationship={"text": "vader"}, dataAbsentReason=unknown
    )

    assert told(relative) == [("Familieanamnese", "vader (niet bekend)")]


def test_another_request_that_must_not_be_carried_out_says_so() -> None:
    never = request(id="n", identifier=[{"value": "N"}], code={"text": "Biopsie lever"}, doNotPerform=True)

    assert told(never) == [("Aangevraagd", "Biopsie lever (niet doen)")]


def test_who_left_the_team_or_a_team_that_is_over_is_not_the_case_manager() -> None:
    def member(name: str, **more: Any) -> Node:
        return {"role": [{"text": "Casemanager"}], "member": {"display": name}} | more

    now = about("CareTeam", id="a", status="active", participant=[member("Kok"), member("Oud", period={"end": "2020-01-01"})])
    over = about("CareTeam", id="b", status="inactive", participant=[member("Vroeger")])
    found = read(now, over)

    assert found.case_manager.name == "Kok"
    assert [fact.text for fact in found.facts] == [
        "Casemanager: Oud (tot 2020-01-01)",
        "Casemanager: Vroeger (inactive)",
    ]


def test_a_telephone_that_is_no_longer_theirs_is_not_called() -> None:
    phones = [
        {"system": "phone", "value": "0", "period": {"end": "2010-01-01"}},
        {"system": "phone", "value": "06-old", "use": "old"},
        {"system": "phone", "value": "06-2"},
    ]
    asker = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Dr. Smit"}], "telecom": phones}

    assert read(asker, asked=request(requester={"reference": "Practitioner/d"})).referrer.phone == "06-2"


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"status": "draft"}, "draft"),
        ({"status": "on-hold"}, "on-hold"),
        ({"status": "completed"}, "completed"),
        ({"intent": "proposal"}, "proposal"),
    ],
)
def test_a_request_that_is_not_in_force_is_named(said: Node, named: str) -> None:
    assert read(asked=request(**said)).unmapped == (f"ServiceRequest/0 {named}",)


# Yes is no question and no urgency


def form(*asked: tuple[str, bool]) -> Node:
    items = [{"linkId": str(n), "text": name, "answer": [{"valueBoolean": said}]} for n, (name, said) in enumerate(asked)]
    return about("QuestionnaireResponse", status="completed", item=items)


def test_urgent_ticked_on_a_form_is_urgent_and_not_ticked_is_nothing() -> None:
    assert read(form(("Spoed", True))).urgency == "urgent"
    found = read(form(("Spoed", False)))
    assert (found.urgency, [(one.label, one.text) for one in found.facts]) == ("", [("Spoed", "nee")])


def test_a_tick_is_not_the_question() -> None:
    found = read(form(("Vraagstelling besproken", True)))

    assert (found.question_board, [fact.text for fact in found.facts]) == ("", ["ja"])


def test_of_two_answers_about_urgency_the_one_that_is_known_counts() -> None:
    words = [
        {"linkId": str(n), "text": "Urgentie", "answer": [{"valueString": one}]} for n, one in enumerate(("zie brief", "Spoed"))
    ]

    assert read(about("QuestionnaireResponse", status="completed", item=words)).urgency == "urgent"


# Who asks


@pytest.mark.parametrize(
    "asker",
    [
        {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "focus": {"reference": "ServiceRequest/r"},
         "requester": {"reference": "Practitioner/d"}},
        {"resourceType": "MessageHeader", "id": "h", "eventUri": "urn:x", "source": {"endpoint": "x"},
         "author": {"reference": "Practitioner/d"}, "focus": [{"reference": "ServiceRequest/r"}]},
        about("Composition", status="final", type={"text": "Brief"}, title="Brief", date="2026-01-01",
              author=[{"reference": "Practitioner/d"}]),
    ],
    ids=lambda one: str(one["resourceType"]),
)  # fmt: skip
def test_who_asks_stands_on_the_task_the_message_or_the_letter_where_the_request_does_not_say(asker: Node) -> None:
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Dr. Smit"}]}

    assert read(asker, doctor).referrer.name == "Dr. Smit"
    assert read(asker, doctor, asked=request(requester={"display": "Dr. Zelf"})).referrer.name == "Dr. Zelf"


def test_a_message_of_an_organisation_alone_says_of_which() -> None:
    house = {"resourceType": "Organization", "id": "o", "name": "UMC X"}
    head = {
        "resourceType": "MessageHeader",
        "id": "h",
        "eventUri": "urn:x",
        "source": {"endpoint": "x"},
        "sender": {"reference": "Organization/o"},
    }

    assert read(head, house).referrer.organisation == "UMC X"


def test_a_task_that_asks_more_urgently_than_its_request_counts() -> None:
    task = {
        "resourceType": "Task",
        "id": "t",
        "status": "requested",
        "intent": "order",
        "focus": {"reference": "ServiceRequest/r"},
    }

    assert read(task | {"priority": "asap"}, asked=request(priority="routine")).urgency == "asap"
    assert read(task | {"priority": "routine"}, asked=request(priority="urgent")).urgency == "urgent"


def test_which_specialist_is_asked_for_is_told() -> None:
    assert told(asked=request(performerType={"text": "Longchirurgie"})) == [("Aangevraagd", "Longchirurgie")]


# A question that is a value


def test_a_value_that_is_called_a_question_is_the_question() -> None:
    found = read(value("Fragestellung Tumorkonferenz", valueString="Chemo-Immuntherapie?"))

    assert (found.question_board, found.facts) == ("Chemo-Immuntherapie?", ())


def test_and_one_that_is_preliminary_or_in_error_is_none() -> None:
    assert read(value("Vraagstelling", valueString="Operatie?") | {"status": "entered-in-error"}).question_board == ""


# A Bundle in a message


def nested(kind: str) -> bytes:
    inside = json.loads(bundle(request(note=[{"text": "Operatie?"}]), patient(), condition(), kind="document"))
    head = {
        "resourceType": "MessageHeader",
        "id": "h",
        "eventUri": "urn:x",
        "source": {"endpoint": "x"},
        "focus": [{"reference": "Bundle/b"}],
    }
    entries = [
        {"fullUrl": f"{BASE}/MessageHeader/h", "resource": head},
        {"fullUrl": f"{BASE}/Bundle/b", "resource": inside | {"id": "b"}},
    ]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


@pytest.mark.parametrize("kind", ["message", "transaction", "collection"])
def test_a_document_inside_a_message_is_read(kind: str) -> None:
    found = FhirReader().read(nested(kind), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.number, found.question_board, [fact.text for fact in found.facts]) == ("REF-1", "Operatie?", ["Diagnose 1"])


def test_and_its_patient_is_known_at_the_door() -> None:
    assert FhirReader().header(nested("message")).patient_numbers == (("urn:oid:2.25.1", "0042"),)


def test_a_document_beside_the_patient_himself_is_only_named() -> None:
    letter = json.loads(bundle(patient(name=[{"family": "Elders"}]), condition(), kind="document")) | {"id": "b"}
    found = read(letter)

    assert (found.number, found.facts, found.unmapped) == ("REF-1", (), ("Bundle/2",))


# Lost


def test_a_document_without_content_is_named() -> None:
    assert told(about("DocumentReference", status="current", type={"text": "PA-verslag"}, content=[])) == [
        ("Document niet meegestuurd", "PA-verslag")
    ]


def test_a_data_address_in_the_place_of_the_bytes_is_opened() -> None:
    part = {"attachment": {"contentType": "application/pdf", "data": f"data:application/pdf;base64,{PDF}"}}
    found = read(about("DocumentReference", status="current", type={"text": "Brief"}, content=[part]))

    assert [one.content[:5] for one in found.documents] == [b"%PDF-"]


def test_when_something_was_done_in_words_is_told_and_the_report_of_it_is_named() -> None:
    done = about(
        "Procedure",
        status="completed",
        code={"text": "Bestraling"},
        performedString="voorjaar 2024",
        report=[{"display": "OK-verslag"}],
    )

    assert told(done) == [("", "Bestraling (voorjaar 2024)"), ("Document niet meegestuurd", "OK-verslag")]


def test_a_unit_without_a_number_is_no_value() -> None:
    found = read(value("Grootte", valueQuantity={"unit": "mm"}))

    assert (found.facts, found.unmapped) == ((), ("Observation/2",))


def test_a_value_of_which_there_is_no_result_yet_says_so() -> None:
    assert told(value("CEA", valueQuantity={"value": 0}) | {"status": "registered"}) == [("CEA", "0 (registered)")]


def test_extensions_of_an_impression_a_plan_or_a_vaccination_are_told() -> None:
    beside = [{"url": "https://x/StructureDefinition/zekerheid", "valueString": "onwaarschijnlijk"}]
    seen = about("ClinicalImpression", status="completed", summary="Resectabel", extension=beside)

    assert told(seen) == [("Beoordeling", "Resectabel; zekerheid: onwaarschijnlijk")]


def test_a_resource_that_is_wrong_inside_another_does_not_cost_the_other() -> None:
    wrong = {"resourceType": "Observation", "id": "w", "status": "final", "code": {"coding": [{"code": {"text": "x"}}]}}
    good = {"resourceType": "Observation", "id": "g", "status": "final", "code": {"text": "WHO"}, "valueInteger": 1}
    found = read(asked=request(contained=[wrong, good], supportingInfo=[{"reference": "#w"}, {"reference": "#g"}]))

    assert (found.number, [(one.label, one.text) for one in found.facts]) == ("REF-1", [("WHO", "1")])
    assert found.unmapped == ("ServiceRequest/0 contained Observation",)


def test_a_patient_who_is_wrong_inside_the_request_is_for_a_person() -> None:
    asked = request(subject={"reference": "#p"}, contained=[patient(name=[{"family": {"x": 1}}])])
    with pytest.raises(Unreadable):
        FhirReader().read(bundle(asked), "generic-r4")


def test_a_disease_with_a_stage_on_a_problem_list_is_the_diagnosis_where_no_reason_is_given() -> None:
    listed = {"category": [{"coding": [{"code": "problem-list-item"}]}]}
    tumour = condition(1, stage=[{"summary": {"text": "IIIB"}}], **listed)
    found = read(tumour, condition(2, **listed))

    assert [(one.section.value, one.text) for one in found.facts] == [
        ("diagnosis", "Diagnose 1"), ("diagnosis", "IIIB"), ("comorbidity", "Diagnose 2"),
    ]  # fmt: skip
    asked = request(reasonReference=[{"reference": "Condition/c2"}])
    assert (
        next(one.section.value for one in read(tumour, condition(2, **listed), asked=asked).facts if one.text == "Diagnose 1")
        == "comorbidity"
    )
