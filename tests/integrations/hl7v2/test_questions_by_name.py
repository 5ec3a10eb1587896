"""A value or a paragraph that is a question by a word of its name, whatever a form calls it; what only has the word in it is none."""

from __future__ import annotations

import pytest

from .few_lines import labelled, referral

QUESTION = "Is lobectomie of SABR de beste keuze?"


def asked(name: str, value: str = QUESTION) -> str:
    return referral(f"OBX|1|TX|Q^{name}^L||{value}||||||F", "OBX|2|TX|VG^Voorgeschiedenis^L||COPD||||||F").question_board


def under(heading: str) -> str:
    return referral(f"OBX|1|FT|B^Verwijsbrief^L||Voorgeschiedenis: COPD~~{heading} {QUESTION}~~Groet||||||F").question_board


@pytest.mark.parametrize(
    "name",
    [
        "Concrete vraag", "Kernvraag", "Verwijsvraag", "Behandelvraag", "Wat is uw vraag?", "Welke vraag heeft u aan het MDO?",
        "Vraag/probleemstelling", "Vraag (vrije tekst)", "Vraag van de verwijzer", "Vraag inbrenger", "Vraagst", "Vr. stelling",
        "Vraag regionaal MDO",
        "Doel van het MDO", "Te bespreken", "Reden inbreng", "Reden voor MDO bespreking", "Probleemstelling",
    ],
)  # fmt: skip
def test_a_form_may_call_the_question_as_it_likes(name: str) -> None:
    assert asked(name) == QUESTION


@pytest.mark.parametrize(
    "name",
    [
        "Aanvraag", "Hulpvraag", "Zorgvraag", "Navraag", "Eerdere vraag", "Antwoord op vraag", "Vraag van patiënt", "Vragenlijst",
        "Vraag aan de huisarts", "Aangevraagd door",
    ],
)  # fmt: skip
def test_what_only_has_the_word_in_its_name_is_told_and_not_asked(name: str) -> None:
    found = referral(f"OBX|1|TX|Q^{name}^L||{QUESTION}||||||F")
    assert (found.question_board, labelled(found)[name]) == ("", QUESTION)


def test_yes_and_no_are_no_question() -> None:
    assert asked("Heeft u nog vragen?", "Nee") == ""


def test_a_name_that_says_what_it_is_goes_first() -> None:
    said = ("OBX|1|TX|Q^Extra vraag^L||Stoma te vermijden?||||||F", f"OBX|2|TX|V^Vraagstelling^L||{QUESTION}||||||F")
    assert referral(*said).question_board == QUESTION
    assert labelled(referral(*said))["Extra vraag"] == "Stoma te vermijden?"


@pytest.mark.parametrize(
    "heading",
    [
        "Vraag(en):", "Onze vraag aan u:", "Kernvraag:", "Vraag aan de collega's:", "Reden aanmelding / vraagstelling:",
        "Vraagstelling en reden aanmelding:", "Reden bespreking:", "Doel van de bespreking:",
    ],
)  # fmt: skip
def test_a_letter_may_head_it_as_it_likes(heading: str) -> None:
    assert under(heading) == QUESTION


@pytest.mark.parametrize("heading", ["Vraag en antwoord:", "Vraag van patiënt:", "Eerdere vraag:", "Aanvraag:", "Hulpvraag:"])
def test_and_another_heading_asks_nothing(heading: str) -> None:
    assert under(heading) == ""


def test_the_question_goes_before_why_it_is_discussed() -> None:
    assert under("Reden bespreking: nieuwe diagnose~Vraagstelling:") == QUESTION
