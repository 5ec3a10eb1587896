"""Several messages in one frame: each by itself, nothing of the frame lost, and answered as a batch."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7v2.text.batch import answered, split
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.wire.mllp import frame
from mdo_portal.exchange import Answer, Caller, Verdict

from .samples import ADT
from .test_listener import Sender, listening, numbered

FHS, BHS = b"FHS|^~\\&|EPD|ZEED|MDO|NET|20260302|||naam|F1\r", b"BHS|^~\\&|EPD|ZEED|MDO|NET|20260302||||B1\r"
PLAIN = ADT.replace(b"|||AL|NE", b"")


def plain(n: int) -> bytes:
    return numbered(n).replace(b"|||AL|NE", b"")


WHOLE = FHS + BHS + plain(1) + plain(2) + b"BTS|2\r" + b"FTS|1\r"
LINES = [FHS, BHS, plain(1), plain(2), b"BTS|2\r", b"FTS|1\r", b"\r", b"ZZZ|los\r", b"MSH|^~\\&|\r", b"MSH is een kop\r", b"\n"]


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_the_messages_put_together_are_the_frame(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    found = split(raw)
    assert found is None or b"".join(found.messages) == raw


def test_every_message_is_told_apart_and_named() -> None:
    found = split(WHOLE)
    assert found is not None
    assert [read_header(one).control_id for one in found.messages] == ["M1", "M2"]
    assert found.stated == 2


@pytest.mark.parametrize(
    "raw", [ADT, PLAIN, ADT.replace(b"\r", b"\n"), b"MSH|^~\\&|A\rOBX|1|TX|||MSH is een kop\r", b"", b"junk"]
)
def test_one_message_is_no_batch(raw: bytes) -> None:
    assert split(raw) is None


def test_a_message_is_a_double_whatever_batch_it_comes_in() -> None:
    found = split(WHOLE)
    assert found is not None
    for n, one in enumerate(found.messages, start=1):
        start, end = read_header(one).body
        assert one[start : end or None].strip(b"\r") == plain(n).strip(b"\r")


def test_the_delimiters_and_the_character_set_are_those_of_the_message_not_of_the_batch() -> None:
    raw = FHS + b"MSH|^_\\&|ZorgDomein||||||ORU^R01|Z1|P|2.4||||||8859/1\rPID|1||1^^^A_2^^^B||Jo\xebl\r"
    message = Message.parse(raw)
    assert [one.component(1) for one in message.all("PID")[0].repetitions(3)] == ["1", "2"]
    assert (message.get("PID-5"), message.charset) == ("Joël", "iso8859-1")
    assert [one.name for one in message.segments] == ["FHS", "MSH", "PID"]


def test_the_answer_is_a_batch_that_names_the_one_it_answers() -> None:
    found = split(WHOLE)
    assert found is not None
    raw = answered(found, [b"MSH|a\r", b"MSH|b\r"], now=datetime(2026, 3, 2, tzinfo=UTC), control_id="R1")
    lines = raw.split(b"\r")
    assert [line[:3] for line in lines] == [b"FHS", b"BHS", b"MSH", b"MSH", b"BTS", b"FTS", b""]
    assert lines[0].split(b"|")[2:6] == [b"MDO", b"NET", b"EPD", b"ZEED"]
    assert lines[1].split(b"|")[10:12] == [b"R1", b"B1"]
    assert lines[4] == b"BTS|2"


def test_a_batch_over_the_line_keeps_each_and_hears_of_the_one_that_failed() -> None:
    kept: list[bytes] = []

    async def receive(raw: bytes, caller: Caller) -> Answer:
        if b"M2" in raw:
            raise RuntimeError("no room")
        kept.append(raw)
        return Answer(Verdict.STORED, "")

    async def scenario() -> list[Message]:
        async with listening(receive) as listener:
            sender = await Sender.to(listener)
            await sender.say(frame(WHOLE) + frame(plain(3)))
            return await sender.answers(2)

    batch, single = asyncio.run(scenario())
    assert [(one.component(1), one.component(2)) for one in batch.all("MSA")] == [("AA", "M1"), ("AR", "M2")]
    assert [one.name for one in batch.segments] == ["FHS", "BHS", "MSH", "MSA", "MSH", "MSA", "ERR", "BTS", "FTS"]
    assert single.get("MSA-2") == "M3"
    assert len(kept) == 2


@pytest.mark.parametrize(
    "lines",
    [b"MSH\r" * 200_000, b"MSH|||||||||\r" * 30_000, b"\r" * 200_000, b"MSH|^~\\&|||||||A\r" * 30_000],
    ids=["names", "near", "empty", "many"],
)
def test_a_frame_with_more_lines_than_anybody_sends_is_kept_as_one(lines: bytes) -> None:
    assert split(ADT + lines) is None


def test_a_trailer_a_thousand_times_is_looked_at_a_few_times() -> None:
    raw = ADT + b"BTS|1\r" * 1_000
    assert 900 * len(b"BTS|1\r") < read_header(raw).body[1] - len(ADT) < 1_000 * len(b"BTS|1\r")
