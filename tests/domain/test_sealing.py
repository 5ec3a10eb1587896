"""What is sealed opens only for its own purpose, with a key of the ring; equal values are findable and not readable."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as some

from mdo_portal.domain.keys import KeyPurpose
from mdo_portal.domain.sealing import Keyring, Sealer, WrappedKey, ring_secret, wrap
from mdo_portal.errors import Unsafe

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


# Envelopes


def envelope(keyring: Keyring, *, retired: bool = False) -> list[WrappedKey]:
    made = [
        wrap(keyring, "d:2", KeyPurpose.SEAL, b"2" * 32),
        wrap(keyring, "b:1", KeyPurpose.BLIND, b"b" * 32),
        wrap(keyring, "r:1", KeyPurpose.ROOT, b"r" * 32),
    ]
    return [*made, wrap(keyring, "d:1", KeyPurpose.SEAL, b"1" * 32)._replace(is_retired=True)] if retired else made


def enveloped(keyring: Keyring, keys: list[WrappedKey]) -> Sealer:
    return Sealer(keyring, load=lambda: keys)


def test_the_newest_data_key_seals_and_every_older_one_opens() -> None:
    by_ring = Sealer((OLD,)).seal(b"ring", purpose="a")
    first = enveloped((OLD,), [wrap((OLD,), "d:1", KeyPurpose.SEAL, b"1" * 32)]).seal(b"first", purpose="a")
    now = enveloped((OLD,), envelope((OLD,), retired=True))

    assert now.seal(b"x", purpose="a").startswith(b"d:2\0")
    assert (now.open(by_ring, purpose="a"), now.open(first, purpose="a")) == (b"ring", b"first")


def test_a_value_cannot_be_moved_to_another_row() -> None:
    sealer = Sealer((NEW,))
    sealed = sealer.seal(b"999911120", purpose="patient.bsn", row="patients/1")

    assert sealer.open(sealed, purpose="patient.bsn", row="patients/1") == b"999911120"
    for other in ("patients/2", ""):
        with pytest.raises(InvalidTag):
            sealer.open(sealed, purpose="patient.bsn", row=other)
    with pytest.raises(InvalidTag):  # nor be said to belong to no row
        sealer.open(sealed.replace(b"\1", b"\0", 1), purpose="patient.bsn", row="patients/2")


def test_a_value_of_before_rows_were_bound_is_still_opened() -> None:
    sealer = Sealer((NEW,))

    assert sealer.open(sealer.seal(b"x", purpose="a"), purpose="a", row="patients/1") == b"x"


@pytest.mark.parametrize("sealed", [b"", b"no mark", b"\0\0", b"2026a\0", b"2026a\0short"])
def test_what_is_no_sealed_value_is_refused(sealed: bytes) -> None:
    with pytest.raises((InvalidTag, ValueError)):
        Sealer((NEW,)).open(sealed, purpose="a")


def test_a_key_that_was_made_meanwhile_is_fetched() -> None:
    there = [wrap((NEW,), "d:1", KeyPurpose.SEAL, b"1" * 32)]
    here, other = enveloped((NEW,), there), enveloped((NEW,), list(there))
    there.insert(0, wrap((NEW,), "d:2", KeyPurpose.SEAL, b"2" * 32))
    sealed = enveloped((NEW,), list(there)).seal(b"x", purpose="a")

    assert here.open(sealed, purpose="a") == b"x"
    with pytest.raises(KeyError):
        other.open(sealed, purpose="a")


def test_a_ring_without_the_key_that_wrapped_stops_and_says_which() -> None:
    with pytest.raises(Unsafe, match=r"d:2 is wrapped by key 2025a, which is not in MDO_KEYRING"):
        enveloped((NEW,), envelope((OLD,)))


def test_another_key_by_that_name_stops_and_says_so() -> None:
    with pytest.raises(Unsafe, match="another key by that name"):
        enveloped(((OLD[0], b"z" * 32),), envelope((OLD,)))


def test_a_wrapped_key_cannot_do_the_work_of_another() -> None:
    blind = next(key for key in envelope((NEW,)) if key.purpose is KeyPurpose.BLIND)

    with pytest.raises(Unsafe):
        enveloped((NEW,), [blind._replace(purpose=KeyPurpose.SEAL)])


def test_derived_secrets_are_stable_apart_and_not_the_index() -> None:
    ring, both = Sealer((OLD,)), Sealer((NEW, OLD))
    first = wrap((NEW, OLD), "r:1", KeyPurpose.ROOT, ring_secret((NEW, OLD), KeyPurpose.ROOT))

    assert ring.derived("sessions") == both.derived("sessions") == enveloped((NEW, OLD), [first]).derived("sessions")
    assert len(ring.derived("sessions")) == 32
    assert ring.derived("sessions") not in (ring.derived("other"), ring.blind("sessions", purpose="derived"))
