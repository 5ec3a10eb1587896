"""The desk of the MLLP lines: while one batch is stored the next is prepared, in order, and each fails by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from mdo_portal.commands.desk import Desk
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.exchange import Answer, Caller, Verdict
from mdo_portal.reception import Batch, Keeper, Sorted
from mdo_portal.services.inbox.intake import MOST
from mdo_portal.services.links.hospitals import Senders
from tests import make

HERE = Caller("127.0.0.1:1")
MANY = 3 * MOST + 5


def handed_in(database: Database, watch: Callable[[Desk], None] = lambda desk: None) -> list[Answer | BaseException]:
    """As many messages at once as fill three batches and more, each about a patient of its own."""

    async def scenario() -> list[Answer | BaseException]:
        desk = Desk(database)
        looking = asyncio.ensure_future(desk.know_links())
        await asyncio.wait_for(desk.knows_links.wait(), 20)
        watch(desk)
        asked = [desk.receive(make.hl7_referral(f"T{number:04d}", patient=str(number)), HERE) for number in range(MANY)]
        said = await asyncio.gather(*asked, return_exceptions=True)
        looking.cancel()
        await desk.close()
        return said

    return asyncio.run(scenario())


def kept(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(
            session.scalars(
                select(InboundMessage.control_id).where(InboundMessage.control_id.like("T%")).order_by(InboundMessage.seq)
            )
        )


def test_all_are_kept_in_the_order_in_which_they_came(database: Database) -> None:
    said = handed_in(database)

    assert [answer.verdict for answer in said if isinstance(answer, Answer)] == [Verdict.STORED] * MANY
    assert kept(database) == [f"T{number:04d}" for number in range(MANY)]


def test_that_the_links_cannot_be_read_is_said_once_until_they_can(database: Database) -> None:
    async def look(*reads: type[Exception] | None) -> list[str]:
        desk, waiting = Desk(database), list(reads)

        def read(*_: object) -> Senders:
            if error := waiting.pop(0):
                raise error
            return Senders()

        desk._read_links = read  # type: ignore[method-assign,assignment]
        with capture_logs() as said:
            for _ in reads:
                await desk._look()
        await desk.close()
        return [line["event"] for line in said]

    away = OSError
    assert asyncio.run(look(away, away, None, away, away)) == ["links.failed"] * 2


def test_that_nothing_can_be_stored_is_said_once_until_it_can(database: Database) -> None:
    """Senders try again every few seconds, each of them: a disk that was full for a night filled the log, and the disk."""

    async def tried(*fails: bool) -> list[str]:
        desk, waiting, keep = Desk(database), list(fails), Keeper.keep

        async def keeping(batch: Batch) -> list[Answer]:
            if waiting.pop(0):
                raise OSError
            return await keep(desk._keeper, batch)

        await desk._look()
        desk._keeper.keep = keeping  # type: ignore[method-assign]
        with capture_logs() as said:
            for number, _ in enumerate(fails):
                await asyncio.gather(desk.receive(make.hl7_referral(f"T{number:04d}"), HERE), return_exceptions=True)
        await desk.close()
        return [line["event"] for line in said]

    assert asyncio.run(tried(True, True, False, True, True)) == ["keep.failed"] * 2


def test_the_next_batch_is_prepared_while_the_one_before_it_is_stored(database: Database) -> None:
    steps: list[str] = []

    async def scenario() -> None:
        desk = Desk(database)
        looking = asyncio.ensure_future(desk.know_links())
        await asyncio.wait_for(desk.knows_links.wait(), 20)
        keeper = desk._keeper
        prepare, keep = keeper.prepare, keeper.keep
        more: list[asyncio.Future[Answer]] = []

        def preparing(messages: Sequence[Sorted]) -> Batch:
            steps.append(f"prepare {len(messages)}")
            return prepare(messages)

        async def keeping(batch: Batch) -> list[Answer]:
            if not more:
                more.extend(desk.receive(make.hl7_referral(f"T{number:04d}"), HERE) for number in range(1, MOST + 1))
            answers = await keep(batch)
            steps.append(f"stored {len(batch.messages)}")
            return answers

        keeper.prepare, keeper.keep = preparing, keeping  # type: ignore[method-assign]
        await desk.receive(make.hl7_referral("T0000"), HERE)
        await asyncio.gather(*more)
        looking.cancel()
        await desk.close()

    asyncio.run(scenario())

    assert steps == ["prepare 1", f"prepare {MOST}", "stored 1", f"stored {MOST}"]


@pytest.mark.parametrize("fails", ["prepare", "keep"])
def test_a_batch_that_fails_is_not_acknowledged_and_the_others_are(database: Database, fails: str) -> None:
    def watch(desk: Desk) -> None:
        keeper = desk._keeper
        prepare, keep = keeper.prepare, keeper.keep

        def preparing(messages: Sequence[Sorted]) -> Batch:
            if fails == "prepare" and messages[0].arrival.header.control_id == f"T{MOST:04d}":
                raise RuntimeError("broken")
            return prepare(messages)

        async def keeping(batch: Batch) -> list[Answer]:
            if fails == "keep" and batch.messages[0].arrival.header.control_id == f"T{MOST:04d}":
                raise RuntimeError("broken")
            return await keep(batch)

        desk._keeper.prepare, desk._keeper.keep = preparing, keeping  # type: ignore[method-assign]

    said = handed_in(database, watch)

    lost = [number for number, answer in enumerate(said) if isinstance(answer, BaseException)]
    assert lost == list(range(MOST, 2 * MOST))
    assert kept(database) == [f"T{number:04d}" for number in range(MANY) if number not in lost]


def test_a_hospital_that_was_added_just_now_is_not_refused_and_its_messages_stay_in_order(database: Database) -> None:
    async def scenario() -> list[Answer]:
        desk = Desk(database)
        looking = asyncio.ensure_future(desk.know_links())
        await asyncio.wait_for(desk.knows_links.wait(), 20)
        desk._links, desk._looked_at = Senders(), 0.0  # as it was before the hospital was added, a while ago
        said = await asyncio.gather(*(desk.receive(make.hl7_referral(f"T{number:04d}"), HERE) for number in range(3)))
        looking.cancel()
        await desk.close()
        return said

    said = asyncio.run(scenario())

    assert [answer.verdict for answer in said] == [Verdict.STORED] * 3
    assert kept(database) == ["T0000", "T0001", "T0002"]


def test_a_stranger_makes_us_look_again_no_more_than_once_a_second(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdo_portal.commands.desk.LINKS_AGAIN_SECONDS", 60.0)
    stranger = make.hl7_referral("T0000").replace(b"|ZEED-EPD|", b"|NOBODY|")
    looks: list[int] = []

    async def scenario() -> list[Answer]:
        desk = Desk(database)
        await desk._look()
        desk._looked_at -= 61.0
        read = desk._read_links
        desk._read_links = lambda *told: looks.append(1) or read(*told)  # type: ignore[method-assign,func-returns-value]
        said = [await desk.receive(stranger, HERE) for _ in range(5)]
        await desk.close()
        return said

    said = asyncio.run(scenario())

    assert {(answer.verdict, answer.reason) for answer in said} == {(Verdict.NOT_HERE, "unknown_sender")}
    assert len(looks) == 1
