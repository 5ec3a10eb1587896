"""Border values travel from the child to us unchanged, and nothing else travels."""

from __future__ import annotations

import json
import socket
import struct
from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integrations.bounded.frames import Gone, receive
from integrations.bounded.values import _CLASSES, packed, unpacked
from mdo_portal import exchange

DATES, MOMENTS = some.dates(), some.datetimes(timezones=some.just(UTC))
PLAIN = some.one_of(
    some.text(), some.binary(), some.integers(), some.booleans(), some.none(), DATES, MOMENTS, some.sampled_from(exchange.Section)
)
FACTS = some.builds(exchange.Fact, some.sampled_from(exchange.Section), some.text(), some.text(), some.none() | DATES)
DOCUMENTS = some.builds(exchange.IncomingDocument, some.text(), some.text(), some.binary(max_size=99), some.none() | DATES)
REFERRALS = some.builds(
    exchange.IncomingReferral,
    some.builds(
        exchange.PatientIdentity, some.text(), other_numbers=some.lists(some.tuples(some.text(), some.text())).map(tuple)
    ),
    facts=some.lists(FACTS, max_size=4).map(tuple),
    documents=some.lists(DOCUMENTS, max_size=3).map(tuple),
    sent_at=some.none() | MOMENTS,
)


@given(some.recursive(PLAIN, lambda inner: some.lists(inner, max_size=4).map(tuple), max_leaves=12) | REFERRALS)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    plain, blobs = packed(value)

    assert unpacked(json.loads(json.dumps(plain)), blobs) == value


def test_a_change_of_a_patient_travels_too() -> None:
    change = exchange.PatientChange(
        exchange.PatientIdentity(birth_on=date(1960, 1, 1)), "A08", datetime(2026, 1, 1, tzinfo=UTC), ("ZPI",)
    )

    assert unpacked(*packed(change)) == change


def test_a_header_comes_back_as_a_header() -> None:
    header = exchange.MessageHeader("ORU^R01", "M1", patient_numbers=(("ZEED", "4711"),), body=(3, 99))

    back = unpacked(*packed(header))

    assert type(back) is exchange.MessageHeader
    assert back == header


@pytest.mark.parametrize(
    "told", [{"Popen": [["true"]]}, {"eval": "1"}, {"Fact": [1], "bytes": 0}, {}, {"bytes": 7}, {"date": "x"}, {"Fact": 7}]
)
def test_what_was_never_packed_is_refused(told: object) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        unpacked(told, [])


@pytest.mark.parametrize("said", [b"[", b"\xff", b"7", b"[1]", b'[1,["a","b"]]', b"[" * 100_000], ids=range(6))
def test_a_child_that_talks_nonsense_is_one_that_is_no_more(said: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!IQ", len(said), 0) + said)

        with pytest.raises(Gone):
            receive(ours)


@pytest.mark.parametrize("sizes", [[9, -9] * 3, [4], [4, 6], [True] * 5, [2.0, 3.0], {"5": 5}, [[5]]], ids=range(7))
def test_bytes_that_a_child_counts_twice_or_not_at_all_are_nonsense(sizes: object) -> None:
    """Half a megabyte back and forth, a million times, is more than any parent has."""
    said = json.dumps(["read", sizes]).encode()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!IQ", len(said), 5) + said + b"bytes")

        with pytest.raises(Gone):
            receive(ours)


def test_what_does_not_belong_to_the_border_is_not_sent() -> None:
    with pytest.raises(TypeError):
        packed(object())


def test_every_kind_of_message_can_travel() -> None:
    """Whatever a reader may hand back, the child can hand on."""
    kinds = get_args(exchange.Incoming)

    assert len(kinds) > 6
    assert {kind.__name__ for kind in kinds} <= set(_CLASSES)
