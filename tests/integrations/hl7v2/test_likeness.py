"""What hl7apy was asked once holds for every message it cannot tell apart, and for no other."""

from __future__ import annotations

from typing import Any

import pytest
from hl7apy import SUPPORTED_LIBRARIES, load_library
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.factories import datatype_factory
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.hl7v2.sending import judge
from integrations.hl7v2.sending.likeness import hardest, likeness
from integrations.hl7v2.sending.outgoing import compose
from integrations.hl7v2.text.er7 import Message

from .samples import DECISION, NOW, address

NUMBERS = st.text("0123456789", min_size=1, max_size=32)
DATES = st.datetimes().map(lambda at: at.strftime("%Y%m%d%H%M%S"))
ALMOST = st.tuples(DATES, st.integers(4, 16), st.sampled_from(["", "+0100", "-0500", "+1500", "Z", ".5", " "]))
ODD = st.sampled_from(
    ["", " ", "12.5", "-1", "1e3", "NaN", "99:99", "٤٢", "1_000", "20200230", "20201301", "\\.br\\", "0000", "00001"]
)
WORDS = st.text(st.characters(exclude_characters="|^~&\\\r\n", exclude_categories=("Cs",)), max_size=20)
VALUES = st.one_of(NUMBERS, DATES, ALMOST.map(lambda made: made[0][: made[1]] + made[2]), ODD, WORDS)
PROFILES = ("hix", "nexus")
SEEN = {name: judge.as_judged(Message.parse(compose(DECISION, address(name), now=NOW))) for name in PROFILES}


def takes(base: str, version: str, value: str) -> bool:
    try:
        datatype_factory(base, value, version=version, validation_level=VALIDATION_LEVEL.STRICT)
    except Exception:  # whatever hl7apy raises: it does not take it
        return False
    return True


@settings(max_examples=300)
@given(st.sampled_from(sorted(SUPPORTED_LIBRARIES)), VALUES)
def test_a_type_that_takes_the_hardest_takes_every_value_of_the_kind(version: str, value: str) -> None:
    for base in load_library(version).get_base_datatypes():
        assert takes(base, version, value) or not takes(base, version, hardest(value))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(PROFILES), st.integers(1, 400), VALUES)
def test_a_message_with_anything_anywhere_is_judged_as_hl7apy_itself_judges_it(profile: str, place: int, value: str) -> None:
    text = _spoiled(SEEN[profile], place, value)

    assert judge.fault_in(text) == judge.fault_of(text)


def _spoiled(text: str, place: int, value: str) -> str:
    """`value` at one of the places behind the header's separators."""
    head, rest = text[:9], text[9:]
    pieces = rest.split("|")
    at = place % len(pieces)
    pieces[at] = value + ("\r" + pieces[at].split("\r", 1)[1] if "\r" in pieces[at] else "")
    return head + "|".join(pieces)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("|19600101|", "|19601301|"),
        ("OBX|1|", "OBX|een|"),
        ("OBX|2|FT|", "OBX|2|FT^^^^^^^^^x|"),
        ("|2.5|", "|9.9|"),
        ("\rPV1|", "\rZZ|"),
        ("MDM^T02^MDM_T02", "MDM^T02^ORU_R01"),
        ("\rTXA|", "\rPID|1\rTXA|"),
    ],
)
def test_after_a_good_letter_one_that_differs_where_it_matters_is_refused(old: str, new: str) -> None:
    good = SEEN["hix"]
    assert old in good and judge.fault_in(good) == ""

    assert judge.fault_in(good.replace(old, new)) != ""


def test_the_second_letter_of_a_kind_does_not_cost_hl7apy_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    judge.fault_in(SEEN["hix"])
    monkeypatch.setattr(judge, "fault_of", asked.append)

    other = SEEN["hix"].replace(DECISION.patient.local_number, "40404").replace(DECISION.patient.name.family[:20], "Andersen")

    assert other != SEEN["hix"] and judge.fault_in(other) == "" and asked == []


def test_separators_of_their_own_are_always_judged_as_they_are() -> None:
    assert likeness(SEEN["hix"].replace("|", "!")) == ""
