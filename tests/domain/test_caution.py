"""What a referral says against itself, among the names of all that found no place."""

from __future__ import annotations

import pytest

from mdo_portal.domain.caution import TO_DO, WORDS, Caution, cautions_in


@pytest.mark.parametrize(
    ("name", "caution"),
    [
        ("MSH-11/test", "test"),
        ("Bundle HTEST", "test"),
        ("ServiceRequest/0 HTEST", "test"),
        ("PID-32/unsure", "unsure"),
        ("ORC(1)-1/held", "held"),
        ("ServiceRequest/0 draft", "held"),
        ("ServiceRequest/0 on-hold", "held"),
        ("Condition/3 confidential R", "confidential"),
    ],
)
def test_what_readers_write_is_a_caution(name: str, caution: str) -> None:
    assert cautions_in(("ZMD", name)) == [caution]


@pytest.mark.parametrize(
    "name", ["ZMD", "Condition/2", "ServiceRequest/0 replaces", "Condition/3 confidential N", "MSH-7/future"]
)
def test_what_only_found_no_place_is_none(name: str) -> None:
    assert cautions_in((name,)) == []


def test_each_is_told_once_in_one_order() -> None:
    said = ("Observation/1 confidential V", "PID-32/unsure", "MSH-11/test", "Condition/3 confidential R")

    assert cautions_in(said) == ["test", "unsure", "confidential"]


def test_each_has_its_words_and_what_to_do() -> None:
    assert list(WORDS) == list(TO_DO) == list(Caution)
