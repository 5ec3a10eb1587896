"""Remarks on a form, messages that say only how or how not, and numbers that are nobody's at a hospital."""

from __future__ import annotations

import pytest

from .make import Node, patient
from .read_house import about, read, told

NOTE = "https://epd.example/StructureDefinition/note"


def remark(words: str) -> Node:
    return {"url": NOTE, "valueAnnotation": {"text": words, "authorReference": {"display": "L. Falk"}}}


def form(*items: Node) -> Node:
    return about("QuestionnaireResponse", status="completed", item=list(items))


def test_a_remark_at_an_answer_stands_with_it() -> None:
    years = {"linkId": "1", "text": "Aantal jaren", "extension": [remark("niet zeker")], "answer": [{"valueInteger": 3}]}
    how = {
        "linkId": "2",
        "text": "Pakjes",
        "answer": [{"valueInteger": 1, "extension": [{"url": NOTE, "valueString": "ongeveer"}]}],
    }
    assert told(form(years, how)) == [("Aantal jaren", "3; niet zeker"), ("Pakjes", "1; ongeveer")]


def test_a_remark_at_a_group_or_at_a_question_without_an_answer_is_told_under_its_name() -> None:
    group = {
        "linkId": "93", "text": "Roken", "extension": [remark("wil er niet over praten")],
        "item": [{"linkId": "1", "text": "Pakjes", "extension": [remark("niet gevraagd")]}],
    }  # fmt: skip
    assert told(form(group)) == [("Roken", "wil er niet over praten"), ("Pakjes", "niet gevraagd")]


def test_what_a_form_keeps_for_machines_is_no_remark() -> None:
    chosen = {"url": "https://epd.example/StructureDefinition/choice-answer", "valueBoolean": True}
    original = {"url": "http://hl7.org/fhir/StructureDefinition/originalText", "valueString": "ja"}
    item = {"linkId": "1", "text": "Gestopt", "extension": [chosen, original], "answer": [{"valueBoolean": True}]}
    assert told(form(item)) == [("Gestopt", "ja")]


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"doNotPerform": True, "medium": [{"text": "e-mail"}]}, "Voorkeur van de patiënt: e-mail (niet doen)"),
        ({"recipient": [{"display": "huisarts A"}]}, "Voorkeur van de patiënt: huisarts A"),
        ({}, "Voorkeur van de patiënt"),
    ],
)
def test_a_message_without_words_says_what_is_asked_and_what_must_not_be_done(more: Node, shown: str) -> None:
    asked = about("CommunicationRequest", status="active", category=[{"text": "Voorkeur van de patiënt"}], **more)
    assert told(asked) == [("Bericht", shown)]


@pytest.mark.parametrize("kind", ["NI", "MC", "HC", "NNBEL", "NNDEU", "TAX"])
def test_the_number_of_a_land_or_of_an_insurance_is_not_the_number_at_the_hospital(kind: str) -> None:
    known = {"system": "urn:land", "value": "8003", "type": {"coding": [{"code": kind}]}}
    own = {"system": "urn:house", "value": "77"}
    who = read(who=patient(identifier=[known, own])).patient
    assert (who.local_authority, who.local_number, who.other_numbers) == ("urn:house", "77", (("urn:land", "8003"),))


def test_a_pseudonym_is_nobody_s_number_at_the_hospital() -> None:
    """As the generic functions of the Ministry of Health send it: the next message about the same patient has another."""
    made = {"system": "http://fhir.nl/fhir/NamingSystem/pseudo-bsn", "value": "UHN1ZWRvYnNu"}
    own = {"system": "urn:house", "value": "77"}
    assert read(who=patient(identifier=[made, own])).patient.local_number == "77"
    alone = read(who=patient(identifier=[made])).patient
    assert (alone.local_number, alone.bsn, alone.other_numbers) == ("", "", ((made["system"], made["value"]),))
