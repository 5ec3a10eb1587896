"""What people wrote: answers whose questions stand in the form itself, Dutch days, words beside the fields, text between tags."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle, patient, request
from .read_house import about, read

FORM = {"resourceType": "Questionnaire", "id": "f", "url": "https://epd.example/formulier", "status": "active"}
QUESTIONS = [
    {"linkId": "1", "text": "Groep", "type": "group", "item": [{"linkId": "1.7", "text": "Vraagstelling", "type": "string"}]}
]


def filled_in(form: str, **more: Any) -> Node:
    given = [{"linkId": "1", "item": [{"linkId": "1.7", "answer": [{"valueString": "Is SBRT mogelijk?"}]}]}]
    return about("QuestionnaireResponse", status="completed", questionnaire=form, item=given) | more


@pytest.mark.parametrize("form", ["https://epd.example/formulier", "https://epd.example/formulier|2.1", "Questionnaire/f"])
def test_an_answer_without_its_question_is_read_by_the_form_that_came_along(form: str) -> None:
    """It stood under `1.7`, and the case had no question."""
    assert read(filled_in(form), FORM | {"item": QUESTIONS}).question_board == "Is SBRT mogelijk?"


def test_so_is_one_whose_form_is_inside_it() -> None:
    inside = FORM | {"item": QUESTIONS}

    assert read(filled_in("#f", contained=[inside])).question_board == "Is SBRT mogelijk?"


def test_a_form_that_did_not_come_along_says_nothing() -> None:
    found = read(filled_in("https://epd.example/ander"), FORM | {"item": QUESTIONS})

    assert [(one.label, one.text) for one in found.facts] == [("1.7", "Is SBRT mogelijk?")]


@pytest.mark.parametrize(
    ("said", "on"),
    [
        ("12-12-2026", date(2026, 12, 12)),
        ("1.2.2027", date(2027, 2, 1)),
        ("1 februari 2027", date(2027, 2, 1)),
        ("3/4/2027", None),
        ("na de PET", None),
        ("12-12-2026, na de PET", None),
    ],
)
def test_a_day_in_a_form_is_read_as_people_write_it(said: str, on: date | None) -> None:
    given = [{"linkId": "d", "text": "Uiterste datum", "answer": [{"valueString": said}]}]
    found = read(about("QuestionnaireResponse", status="completed", item=given))

    assert (found.latest_useful_on, [one.text for one in found.facts]) == (on, [] if on else [said])


def test_words_that_stand_in_no_field_are_told_beside_the_question() -> None:
    div = "<div xmlns='http://www.w3.org/1999/xhtml'>Patiënt is {}</div>"
    said = [
        request(note=[{"text": "Operatie?"}], text={"status": kind, "div": div.format("doof")})
        for kind in ("additional", "generated")
    ]

    assert [[one.text for one in read(asked=one).facts] for one in said] == [["Patiënt is doof"], []]


def test_a_letter_that_is_confidential_says_so() -> None:
    letter = about("Composition", status="final", type={"text": "x"}, title="x", date="2026-01-01", author=[{"display": "x"}])

    assert read(letter | {"confidentiality": "R"}).unmapped == ("Composition/2 confidential R",)
    assert read(letter | {"confidentiality": "N"}).unmapped == ()


def test_text_between_tags_is_the_value() -> None:
    """`<text>Operatie?</text>`: the question was gone, and the message named `extensions`."""
    raw = """<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>
      <entry><resource><Patient><id>p</id><identifier><system>urn:oid:2.25.1</system><value>0042</value></identifier></Patient></resource></entry>
      <entry><resource><ServiceRequest><identifier><value value="REF-1"/></identifier><status>active</status><intent value="order"/>
        <subject><reference>Patient/p</reference></subject><note><text> Operatie? </text></note></ServiceRequest></resource></entry>
    </Bundle>"""
    found = FhirReader().read(raw.encode(), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert (found.question_board, found.patient.local_number, found.unmapped) == ("Operatie?", "0042", ())
    assert FhirReader().header(raw.encode()).patient_numbers == (("urn:oid:2.25.1", "0042"),)


def test_the_number_inside_the_house_goes_before_one_of_which_nobody_says_what_it_is() -> None:
    kind = {"type": {"coding": [{"code": "PI"}]}}
    numbers = [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "254"}, {"system": "urn:oid:2.25.1", "value": "0042"} | kind]

    assert read(who=patient(identifier=numbers)).patient.local_number == "0042"


@pytest.mark.parametrize(("total", "named"), [(9, ("Bundle.total",)), (2, ()), (1, ())])
def test_a_search_that_found_more_than_was_sent_says_so(total: int, named: tuple[str, ...]) -> None:
    tree = json.loads(bundle(request(), patient(), kind="searchset")) | {"total": total}
    found = FhirReader().read(json.dumps(tree).encode(), "generic-r4")

    assert isinstance(found, IncomingReferral)
    assert found.unmapped == named
