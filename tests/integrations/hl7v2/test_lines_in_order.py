"""Lines of a text that came in another order than their numbers (OBX-1) say."""

from __future__ import annotations

from base64 import b64encode

import pytest

from .few_lines import labelled, referral, result
from .samples import PDF

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


@pytest.mark.parametrize("sub", ["", "{}"])
def test_numbers_that_their_sender_sorted_as_words_are_numbers(sub: str) -> None:
    as_words = sorted(map(str, range(1, 13)))
    lines = [f"OBX|{n}|TX|CT^CT thorax^L|{sub.format(n)}|regel {n}||||||F" for n in as_words]
    assert labelled(result(REPORT, *lines))["CT thorax"] == "\n".join(f"regel {n}" for n in range(1, 13))


@pytest.mark.parametrize("line", ["{0}|TX|CT^CT thorax^L|", "1|TX|CT^CT thorax^L|{0}"])
def test_a_number_that_nobody_counts_to_breaks_nothing(line: str) -> None:
    lines = [f"OBX|{line.format(str(n) * 5000)}|regel {n}||||||F" for n in (2, 1, 3)]
    texts = [fact.text for fact in result(REPORT, *lines).facts[1:]]
    assert "\n".join(texts) == "regel 2\nregel 1\nregel 3"


@pytest.mark.parametrize("numbers", [("1", "1", "1"), ("3", "1", "7"), ("2", "1"), ("2", "", "1"), ("9", "10", "11")])
def test_numbers_that_are_none_of_lines_change_nothing(numbers: tuple[str, ...]) -> None:
    texts = [f"tekst {n}" for n in range(len(numbers))]
    assert told(*zip(numbers, texts, strict=True)) == "\n".join(texts)


def test_a_question_of_three_lines_is_asked_in_their_order() -> None:
    asked = [("3", "of alleen radiotherapie?"), ("1", "Is deze patiënt nog operabel"), ("2", "na de inductie")]
    found = referral(*(f"OBX|{n}|TX|VRAAG^Vraagstelling^L||{text}||||||F" for n, text in asked))
    assert found.question_board == "Is deze patiënt nog operabel\nna de inductie\nof alleen radiotherapie?"


def test_lines_stand_as_their_sub_ids_say_also_where_they_are_counted_as_they_came() -> None:
    lines = [f"OBX|{n}|TX|CT^CT thorax^L|{sub}|regel {sub}||||||F" for n, sub in enumerate((2, 1, 10, 9, *range(3, 9)), start=1)]
    assert labelled(result(REPORT, *lines))["CT thorax"] == "\n".join(f"regel {n}" for n in range(1, 11))


def test_values_under_sub_ids_that_count_no_lines_stay_apart() -> None:
    lines = [f"OBX|{n}|TX|D^Diagnose^L|{sub}|tekst {sub}||||||F" for n, sub in enumerate(("3", "1", "7"), start=1)]
    assert [fact.text for fact in result(REPORT, *lines).facts[1:]] == ["tekst 3", "tekst 1", "tekst 7"]


@pytest.mark.parametrize("place", ["{1}|ED|PDF^Brief^L|{0}", "{0}|ED|PDF^Brief^L|", "{0}|ED|PDF^Brief^L|{0}"])
def test_the_pieces_of_a_document_are_put_together_by_their_numbers(place: str) -> None:
    whole = b64encode(PDF).decode()
    size = -(-len(whole) // 4)
    pieces = [whole[n * size : (n + 1) * size] for n in range(4)]
    lines = [
        f"OBX|{place.format(n, came)}|^application^pdf^Base64^{pieces[n - 1]}||||||F"
        for came, n in enumerate((1, 4, 2, 3), start=1)
    ]
    assert [one.content for one in result(REPORT, *lines).documents] == [PDF]


@pytest.mark.parametrize(("status", "order"), [("F", "F"), ("F", ""), ("P", "P"), ("C", "C")])
def test_a_text_of_which_the_last_line_alone_has_a_status_is_one(status: str, order: str) -> None:
    text = [f"OBX|{n}|TX|CT^CT thorax^L||{line}" for n, line in enumerate(("Verslag:", "normaal.", "Conclusie: geen."), start=1)]
    found = result(f"OBR|1|A1|F1|CT^CT thorax{'|' * 21}{order}", *text[:-1], f"{text[-1]}||||||{status}")

    assert [fact.text for fact in found.facts[1:]] == ["Verslag:\nnormaal.\nConclusie: geen."]
    assert found.facts[-1].status == {"F": "", "P": "preliminary", "C": "corrected"}[status]


@pytest.mark.parametrize("status", ["P", "D", "^Voorlopig"])
def test_a_line_with_another_status_than_its_order_is_no_line_of_that_text(status: str) -> None:
    found = result(REPORT, "OBX|1|TX|CT^CT thorax^L||Normaal.", f"OBX|2|TX|CT^CT thorax^L||Geen nodus.||||||{status}")
    assert [fact.text for fact in found.facts[1:]] == ["Normaal.", "Geen nodus."]
