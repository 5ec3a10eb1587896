"""What is asked, how urgently, by whom, and whether it is in force: where a request leaves it to its Task, form, message or team."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.fhir.make import Node, request
from tests.integrations.fhir.read_house import about, read, told, value

# In force


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


def test_of_two_that_are_asked_for_beside_it_each_says_which_specialist() -> None:
    """Both are a *Consult*, and of the two one line stood there, without for whom."""
    consult = {"status": "active", "intent": "order", "code": {"text": "Consult"}}
    both = [about("ServiceRequest", **consult, performerType={"text": one}) | {"id": one} for one in ("Neurologie", "Orthopedie")]
    assert told(*both, asked=request(code={"text": "MDO long"})) == [
        ("Aangevraagd", "Consult; Neurologie"),
        ("Aangevraagd", "Consult; Orthopedie"),
    ]


# A question that is a value


def test_a_value_that_is_called_a_question_is_the_question() -> None:
    found = read(value("Fragestellung Tumorkonferenz", valueString="Chemo-Immuntherapie?"))

    assert (found.question_board, found.facts) == ("Chemo-Immuntherapie?", ())


def test_and_one_that_is_preliminary_or_in_error_is_none() -> None:
    assert read(value("Vraagstelling", valueString="Operatie?") | {"status": "entered-in-error"}).question_board == ""


# Who is in a team, and on which telephone


def test_who_left_the_team_or_a_team_that_is_over_is_not_the_case_manager() -> None:
    def member(name: str, **more: Any) -> Node:
        return {"role": [{"text": "Casemanager"}], "member": {"display": name}} | more

    now = about(
        "CareTeam",
        id="a",
        status="active",
        participant=[member("Kok", period={"end": "9999-12-31"}), member("Oud", period={"end": "2020-01-01"})],
    )
    over = about("CareTeam", id="b", status="inactive", participant=[member("Vroeger")])
    found = read(now, over)

    assert found.case_manager.name == "Kok"
    assert [fact.text for fact in found.facts] == [
        "Casemanager: Oud (tot 2020-01-01)",
        "Casemanager: Vroeger (niet actief)",
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
    ("said", "question"),
    [
        ({"reasonCode": [{"text": "Is resectie mogelijk?"}]}, "Is resectie mogelijk?"),
        ({"reasonCode": [{"text": "Is resectie mogelijk?"}], "note": [{"text": "Graag advies"}]}, "Graag advies"),
        ({"reasonCode": [{"text": "Rectumcarcinoom"}]}, ""),
        ({"reasonCode": [{"coding": [{"system": "x", "code": "1"}], "text": "Metastasen?"}]}, ""),
    ],
)
def test_where_nothing_else_asks_a_reason_in_free_words_that_asks_is_the_question(said: Node, question: str) -> None:
    found = read(asked=request(**said))
    assert found.question_board == question
    assert said["reasonCode"][0]["text"] in [fact.text for fact in found.facts]


def test_who_sends_a_message_for_somebody_gives_his_organisation() -> None:
    header = {
        "resourceType": "MessageHeader", "id": "h", "eventUri": "urn:x", "source": {"endpoint": "x"},
        "author": {"display": "A. Krol"}, "sender": {"reference": "Organization/z"},
    }  # fmt: skip
    found = read(header, {"resourceType": "Organization", "id": "z", "name": "Ziekenhuis Zuid"}).referrer
    assert (found.name, found.organisation) == ("A. Krol", "Ziekenhuis Zuid")


@pytest.mark.parametrize(("name", "question"), [("Vraag", "Resectie?"), ("Question:", "Resectie?"), ("Vraag aan de patiënt", "")])
def test_an_answer_that_is_called_the_question_and_nothing_else_is_it(name: str, question: str) -> None:
    items = [{"linkId": "7", "text": name, "answer": [{"valueString": "Resectie?"}]}]
    assert read(about("QuestionnaireResponse", status="completed", item=items)).question_board == question


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("fragestellungRadiologieFreitext", "question_radiology"),
        ("Vraagstelling voor de radioloog", "question_radiology"),
        ("Vraagstelling pathologie", "question_pathology"),
        ("Vraagstelling (radiologie en pathologie)", "question_board"),
        ("fragestellungTumorkonferenzFreitext", "question_board"),
    ],
)
def test_what_is_asked_of_one_specialist_is_no_question_to_the_board(name: str, whose: str) -> None:
    found = read(value(name, valueString="Metastasen?"))
    asked = {one: getattr(found, one) for one in ("question_board", "question_radiology", "question_pathology")}
    assert asked == dict.fromkeys(asked, "") | {whose: "Metastasen?"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"asNeededBoolean": True}, "Transfusie; zo nodig"),
        ({"asNeededBoolean": False}, "Transfusie"),
        ({"asNeededCodeableConcept": {"text": "Hb < 4,5"}}, "Transfusie; zo nodig: Hb < 4,5"),
        ({"quantityQuantity": {"value": 2, "unit": "eenheden"}}, "Transfusie; 2 eenheden"),
    ],
)
def test_what_is_asked_for_beside_it_says_how_much_and_whether_only_when_needed(more: Node, said: str) -> None:
    """*When needed* was read past: it stood there as what is to be done."""
    asked = about("ServiceRequest", status="active", intent="order", code={"text": "Transfusie"}, **more) | {"id": "t"}
    assert told(asked) == [("Aangevraagd", said)]


@pytest.mark.parametrize(
    ("name", "answer", "shown"),
    [
        ("Datum adviesvraag", {"valueDate": "2026-01-05"}, "2026-01-05"),
        ("Bespreekpunten vorige keer", {"valueString": "Geen."}, "Geen."),
        ("Discussiepunt", {"valueString": "n.v.t."}, "n.v.t."),
    ],
)
def test_a_day_and_that_there_is_nothing_is_no_question(name: str, answer: Node, shown: str) -> None:
    """The case was complete by it, and nothing was asked."""
    form = about("QuestionnaireResponse", status="completed", item=[{"linkId": "1", "text": name, "answer": [answer]}])
    found = read(form)
    assert (found.question_board, [(one.label, one.text) for one in found.facts]) == ("", [(name, shown)])
