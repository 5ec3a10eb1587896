"""A question that is written as a letter in notes: who greets and signs is none of it, and stands on the case beside it."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import read

LETTER = (
    "Geachte collega's,",
    "Graag bespreken: debulking?",
    "Zij is vitaal.",
    "Met vriendelijke groet,",
    "dr. A. Kok, gynaecoloog",
)
QUESTION = "Graag bespreken: debulking?\nZij is vitaal."


def noted(*lines: str) -> IncomingReferral:
    found = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO oncologie^L", *(f"NTE|{n}||{one}" for n, one in enumerate(lines, 1)))
    assert isinstance(found, IncomingReferral)
    return found


def test_a_greeting_and_a_signature_ask_nothing() -> None:
    found = noted(*LETTER)
    assert found.question_board == QUESTION
    assert "Geachte collega's,\nMet vriendelijke groet,\ndr. A. Kok, gynaecoloog" in [fact.text for fact in found.facts]


def test_so_it_is_in_one_note_and_in_the_notes_that_close_a_referral() -> None:
    assert noted("\\.br\\".join(LETTER)).question_board == QUESTION
    found = read("REF^I12", "RF1|P|R|MDO", "DG1|1||C56^Ovarium^I10", *(f"NTE|{n}||{one}" for n, one in enumerate(LETTER, 1)))
    assert isinstance(found, IncomingReferral)
    assert found.question_board == QUESTION
    assert any("dr. A. Kok" in fact.text for fact in found.facts)


@pytest.mark.parametrize(
    "said", ["Alvast dank", "Bij voorbaat dank.", "Dank,", "Vriendelijke groeten", "Groet, Anna", "Hoogachtend,"]
)
def test_there_are_many_ways_to_greet(said: str) -> None:
    assert noted("Debulking?", said, "dr. A. Kok").question_board == "Debulking?"


def test_thanks_to_something_is_no_greeting() -> None:
    for told in ("Dankzij chemotherapie kleiner.", "Beste respons tot nu.", "Groeit snel."):
        assert noted("Debulking?", told).question_board == f"Debulking?\n{told}"
        assert noted(told, "Debulking?").question_board == f"{told}\nDebulking?"


def test_what_is_nothing_but_a_greeting_stays_as_it_is() -> None:
    assert noted("Met vriendelijke groet,", "dr. A. Kok").question_board == "Met vriendelijke groet,\ndr. A. Kok"
