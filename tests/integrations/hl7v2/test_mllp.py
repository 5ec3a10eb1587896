"""MLLP framing: the same messages, however the stream is cut."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7v2.wire.mllp import FrameTooLarge, MllpDecoder, frame

MESSAGES = st.lists(st.binary(min_size=1, max_size=30).filter(lambda m: not set(m) & {0x0B, 0x1C, 0x0D, 0x0A, 0x20}), max_size=6)
NOISE = st.binary(max_size=8).map(lambda noise: noise.replace(b"\x0b", b""))


def fed(stream: bytes, cuts: list[int]) -> list[bytes]:
    decoder, found, at = MllpDecoder(1000), [], 0
    for cut in [*sorted({min(cut, len(stream)) for cut in cuts}), len(stream)]:
        found += decoder.feed(stream[at:cut])
        at = cut
    return found + decoder.flush()


@given(MESSAGES, NOISE, st.lists(st.integers(0, 300), max_size=10))
def test_glued_frames_with_noise_between_come_out_at_any_cut(messages: list[bytes], noise: bytes, cuts: list[int]) -> None:
    stream = noise + noise.join(frame(message) for message in messages)
    assert fed(stream, cuts) == messages


@given(
    st.lists(st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\n", b"MSH|", b"a", b"bc"]), max_size=25),
    st.lists(st.integers(0, 60), max_size=8),
)
def test_even_nonsense_gives_the_same_at_any_cut(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    assert fed(stream, cuts) == fed(stream, []) == fed(stream, list(range(len(stream))))


def test_every_cut_of_two_frames_gives_both() -> None:
    stream = b"junk" + frame(b"MSH|1\rPID|") + b"\r\n" + frame(b"MSH|2")
    assert all(fed(stream, [a, b]) == [b"MSH|1\rPID|", b"MSH|2"] for a in range(len(stream)) for b in range(a, len(stream)))


def test_an_empty_frame_is_no_message() -> None:
    assert MllpDecoder(10).feed(frame(b"") + frame(b"\r") + frame(b"a")) == [b"a"]


def test_a_missing_last_cr_is_forgiven_when_the_next_frame_or_silence_follows() -> None:
    decoder = MllpDecoder(100)
    assert decoder.feed(b"\x0ba\x1c") == []
    assert decoder.ends_bare
    assert decoder.feed(b"\x0bb\x1c") == [b"a"]
    assert decoder.flush() == [b"b"]
    assert not decoder.unfinished


def test_fs_inside_a_text_does_not_end_the_message() -> None:
    assert MllpDecoder(100).feed(frame(b"MSH|a\x1cb")) == [b"MSH|a\x1cb"]


def test_vt_inside_is_text_unless_a_new_message_begins() -> None:
    assert MllpDecoder(100).feed(frame(b"MSH|regel\x0btwee")) == [b"MSH|regel\x0btwee"]
    assert MllpDecoder(100).feed(b"\x0bMSH|half" + frame(b"MSH|whole")) == [b"MSH|whole"]


def test_more_than_the_limit_is_refused_and_what_came_before_is_kept() -> None:
    with pytest.raises(FrameTooLarge) as trouble:
        MllpDecoder(100).feed(frame(b"MSH|good") + b"\x0bMSH|endless" + b"x" * 200)
    assert trouble.value.frames == [b"MSH|good"]
    assert trouble.value.start.startswith(b"MSH|endless")


def test_exactly_the_limit_is_taken_in_one_piece_or_in_many() -> None:
    whole = frame(b"x" * 100)
    assert MllpDecoder(100).feed(whole) == [b"x" * 100]
    decoder = MllpDecoder(100)
    assert [f for byte in whole for f in decoder.feed(bytes([byte]))] == [b"x" * 100]
    for cut in (0, 50):
        decoder = MllpDecoder(99)
        decoder.feed(whole[:cut])
        with pytest.raises(FrameTooLarge):
            decoder.feed(whole[cut:])


def seconds(size: int) -> float:
    decoder, start = MllpDecoder(size * 2), time.process_time()
    decoder.feed(b"\x0b")
    for _ in range(size // 4096):
        decoder.feed(b"x\x1cy." * 1024)
    assert len(decoder.feed(b"\x1c\r")) == 1
    return time.process_time() - start


def test_the_work_is_linear_in_the_bytes() -> None:
    seconds(100_000)
    assert min(seconds(4_000_000) for _ in range(2)) < 8 * max(0.02, min(seconds(1_000_000) for _ in range(3)))
