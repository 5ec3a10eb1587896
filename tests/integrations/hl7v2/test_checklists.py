"""Synoptic reports as pathologists send them from a checklist: a question and its answer by code, and what was filled in behind it."""

from __future__ import annotations

import pytest

from .few_lines import result

ORDER = "OBR|1||T26-9|60568-3^Synoptic report^LN|||20260301||||||||||||||||||F"


def told(*lines: str) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in result(ORDER, *lines).facts[1:]]


def question(n: int, asked: str, answer: str, sub: str = "", kind: str = "CWE") -> str:
    return f"OBX|{n}|{kind}|{asked}^CAPECC|{sub}|{answer}||||||F"


@pytest.mark.parametrize("sub", ["501", "+501.1000"])
def test_a_value_says_behind_which_answer_it_was_filled_in(sub: str) -> None:
    """OBX-4 is the answer's whole code with a plus, or the number that its code begins with."""
    assert told(
        question(1, "500.1000^Grootte", "501.1000^Grootste maat^CAPECC", "501"), question(2, "500.1000^Grootte", "23", sub, "ST")
    ) == [("Grootte", "Grootste maat"), ("Grootte (Grootste maat)", "23")]


def test_an_answer_without_words_is_the_value_that_was_filled_in_and_nothing_beside_it() -> None:
    assert told(
        question(1, "600.1000^Aantal klieren", "601.1000^{No text}^CAPECC", "601"),
        question(2, "600.1000^Aantal klieren", "7", "601", "ST"),
    ) == [("Aantal klieren", "7")]


def test_a_question_without_an_answer_heads_those_below_it() -> None:
    assert told(
        question(1, "700.1000^Gradering", "701.1000^{No text}^CAPECC"), question(2, "702.1000^Mitosen", "703.1000^Score 3^CAPECC")
    ) == [("", "Gradering"), ("Mitosen", "Score 3")]


def test_a_question_without_words_goes_on_with_the_heading_right_above_it() -> None:
    assert told(
        question(1, "800.1000^Klierstatus", "801.1000^{No text}^CAPECC"),
        question(2, "802.1000^", "803.1000^Tumor aanwezig^CAPECC"),
    ) == [("Klierstatus", "Tumor aanwezig")]


@pytest.mark.parametrize("words", ["", "{No text}"])
def test_it_is_not_called_after_another_answer_nor_by_its_number(words: str) -> None:
    """`Extra maat: 1.0` and then the type of the tumour: the one is no name for the other."""
    assert told(
        question(1, "900.1000^Extra maat", "1.0", kind="NM"), question(2, f"901.1000^{words}", "902.1000^Papillair^CAPECP")
    ) == [("Extra maat", "1.0"), ("Synoptic report", "Papillair")]


def test_a_question_and_an_answer_without_words_say_nothing() -> None:
    assert told(question(1, "1.1000^{No text}", "2.1000^{No text}^CAPECC"), question(2, "3.1000^pT", "4.1000^pT2^CAPECC")) == [
        ("pT", "pT2")
    ]


def test_numbers_that_point_at_no_answer_tell_two_values_apart_as_before() -> None:
    """`1` and `2` of two lesions, with codes that begin with no such number."""
    assert told(
        "OBX|1|CWE|G^Graad^L|1|A.1^Graad 2^L||||||F",
        "OBX|2|CWE|G^Graad^L|2|B.1^Graad 3^L||||||F",
        "OBX|3|NM|M^Maat^L|1|23|mm|||||F",
    ) == [("Graad (1)", "Graad 2"), ("Graad (2)", "Graad 3"), ("Maat (1)", "23 mm")]


def test_a_code_with_a_full_stop_of_another_list_is_no_answer_that_a_number_points_at() -> None:
    """`1.2` and `2.1` are grades: the number of a lesion is no part of those."""
    lesions = ("OBX|1|CWE|G^Graad^L|1|2.1^Graad 2^L||||||F", "OBX|2|CWE|G^Graad^L|2|1.2^Graad 1^L||||||F")
    assert told(*lesions) == [("Graad (1)", "Graad 2"), ("Graad (2)", "Graad 1")]


def receptor(n: int, name: str, percentage: str) -> tuple[str, ...]:
    code = f"{n}0.1000"
    return (
        question(n, f"{code}^{name}", f"{n}1.1000^Positief^CAPECC"),
        question(n + 1, f"{n}2.1000^Percentage kernen", f"{n}3.1000^{{No text}}^CAPECC", f"{n}3"),
        question(n + 2, f"{n}2.1000^Percentage kernen", percentage, f"{n}3", "ST"),
        question(n + 3, f"{n}4.1000^Intensiteit", f"{n}5.1000^Sterk^CAPECC"),
    )


def test_of_two_questions_of_one_name_each_says_behind_which_other_it_stands() -> None:
    """The percentage of one receptor and that of another stood under one name, and on the case not in their order."""
    assert told(*receptor(1, "ER-status", "90"), *receptor(5, "PR-status", "80")) == [
        ("ER-status", "Positief"),
        ("Percentage kernen (volgt op ER-status)", "90"),
        ("Intensiteit (volgt op ER-status)", "Sterk"),
        ("PR-status", "Positief"),
        ("Percentage kernen (volgt op PR-status)", "80"),
        ("Intensiteit (volgt op PR-status)", "Sterk"),
    ]


def test_one_alone_says_nothing_of_that_nor_do_two_behind_the_same() -> None:
    assert told(*receptor(1, "ER-status", "90"))[1] == ("Percentage kernen", "90")
    twice = (question(1, "1.1000^Maat", "1.2", kind="NM"), question(2, "2.1000^Extra maat", "1.0", kind="NM"))
    assert told(*twice, question(3, "3.1000^Extra maat", "0.8", kind="NM"))[1:] == [("Extra maat", "1.0"), ("Extra maat", "0.8")]
