"""What a sender says of a request in its categories, and on its page, beside what it asks for."""

from __future__ import annotations

import pytest

from .make import Node, patient, request
from .read_house import about, read, told

SCT = "http://snomed.info/sct"
BOARD = {"text": "MDO colorectaal"}


def kind(words: str, code: str = "", system: str = "urn:x") -> Node:
    return {"coding": [{"system": system, "code": code or words, "display": words}]}


def page(words: str, status: str = "generated") -> Node:
    return {"status": status, "div": f"<div xmlns='http://www.w3.org/1999/xhtml'><p>{words}</p></div>"}


def test_a_category_that_says_how_urgent_it_is_does() -> None:
    assert read(asked=request(code=BOARD, category=[kind("Patient referral", "3457005", SCT), kind("Spoed")])).urgency == "urgent"
    assert read(asked=request(code=BOARD, priority="asap", category=[kind("Spoed")])).urgency == "asap"


def test_other_categories_are_told_and_the_kinds_of_the_standard_are_not() -> None:
    many = [
        kind("Patient referral", "3457005", SCT),
        kind("Spoed"),
        kind("Bevolkingsonderzoek darm"),
        {"coding": [{"code": "17"}]},
    ]
    assert told(asked=request(code=BOARD, category=many)) == [("Aangevraagd", "Bevolkingsonderzoek darm")]


def test_so_are_those_of_what_was_asked_beside_it() -> None:
    order = about(
        "ServiceRequest", id="pa", status="completed", intent="order", code={"text": "Histologie"}, category=[kind("BVO")]
    )
    board = request(code=BOARD, note=[{"text": "Advies?"}])
    assert told(order, asked=board) == [("Aangevraagd", "Histologie; BVO (afgerond)")]


def test_a_request_that_says_why_on_its_page_alone_is_not_silent() -> None:
    assert told(asked=request(code=BOARD, text=page("Resectie is mogelijk."))) == [("Toelichting", "Resectie is mogelijk.")]
    assert read(asked=request(code=BOARD, text=page("Vraag: is resectie mogelijk?"))).question_board == "is resectie mogelijk?"


def test_a_page_with_the_number_of_the_patient_was_made_of_the_fields_and_is_not_told() -> None:
    """Servers write whose request it is on it: the BSN stood in the clear among the remarks."""
    who = patient(identifier=[{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999911120"}])
    found = read(asked=request(code=BOARD, text=page("Aanvraag voor J. Vos, BSN 999911120")), who=who)
    assert "999911120" not in " ".join(fact.text for fact in found.facts)


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("Generated Narrative: ServiceRequest r", {}),
        ("Aanvraag van Vos", {"note": [{"text": "Resectie?"}]}),
        ("Aanvraag van Vos", {"reasonReference": [{"display": "Coloncarcinoom"}]}),
    ],
)
def test_a_page_that_was_made_of_what_the_fields_say_is_not_told_again(words: str, more: Node) -> None:
    assert "Toelichting" not in dict(told(asked=request(code=BOARD, text=page(words), **more)))


def test_a_code_without_words_is_no_question_to_the_board() -> None:
    """As Belgian referrals have it: `tmp-with-tion-7` stood there as the question, before the one that was asked."""
    details = [{"coding": [{"system": "urn:x", "code": "tmp-with-tion-7"}]}, {"text": "CT-beelden aanwezig"}]
    found = read(asked=request(code=BOARD, orderDetail=details))
    assert found.question_board == "CT-beelden aanwezig"
    assert ("Aangevraagd", "tmp-with-tion-7") in [(one.label, one.text) for one in found.facts]
    alone = read(asked=request(code=BOARD, orderDetail=details[:1], reasonCode=[{"text": "Is resectie mogelijk?"}]))
    assert alone.question_board == "Is resectie mogelijk?"
