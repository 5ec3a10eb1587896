"""The listener on real sockets: answers in order, one bad connection hurts nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.listener import MllpListener
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.exchange import Answer, Caller, Verdict

from .samples import ADT


def numbered(n: int) -> bytes:
    return ADT.replace(b"M0002", f"M{n}".encode())


async def store(raw: bytes, peer: Caller) -> Answer:
    return Answer(Verdict.STORED, Message.parse(raw).get("MSH-10"))


@asynccontextmanager
async def listening(receive: Callable[[bytes, Caller], Awaitable[Answer]] = store, **options: Any) -> AsyncIterator[MllpListener]:
    listener = MllpListener(receive, host="127.0.0.1", port=0, **options)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop(1.0)


class Sender:
    """A hospital's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.decoder = reader, writer, MllpDecoder()
        self.waiting: list[Message] = []

    @classmethod
    async def to(cls, listener: MllpListener, *, address: str = "127.0.0.1") -> Sender:
        return cls(*await asyncio.open_connection("127.0.0.1", listener.port, local_addr=(address, 0)))

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answers(self, count: int, seconds: float = 5.0) -> list[Message]:
        async with asyncio.timeout(seconds):
            while len(self.waiting) < count:
                data = await self.reader.read(65_536)
                if not data:
                    break
                self.waiting += [Message.parse(raw) for raw in self.decoder.feed(data)]
        found, self.waiting = self.waiting[:count], self.waiting[count:]
        return found

    async def closed(self) -> bool:
        try:
            async with asyncio.timeout(5):
                return await self.reader.read(1) == b""
        except ConnectionError:
            return True


def ids(answers: list[Message]) -> list[str]:
    return [answer.get("MSA-2") for answer in answers]


def test_many_pipelined_messages_are_answered_in_order_whatever_takes_long() -> None:
    now = most = 0

    async def uneven(raw: bytes, peer: Caller) -> Answer:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.002 * (hash(raw) % 3))
        now -= 1
        return await store(raw, peer)

    async def scenario() -> list[str]:
        async with listening(uneven, in_flight=5) as listener:
            sender = await Sender.to(listener)
            await sender.say(b"".join(frame(numbered(n)) for n in range(100)))
            return ids(await sender.answers(100))

    assert asyncio.run(scenario()) == [f"M{n}" for n in range(100)]
    assert 1 < most <= 5


def test_a_message_in_single_bytes_arrives_whole() -> None:
    async def scenario() -> list[str]:
        async with listening() as listener:
            sender = await Sender.to(listener)
            for byte in b"noise" + frame(ADT):
                await sender.say(bytes([byte]))
            return ids(await sender.answers(1))

    assert asyncio.run(scenario()) == ["M0002"]


def test_a_sender_who_leaves_out_the_last_cr_still_gets_his_answer() -> None:
    async def scenario() -> list[str]:
        async with listening() as listener:
            sender = await Sender.to(listener)
            await sender.say(frame(ADT)[:-1])
            return ids(await sender.answers(1))

    assert asyncio.run(scenario()) == ["M0002"]


def test_when_reception_fails_the_sender_hears_not_now_and_the_next_message_is_taken() -> None:
    calls = 0

    async def failing(raw: bytes, peer: Caller) -> Answer:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("no database")
        return await store(raw, peer)

    async def scenario() -> list[Message]:
        async with listening(failing) as listener:
            sender = await Sender.to(listener)
            await sender.say(frame(numbered(1)) + frame(numbered(2)))
            return await sender.answers(2)

    answers = asyncio.run(scenario())
    assert [(a.get("MSA-1"), a.get("MSA-2"), a.get("ERR-3-1")) for a in answers] == [("CR", "M1", "207"), ("CA", "M2", "")]


def test_an_endless_message_is_refused_recorded_and_hurts_nobody_else() -> None:
    refusals: list[tuple[str, bytes]] = []

    async def refused(peer: Caller, reason: str, start: bytes) -> None:
        refusals.append((reason, start))

    async def scenario() -> tuple[list[Message], bool, list[str]]:
        async with listening(limit_bytes=100_000, refused=refused) as listener:
            good, bad = await Sender.to(listener), await Sender.to(listener)
            await bad.say(frame(numbered(1)) + b"\x0b" + numbered(2) + b"x" * 99_990)
            answers = await bad.answers(2)
            gone = await bad.closed()
            await good.say(frame(numbered(3)))
            return answers, gone, ids(await good.answers(1))

    answers, gone, others = asyncio.run(scenario())
    assert [(a.get("MSA-1"), a.get("MSA-2")) for a in answers] == [("CA", "M1"), ("CR", "M2")]
    assert gone
    assert others == ["M3"]
    assert [(reason, start[:4]) for reason, start in refusals] == [("too_large", b"MSH|")]


