"""Patient numbers at a profile's own places, read before anything is parsed."""

from __future__ import annotations

from integrations.hl7v2.message.own_numbers import numbers_at


def test_an_escape_in_a_number_is_read_as_anywhere_else() -> None:
    raw = b"MSH|^~\\&|A\rPID|1||7|||||||||||||||12\\X33\\4\r"
    assert numbers_at(raw, ["PID-18-1", "PID-19-1"]) == ["1234"]


def test_signs_that_are_no_letters_are_left_out_as_the_reader_leaves_them_out() -> None:
    raw = b"MSH|^~\\&|A\rpid|1||7|||||||||||||||12\x0034\0\r"
    assert numbers_at(raw, ["PID-18-1"]) == ["1234"]


def test_so_they_are_far_behind_the_start_of_a_message() -> None:
    raw = b"MSH|^~\\&|A\rOBX|1|TX|||" + b"x" * 40_000 + b"\rPID|1||7|||||||||||||||12\x0034\0\r"
    assert numbers_at(raw, ["PID-18-1"]) == ["1234"]
