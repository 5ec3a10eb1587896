"""What the sixteenth round of FHIR samples showed in notes and messages that are written as a form. Most harm first."""

from __future__ import annotations

import pytest

from .make import request
from .read_house import about, read


def note(words: str) -> list[dict[str, str]]:
    return [{"text": words}]


@pytest.mark.parametrize(
    "before",
    [
        "Vorige MDO: nee",
        "Eerdere bespreking: 12-03-2026, volgen",
        "Advies:",
        "Besluit MDO:",
    ],
)
def test_a_field_of_before_on_a_form_leaves_its_question_asked(before: str) -> None:
    words = f"{before}\nVraagstelling: Opereren?\nCasemanager: M. Zilver\nSpoed: ja"
    said = read(about("Communication", status="completed", payload=[{"contentString": words}]))
    assert (said.question_board, said.case_manager.name, said.urgency) == ("Opereren?", "M. Zilver", "urgent")


def test_what_is_called_an_advice_that_somebody_wants_asks() -> None:
    said = read(about("Communication", status="completed", payload=[{"contentString": "Advies gevraagd: Opereren?"}]))
    assert said.question_board == "Opereren?"


@pytest.mark.parametrize("words", ["Eerdere verwijzing:\nVraagstelling: Oud?", "Advies:\nvolgen\nVraagstelling: Oud?"])
def test_what_was_answered_below_its_heading_asks_nothing(words: str) -> None:
    assert read(about("Communication", status="completed", payload=[{"contentString": words}])).question_board == ""


@pytest.mark.parametrize(
    ("words", "asked", "told"),
    [
        ("Man, 56 jr. Vraagstelling: SBRT?\nECOG: 1", "SBRT?", [("Toelichting", "Man, 56 jr."), ("ECOG", "1")]),
        ("Man 56 jr met COPD, vraagstelling: SBRT?\nECOG: 1", "Man 56 jr met COPD, vraagstelling: SBRT?", [("ECOG", "1")]),
        ("Diagnose: longca rechts? Vraagstelling: SBRT?", "SBRT?", [("Diagnose", "longca rechts?")]),
        ("Diagnose: longca | Vraagstelling: SBRT? | ECOG: 1", "SBRT?", [("Diagnose", "longca"), ("ECOG", "1")]),
    ],
    ids=["sentence", "comma", "question", "bar"],
)
def test_what_stands_before_a_heading_on_its_line_is_told(words: str, asked: str, told: list[tuple[str, str]]) -> None:
    found = read(asked=request(note=note(words)))
    assert found.question_board == asked
    assert [(fact.label, fact.text) for fact in found.facts] == told


def test_a_colon_in_the_words_of_a_question_cuts_nothing() -> None:
    words = "Resectie? Zo ja, welke behandeling daarna: A of B?"
    assert read(asked=request(note=note(f"Vraagstelling: {words}\nECOG: 1"))).question_board == words


def test_what_is_quoted_below_a_question_stands_as_quoted() -> None:
    found = read(asked=request(note=note("Vraagstelling: SBRT?\n\n> Vraagstelling: Oud?\n> Casemanager: O. Oud\nECOG: 1")))
    assert found.question_board == "SBRT?\n\n> Vraagstelling: Oud?\n> Casemanager: O. Oud"
    assert found.case_manager.name == ""


@pytest.mark.parametrize(
    "called",
    [
        "Behandelaar",
        "Behandelend arts",
        "Behandelend specialist",
        "Regiebehandelaar",
        "Wie is de hoofdbehandelaar?",
        "Naam behandelaar",
    ],
)
def test_a_note_and_a_form_say_who_treats(called: str) -> None:
    heading = called if called.endswith("?") else f"{called}:"
    form = about(
        "QuestionnaireResponse",
        status="completed",
        item=[{"linkId": "1", "text": called, "answer": [{"valueString": "dr. Wit"}]}],
    )
    if not called.endswith("?"):
        assert read(asked=request(note=note(f"Vraagstelling: SBRT?\n{heading} dr. Wit"))).treating.name == "dr. Wit"
    assert read(form).treating.name == "dr. Wit"


def test_in_a_team_who_is_called_so_may_be_any_of_those_who_treat() -> None:
    members = [{"role": [{"text": "Behandelaar"}], "member": {"display": one}} for one in ("dr. Wit", "dr. Zwart")]
    found = read(about("CareTeam", status="active", participant=members))
    assert found.treating.name == ""
    assert [fact.text for fact in found.facts] == ["Behandelaar: dr. Wit; Behandelaar: dr. Zwart"]


@pytest.mark.parametrize(
    "words",
    [
        "Vraagstelling: SBRT?\rCasemanager: L. Es\rSpoed: ja",
        "Vraagstelling: SBRT?\r\nCasemanager: L. Es\r\nSpoed: ja\r\n",
        "Vraagstelling: SBRT?\u2028Casemanager: L. Es\u2028Spoed: ja",
        "Vraagstelling\xa0: SBRT?\nCasemanager\xa0:\xa0L. Es\nSpoed\xa0: ja",
        "\u200bVraagstelling: SBRT?\n\u200bCasemanager: L. Es\n\u200bSpoed: ja",
        "Vraagstelling\tSBRT?\nCasemanager\tL. Es\nSpoed\tja",
        "Vraagstelling\n-------------\nSBRT?\n\nCasemanager\n-----------\nL. Es\n\nSpoed\n-----\nja",
        "Vraagstelling: SBRT? Casemanager: L. Es. Spoed: ja.",
        "Vraagstelling: SBRT?\nCasemanager: L. Es\nSpoed: ja\nAdvies:\nBesluit:",
        "Casemanager: L. Es\nSpoed: ja\nVraagstelling: SBRT?\n\nAdvies:\nBesluit:",
    ],
    ids=[
        "old mac",
        "windows",
        "separator",
        "hard space",
        "no width",
        "cells",
        "underlined",
        "one line",
        "left empty",
        "left empty below",
    ],
)
def test_a_note_is_read_by_its_headings_whatever_ends_its_lines(words: str) -> None:
    found = read(asked=request(note=note(words)))
    assert (found.question_board, found.case_manager.name, found.urgency) == ("SBRT?", "L. Es", "urgent")
