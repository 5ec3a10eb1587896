"""Lines of a text that came in another order than their numbers (OBX-1) say."""

from __future__ import annotations

import pytest

from .few_lines import labelled, referral, result

REPORT = "OBR|1|A1|F1|CT^CT thorax|||20260220|||||||||||||||||CT|F"


def lines(*numbered: tuple[str, str], kind: str = "TX") -> list[str]:
    return [f"OBX|{n}|{kind}|CT^CT thorax^L||{text}||||||F" for n, text in numbered]


def told(*numbered: tuple[str, str]) -> str:
    return labelled(result(REPORT, *lines(*numbered)))["CT thorax"]


def test_lines_stand_as_their_numbers_say() -> None:
    assert told(("3", "Conclusie: geen."), ("1", "Klinisch: hoest."), ("2", "Verslag: normaal.")) == (
        "Klinisch: hoest.\nVerslag: normaal.\nConclusie: geen."
    )
    assert told(*((str(n), f"regel {n}") for n in (9, 10, 8, 11))) == "regel 8\nregel 9\nregel 10\nregel 11"


@pytest.mark.parametrize("numbers", [("1", "1", "1"), ("3", "1", "7"), ("2", "1"), ("2", "", "1"), ("9", "10", "11")])
def test_numbers_that_are_none_of_lines_change_nothing(numbers: tuple[str, ...]) -> None:
    texts = [f"tekst {n}" for n in range(len(numbers))]
    assert told(*zip(numbers, texts, strict=True)) == "\n".join(texts)


def test_a_question_of_three_lines_is_asked_in_their_order() -> None:
    asked = [("3", "of alleen radiotherapie?"), ("1", "Is deze patiënt nog operabel"), ("2", "na de inductie")]
    found = referral(*(f"OBX|{n}|TX|VRAAG^Vraagstelling^L||{text}||||||F" for n, text in asked))
    assert found.question_board == "Is deze patiënt nog operabel\nna de inductie\nof alleen radiotherapie?"