def test_a_sender_who_hangs_up_hurts_nobody() -> None:
    async def scenario() -> list[str]:
        async with listening() as listener:
            for _ in range(10):
                rude = await Sender.to(listener)
                await rude.say(frame(ADT) + b"\x0bMSH|half")
                rude.writer.transport.abort()
            good = await Sender.to(listener)
            await good.say(frame(ADT))
            return ids(await good.answers(1))

    assert asyncio.run(scenario()) == ["M0002"]


def test_a_sender_who_closes_his_half_still_gets_his_answers() -> None:
    async def scenario() -> tuple[list[str], bool]:
        async with listening() as listener:
            sender = await Sender.to(listener)
            await sender.say(frame(numbered(1)) + frame(numbered(2)))
            sender.writer.write_eof()
            return ids(await sender.answers(2)), await sender.closed()

    assert asyncio.run(scenario()) == (["M1", "M2"], True)


def test_silence_and_slowness_end_a_connection() -> None:
    reasons: list[str] = []

    async def refused(peer: Caller, reason: str, start: bytes) -> None:
        reasons.append(reason)

    async def scenario() -> tuple[bool, bool]:
        async with listening(idle_seconds=0.3, frame_seconds=0.3, refused=refused) as listener:
            silent, slow = await Sender.to(listener), await Sender.to(listener)

            async def drip() -> None:
                for byte in frame(ADT)[:-2]:
                    if slow.reader.at_eof():
                        return
                    slow.writer.write(bytes([byte]))
                    await asyncio.sleep(0.05)

            dripping = asyncio.create_task(drip())
            answers = await slow.answers(1)
            closed = await silent.closed()
            dripping.cancel()
            return bool(answers), closed

    assert asyncio.run(scenario()) == (True, True)
    assert reasons == ["too_slow"]


def test_more_connections_than_allowed_are_turned_away() -> None:
    async def scenario() -> tuple[bool, list[str]]:
        async with listening(max_connections=1) as listener:
            first = await Sender.to(listener)
            await first.say(frame(numbered(1)))
            answers = ids(await first.answers(1))
            return await (await Sender.to(listener)).closed(), answers

    assert asyncio.run(scenario()) == (True, ["M1"])


def test_who_has_most_under_way_makes_way_and_nobody_else_is_hurt() -> None:
    whole = frame(ADT)

    async def scenario() -> tuple[list[str], list[str]]:
        async with listening(total_bytes=3 * len(whole[:-40])) as listener:
            hogs = [await Sender.to(listener, address="127.0.0.2") for _ in range(3)]
            for hog in hogs:
                await hog.say(whole[:-40])
            await asyncio.sleep(0.1)
            other = await Sender.to(listener, address="127.0.0.3")
            for part in (whole[:-20], whole[-20:]):
                await other.say(part)
                await asyncio.sleep(0.1)
            for hog in hogs:
                await hog.say(whole[-40:])
            told = [answer.get("MSA-1") for hog in hogs for answer in await hog.answers(1)]
            return ids(await other.answers(1)), sorted(told)

    assert asyncio.run(scenario()) == (["M0002"], ["CA", "CA", "CR"])


def test_stopping_waits_for_what_is_with_reception() -> None:
    async def slow(raw: bytes, peer: Caller) -> Answer:
        await asyncio.sleep(0.2)
        return await store(raw, peer)

    async def scenario() -> list[str]:
        async with listening(slow) as listener:
            sender = await Sender.to(listener)
            await sender.say(frame(ADT))
            await asyncio.sleep(0.05)
            await listener.stop(2.0)
            return ids(await sender.answers(1))

    assert asyncio.run(scenario()) == ["M0002"]


def test_what_fails_behind_us_is_said_once_until_it_goes_well_with_from_where_and_what_kind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fails = [True, True, False, True]

    async def receive(raw: bytes, peer: Caller) -> Answer:
        if fails.pop(0):
            raise RuntimeError("DETAIL: the message itself")
        return await store(raw, peer)

    async def scenario() -> None:
        async with listening(receive) as listener:
            sender = await Sender.to(listener)
            for n in range(4):
                await sender.say(frame(numbered(n)))
                await sender.answers(1)

    asyncio.run(scenario())

    assert [(one.getMessage(), one.__dict__["error"]) for one in caplog.records] == [("reception failed", "RuntimeError")] * 2
