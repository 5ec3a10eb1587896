"""A system that speaks something else than MLLP is told apart and hung up on; what only keeps a line open, or comes before a frame, is not."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from integrations.hl7v2.wire import stray
from integrations.hl7v2.wire.mllp import frame
from mdo_portal.domain.refused_call import SENTENCES
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.exchange import Caller

from .samples import ADT
from .test_listener import Sender, ids, listening

HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(range(256))
PROXY_TWO = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes([10, 0, 0, 9, 10, 0, 0, 1, 200, 12, 10, 15])


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stray, "WAIT_SECONDS", 0.1)


def heard(*said: bytes, hangs_up: bool = False) -> tuple[list[tuple[str, bytes]], list[str], bool]:
    """What the listener tells of a call that says this, piece by piece; which messages it answers; whether it hangs up."""
    told: list[tuple[str, bytes]] = []

    async def tell(caller: Caller, reason: str, start: bytes) -> None:
        told.append((reason, start))

    async def scenario() -> tuple[list[str], bool]:
        async with listening(refused=tell) as listener:
            sender = await Sender.to(listener)
            with suppress(ConnectionError):  # hung up on in the middle of a word
                for piece in said:
                    await sender.say(piece)
                    await asyncio.sleep(0.02)
            if hangs_up:
                sender.writer.write_eof()
            else:
                await asyncio.sleep(0.3)
                if not sender.reader.at_eof() and not told:
                    await sender.say(frame(ADT))
            answers = await sender.answers(1)
            return ids(answers), bool(told) and await sender.closed()

    answered, is_closed = asyncio.run(scenario())
    return told, answered, is_closed


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ((HELLO,), "tls_unasked"),
        ((b"POST /hl7 HTTP/1.1\r\nHost: x\r\n\r\n" + ADT,), "http"),
        ((b"\x02UNB+UNOA:1'\x03",), "not_framed"),
        ((b"EVN|A08|20260302\rPID|1\r",), "not_framed"),
        ((b"hello ", b"there\r\n"), "checked"),
        ((b"GET / HTTP/1.0\r\n\r\n",), "checked"),
        ((b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n",), "checked"),
    ],
    ids=[
        "TLS",
        "HTTP",
        "EDIFACT between STX and ETX",
        "no MSH",
        "a person with telnet",
        "a load balancer",
        "another load balancer",
    ],
)
def test_who_speaks_something_else_is_told_apart_and_hung_up_on(said: tuple[bytes, ...], reason: str) -> None:
    told, answered, is_closed = heard(*said)

    assert told == [(reason, b"")]
    assert (answered, is_closed) == ([], True)
    assert reason in SENTENCES


@pytest.mark.parametrize("hangs_up", [False, True], ids=["waits", "hangs up at once"])
@pytest.mark.parametrize("around", [b"%s", b"\x02%s\x03", b"\r\n%s\x1c\r"], ids=["bare", "STX and ETX", "no VT"])
def test_a_message_without_its_frame_is_answered_that_it_was_not_taken_and_begins_the_row_that_tells(
    around: bytes, hangs_up: bool
) -> None:
    told, answered, is_closed = heard(around.replace(b"%s", ADT), hangs_up=hangs_up)

    assert [(reason, start[:20]) for reason, start in told] == [("not_framed", ADT[:20])]
    assert (answered, is_closed) == (["M0002"], True)
    assert "not_framed" in UNREADABLE_REASONS


def test_a_line_break_of_word_in_a_message_without_its_frame_begins_no_frame() -> None:
    told, _, _ = heard(ADT + b"NTE|1||first\x0bsecond\r")

    assert [reason for reason, _ in told] == ["not_framed"]


@pytest.mark.parametrize(
    "said",
    [(b"\r\n",), (b"\x00", b"\x00\x00"), (b"PROXY TCP4 10.0.0.9 10.0.0.1 51212 2575\r\n",), (PROXY_TWO,)],
    ids=["blanks", "signs that keep it open", "PROXY in words", "PROXY in bytes"],
)
def test_what_may_come_before_a_frame_is_no_refusal(said: tuple[bytes, ...]) -> None:
    assert heard(*said) == ([], ["M0002"], False)


def test_noise_on_a_line_that_brought_a_message_hangs_up_on_nobody() -> None:
    assert heard(frame(ADT), b"hello there, MSH|^~\\&|") == ([], ["M0002"], False)
