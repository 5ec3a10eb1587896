"""A segment of the sender's own that comes once for each thing it tells: its value is found by the word beside it, in whatever order."""

from __future__ import annotations

from itertools import permutations

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.message.worded_lines import by_word
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, WrongProfile, profile_of_link
from tests.integrations.hl7v2 import samples
from tests.integrations.hl7v2.test_left import unmapped, with_own

LINES = (b"ZVR|1|VRAAG|Cystectomie of sparen?", b"ZVR|2|SPOED|P2", b"ZVR|3|WHO|1")
OWN = profile_of_link("generic-v2", '[referral]\nquestion_board = ["@line ZVR-3 VRAAG"]\nurgency = ["@line ZVR-3 SPOED"]\n')


def sent(*lines: bytes) -> bytes:
    """The sample without a question or urgency anywhere else."""
    return with_own(*lines).replace(b"|A^Spoed^L|", b"||").replace(b"VRAAG^Vraagstelling", b"X2^Iets")


@pytest.mark.parametrize("lines", list(permutations(LINES)))
def test_the_value_is_that_of_the_line_with_the_word_wherever_it_stands(lines: tuple[bytes, ...]) -> None:
    """By its place alone the question of the next message was `P2`, and nothing said so."""
    read = Hl7Reader().read(sent(*lines), OWN)
    assert isinstance(read, IncomingReferral)
    assert (read.question_board, read.urgency) == ("Cystectomie of sparen?", "P2")


def test_the_place_that_is_shown_is_where_it_stood_and_it_is_not_left_over() -> None:
    raw = sent(LINES[2], LINES[1], LINES[0])

    said = {one.name: one.place for one in Hl7Explainer().explain(raw, OWN).fields if one.value}

    assert (said["question_board"], said["urgency"]) == ("ZVR(2)-3", "ZVR(1)-3")
    assert unmapped(raw, OWN) == ("ZVR-2", "ZVR-3", "ZVR(1)-2", "ZVR(2)-2")


def test_without_such_a_line_it_says_nothing() -> None:
    read = Hl7Reader().read(sent(LINES[2]), OWN)

    assert isinstance(read, IncomingReferral) and (read.question_board, read.urgency) == ("", "")


def test_what_stands_on_several_lines_of_that_word_is_read_whole() -> None:
    """The second question stood on no case."""
    raw = sent(*LINES, b"ZVR|4|VRAAG|Of eerst chemo?", b"ZVR|5|VRAAG|Of eerst chemo?")
    read = Hl7Reader().read(raw, OWN)

    assert isinstance(read, IncomingReferral) and read.question_board == "Cystectomie of sparen?\nOf eerst chemo?"
    assert unmapped(raw, OWN) == ("ZVR-2", "ZVR(1)-2", "ZVR(2)-2", "ZVR(2)-3", "ZVR(3)-2", "ZVR(4)-2")


def test_without_a_word_every_line_of_that_name_is_read_in_its_order() -> None:
    own = profile_of_link("generic-v2", '[referral]\nquestion_board = ["@lines ZQU-2"]\n')
    raw = sent(b"ZQU|1|Salvage bestraling?", b"ZQU|2|", b"ZQU|3|Of eerst PSMA-PET?")

    read = Hl7Reader().read(raw, own)

    assert isinstance(read, IncomingReferral) and read.question_board == "Salvage bestraling?\nOf eerst PSMA-PET?"
    assert not [at for at in unmapped(raw, own) if at.startswith("ZQU")]


def test_a_line_without_a_value_gives_way_to_one_that_has_it() -> None:
    read = Hl7Reader().read(sent(b"ZVR|1|SPOED|", *LINES), OWN)

    assert isinstance(read, IncomingReferral) and read.urgency == "P2"


def test_two_numbers_are_no_number() -> None:
    own = profile_of_link("generic-v2", '[referral]\nnumber = ["@line ZVR-3 NUMMER", "ORC-2-1"]\n')
    read = Hl7Reader().read(sent(b"ZVR|1|NUMMER|A-17", b"ZVR|2|NUMMER|A-18"), own)

    assert isinstance(read, IncomingReferral) and "A-1" not in read.number


