"""What is sealed opens only for its own purpose, with a key of the ring; equal values are findable and not readable."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as some

from mdo_portal.domain.sealing import Sealer

OLD, NEW = ("2025a", b"o" * 32), ("2026a", b"n" * 32)


@given(some.binary(max_size=300))
def test_what_is_sealed_comes_out_as_it_went_in(plain: bytes) -> None:
    sealer = Sealer((NEW,))

    assert sealer.open(sealer.seal(plain, purpose="a"), purpose="a") == plain


def test_another_purpose_cannot_open_it() -> None:
    sealer = Sealer((NEW,))
    sealed = sealer.seal(b"999911120", purpose="patient.bsn")

    with pytest.raises(InvalidTag):
        sealer.open(sealed, purpose="inbound.raw")


@given(some.integers(0, 200), some.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, other: int) -> None:
    sealer = Sealer((NEW,))
    sealed = bytearray(sealer.seal(b"conclusie", purpose="a"))
    sealed[place % len(sealed)] ^= other

    with pytest.raises((InvalidTag, KeyError, UnicodeDecodeError)):
        sealer.open(bytes(sealed), purpose="a")


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    sealer = Sealer((NEW,))

    assert sealer.seal(b"x", purpose="a") != sealer.seal(b"x", purpose="a")
    assert b"999911120" not in sealer.seal(b"999911120", purpose="a")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed_before = Sealer((OLD,)).seal(b"x", purpose="a")

    rotated = Sealer((NEW, OLD))

    assert rotated.open(sealed_before, purpose="a") == b"x"
    assert rotated.seal(b"y", purpose="a").startswith(b"2026a\0")


def test_without_the_old_key_it_says_which_one_is_gone() -> None:
    sealed = Sealer((OLD,)).seal(b"x", purpose="a")

    with pytest.raises(KeyError, match="2025a"):
        Sealer((NEW,)).open(sealed, purpose="a")


def test_rotation_keeps_old_rows_findable() -> None:
    assert Sealer((NEW, OLD)).blind("12345", purpose="p") == Sealer((OLD,)).blind("12345", purpose="p")


def test_a_fingerprint_differs_per_purpose_and_hides_the_value() -> None:
    sealer = Sealer((NEW,))

    assert sealer.blind("12345", purpose="a") != sealer.blind("12345", purpose="b")
    assert b"12345" not in sealer.blind("12345", purpose="a")
