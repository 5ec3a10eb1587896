"""Our own ids lie in order of time; the eleven-test flags a BSN and never refuses it."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mdo_portal.domain.identifiers import is_bsn_shaped, masked_bsn, new_id, passes_eleven_test, typed_bsn, typed_number


@pytest.mark.parametrize("bsn", ["999911120", "999900006"])
def test_a_right_bsn_passes(bsn: str) -> None:
    assert passes_eleven_test(bsn)


@pytest.mark.parametrize("text", ["", "99991112", "9999111201", "99991112O", "٩٩٩٩١١١٢٠", "000000000", "999911121"])
def test_what_is_no_bsn_does_not_pass(text: str) -> None:
    assert not passes_eleven_test(text)


@given(some.integers(0, 8), some.integers(1, 9))
def test_one_wrong_digit_never_passes(place: int, more: int) -> None:
    digits = [int(digit) for digit in "999911120"]
    digits[place] = (digits[place] + more) % 10

    assert not passes_eleven_test("".join(map(str, digits)))


@given(some.integers(0, 7))
def test_two_swapped_digits_never_pass(place: int) -> None:
    digits = list("999911120")
    digits[place], digits[place + 1] = digits[place + 1], digits[place]

    assert "".join(digits) == "999911120" or not passes_eleven_test("".join(digits))


def test_the_shape_says_nothing_about_whose_number_it_is() -> None:
    assert is_bsn_shaped("999911121") and not passes_eleven_test("999911121")


def test_a_masked_bsn_shows_two_digits() -> None:
    assert masked_bsn("999911120") == "•••••••20"
    assert masked_bsn("") == ""


def test_ids_lie_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(2000)]

    assert made == sorted(made)
    assert len(set(made)) == 2000
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}


@pytest.mark.parametrize(
    "typed", ["9999.11.120", "9999 11 120", " 999911120\r\n", "\u00a09999-11-120", "999911120", "\u202a999911120\u202c"]
)
def test_a_bsn_as_an_epd_shows_it_is_that_bsn(typed: str) -> None:
    assert typed_bsn(typed) == "999911120"


@pytest.mark.parametrize(
    "copied", ["\u202a7000 12\u202c", "7000 12\u200b", "\ufeff7000 12\r\n", "\u200e 7000 12 ", "70\u00ad00 12"]
)
def test_a_number_that_was_copied_with_what_nobody_sees_is_that_number(copied: str) -> None:
    """Windows copies a mark of direction along: the emergency found nobody, and the form made a second patient."""
    assert typed_number(copied) == "7000 12"


@pytest.mark.parametrize("typed", ["", "9999111", "99991112O", "BSN 999911120"])
def test_what_else_was_typed_stays_and_is_no_bsn(typed: str) -> None:
    assert typed_bsn(typed) == typed.replace(" ", "")
    assert not passes_eleven_test(typed_bsn(typed))