def test_the_word_of_a_line_is_what_it_is_called_and_not_its_value() -> None:
    """`JA` was offered by the word P2: with another urgency it would have said nothing."""
    lines = [("ZVR-2", "SPOED"), ("ZVR-3", "P2"), ("ZVR-4", "JA"), ("ZVR(1)-2", "WHO"), ("ZVR(1)-3", "GOED"), ("ZVR(1)-4", "NEE")]

    assert dict(by_word(lines))["ZVR-4"] == "@line ZVR-4 SPOED"


def test_a_word_that_comes_twice_among_others_is_offered_for_both() -> None:
    """By its place the first question was read alone, and in the next message what stands first there."""
    lines = [
        ("ZVR-2", "VRAAG"),
        ("ZVR-3", "Operabel?"),
        ("ZVR(1)-2", "SPOED"),
        ("ZVR(1)-3", "P2"),
        ("ZVR(2)-2", "VRAAG"),
        ("ZVR(2)-3", "Chemo?"),
    ]

    assert [place for at, place in by_word(lines) if at.endswith("3")] == [
        "@line ZVR-3 VRAAG",
        "@line ZVR-3 SPOED",
        "@line ZVR-3 VRAAG",
    ]


def test_what_tells_more_lines_apart_is_what_they_are_called() -> None:
    lines = [
        (f"ZVR({n})-{at}", word)
        for n, line in enumerate(["KLIN SPOED P2", "KLIN WHO 1", "LAB PSA 4"], 1)
        for at, word in enumerate(line.split(), 2)
    ]

    assert dict(by_word(lines))["ZVR(1)-4"] == "@line ZVR-4 SPOED"


@pytest.mark.parametrize(
    "lines",
    [
        (b"ZCP|1|GIESSEN|0612345678", b"ZCP|2|BLANK|0687654321"),  # people of the message, as many an EPD writes them
        (b"ZCP|1|Q1234567|0612345678", b"ZCP|2|Q7654321|0687654321"),  # numbers of somebody
    ],
)
def test_no_name_or_number_of_somebody_becomes_such_a_word(lines: tuple[bytes, ...]) -> None:
    """It would stand in the settings of the link, in their history and in the report for the vendor."""
    assert Hl7Explainer().explain(sent(*lines), "generic-v2").leftovers[0].by_word == ()


def test_a_value_with_a_word_of_its_own_beside_it_is_offered_by_that_word() -> None:
    left = Hl7Explainer().explain(sent(*LINES), "generic-v2").leftovers[0]

    assert left.by_word == (
        ("ZVR-3", "@line ZVR-3 VRAAG"), ("ZVR(1)-3", "@line ZVR-3 SPOED"), ("ZVR(2)-3", "@line ZVR-3 WHO"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "parts",
    [
        [("ZVR-2", "VRAAG"), ("ZVR-3", "Opereren?")],  # one line: its place is what it has
        [("ZVR-2", "VRAAG"), ("ZVR-3", "a"), ("ZVR(1)-2", "VRAAG"), ("ZVR(1)-3", "b")],  # the word says no which
        [("ZVR-2", "Jansen, P."), ("ZVR-3", "a"), ("ZVR(1)-2", "Smit"), ("ZVR(1)-3", "b")],  # people, and no words of a program
        [("OBX-3", "VRAAG"), ("OBX-5", "a"), ("OBX(1)-3", "SPOED"), ("OBX(1)-5", "b")],  # what labels are for
    ],
)
def test_what_has_no_such_word_keeps_its_place(parts: list[tuple[str, str]]) -> None:
    assert list(by_word(parts)) == []


@pytest.mark.parametrize(
    "place",
    ["@line ZVR-3", "@lines ZVR-3 SPOED", "@lines PID-3", "@line ZVR SPOED", "@line PID-3 SPOED", "@line ZVR-3 P. Jansen"],
)
def test_what_cannot_be_such_a_place_is_refused(place: str) -> None:
    own = f'[referral]\nurgency = ["{place}"]\n'
    with pytest.raises(WrongProfile):
        Hl7Reader().read(samples.REFERRAL, profile_of_link("generic-v2", own))
