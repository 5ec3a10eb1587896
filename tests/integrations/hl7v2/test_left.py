"""What a message holds and nothing reads is named with what stands in it, and no longer once a link says what it is."""

from __future__ import annotations

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.message.left import MOST_FIELDS, parts
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from mdo_portal.exchange import IncomingReferral, profile_of_link
from tests.integrations.hl7v2 import samples

OWN = b"ZMD|1|MDO-LONG|Binnen 3 dagen||R1^Roos~R2|a\\T\\b\r"
URGENCY = profile_of_link("generic-v2", '[referral]\nurgency = ["ZMD-3"]\nboard_hint = ["ZMD-2"]\n')


def with_own(*segments: bytes) -> bytes:
    """The sample with segments of the hospital's own at its end, and without those it has."""
    kept = [line for line in samples.REFERRAL.split(b"\r") if line and not line.startswith(b"Z")]
    return b"\r".join([*kept, *(one.strip(b"\r") for one in segments), b""])


def unmapped(raw: bytes, profile: str = "generic-v2") -> tuple[str, ...]:
    read = Hl7Reader().read(raw, profile)
    assert isinstance(read, IncomingReferral)
    return read.unmapped


def test_what_stands_in_a_segment_is_said_by_the_place_under_which_it_can_be_read() -> None:
    message = Message.parse(with_own(OWN, b"ZMD|2|tweede\r"))

    found = parts(message, "ZMD")

    assert found == [
        ("ZMD-2", "MDO-LONG"), ("ZMD-3", "Binnen 3 dagen"), ("ZMD-5-1", "R1"), ("ZMD-5-2", "Roos"), ("ZMD-5(1)-1", "R2"),
        ("ZMD-6", "a&b"), ("ZMD(1)-2", "tweede"),
    ]  # fmt: skip
    assert [message.get(place) for place, _ in found] == [value for _, value in found]
    assert parts(message, "ZMD-5-2") == [("ZMD-5-2", "Roos")] and parts(message, "ZMD-5") == found[2:4]


def test_a_value_in_parts_is_offered_part_by_part_for_a_path_reads_one_of_them() -> None:
    message = Message.parse(with_own(b"ZMD|1|Duinweg 12&Duinweg&12|a&b^c\r"))

    found = parts(message, "ZMD")

    assert found == [
        ("ZMD-2-1", "Duinweg 12"), ("ZMD-2-1-2", "Duinweg"), ("ZMD-2-1-3", "12"), ("ZMD-3-1", "a"), ("ZMD-3-1-2", "b"), ("ZMD-3-2", "c"),
    ]  # fmt: skip
    assert [message.get(place) for place, _ in found] == [value for _, value in found]


def test_a_segment_of_their_own_is_left_whole_until_the_link_reads_of_it() -> None:
    assert unmapped(with_own(OWN)) == ("ZMD",)
    assert unmapped(with_own(OWN), URGENCY) == ("ZMD-5-1", "ZMD-5-2", "ZMD-5(1)-1", "ZMD-6")


def test_nothing_is_left_of_a_segment_of_which_all_is_read() -> None:
    assert unmapped(with_own(b"ZMD|1|Uro-prostaat|SPOED\r"), URGENCY) == ()
    assert unmapped(with_own(b"ZMD|1|Uro-prostaat|SPOED\r", b"ZMD|2|meer\r"), URGENCY) == ("ZMD(1)-2",)


def test_the_page_that_tries_a_message_is_told_what_stands_there() -> None:
    left = Hl7Explainer().explain(with_own(b"ZMD|1|MDO-LONG|SPOED\r"), "generic-v2").leftovers

    assert [(one.place, one.why, one.parts) for one in left] == [("ZMD", "unmapped", (("ZMD-2", "MDO-LONG"), ("ZMD-3", "SPOED")))]


def test_a_segment_of_the_standard_is_named_whole_and_what_was_read_from_it_is_not_offered_again() -> None:
    raw = with_own(b"IN1|1|P01^Basis|UZOVI\r")
    own = profile_of_link("generic-v2", '[referral]\nboard_hint = ["IN1-2-2"]\n')

    left = Hl7Explainer().explain(raw, own).leftovers

    assert unmapped(raw, own) == ("IN1",)
    assert [one.parts for one in left] == [(("IN1-2-1", "P01"), ("IN1-3", "UZOVI"))]


def test_a_segment_without_end_or_with_a_document_costs_no_more_than_is_shown() -> None:
    wide = Message.parse(with_own(b"ZMD" + b"|x" * 5_000 + b"\r"))
    large = Message.parse(with_own(b"ZMD|1|" + b"x" * 400_000 + b"\r"))

    assert len(parts(wide, "ZMD")) == MOST_FIELDS
    assert all(len(value) <= 200 for _, value in parts(large, "ZMD"))


def test_a_result_of_hundreds_of_values_is_put_in_words_once_and_not_once_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzer's message of 26 kB took the page four seconds, and a day's laboratory would have got no answer at all."""
    head = samples.REFERRAL.partition(b"\r")[0].replace(b"REF^I12", b"ORU^R01")
    lines = [head, b"PID|1||77^^^ZEED^PI||Testpersoon^A||19600101|F", b"OBR|1||9|LAB^Lab"]
    lines += [b"OBX|%d|NM|V%d^Bepaling %d^L||%d|mmol/L|||||F" % (n, n, n, 1000 + n) for n in range(400)]
    asked: list[int] = []
    field = Segment.field

    def counted(segment: Segment, n: int) -> str:
        asked.append(n)
        return field(segment, n)

    monkeypatch.setattr(Segment, "field", counted)

    said = Hl7Explainer().explain(b"\r".join([*lines, b""]), "generic-v2")

    assert len([one for one in said.fields if one.label.startswith("Bepaling")]) == 400
    assert {one.value: one.place for one in said.fields}["1004 mmol/L"] == "OBX(4)-5", (
        "and not where its unit stands in the first of them"
    )
    assert len(asked) < 400 * 50


def test_what_is_left_of_each_of_hundreds_of_segments_is_looked_for_in_that_segment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the fuzzer: each of two hundred people with a role that nobody reads was looked for among all of them."""
    walked: list[str] = []
    split = Segment.split

    def counted(segment: Segment) -> list[str]:
        walked.append(segment.name)
        return split(segment)

    monkeypatch.setattr(Segment, "split", counted)

    said = Hl7Explainer().explain(with_own(*(b"PRD|ZZ|Proef%d" % n for n in range(200))), "generic-v2")

    assert {one.place: one.parts for one in said.leftovers}["PRD(150)"] == (("PRD(150)-1", "ZZ"), ("PRD(150)-2", "Proef147"))
    assert walked.count("PRD") < 200 * 20
