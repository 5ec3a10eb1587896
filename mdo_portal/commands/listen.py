"""`mdo-portal listen`: hospitals' MLLP lines. Messages that arrive together are stored in one commit, then answered."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import click
import structlog

from mdo_portal import reception, wiring
from mdo_portal.commands.process import checked_settings, open_database
from mdo_portal.database import Database
from mdo_portal.exchange import Answer, Wire
from mdo_portal.reception import Sorted
from mdo_portal.services import hospitals
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.settings import Settings, host_port

log = structlog.get_logger(__name__)
LINKS_FRESH_SECONDS = 5.0
LARGEST_BATCH_BYTES = 16 * 1024 * 1024


class Desk:
    """Where frames are handed in. `receive` returns an answer only when the message is in safe storage.

    While one batch is being committed the next one gathers: one fsync for many messages (group commit).
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._keeper = reception.Keeper(database)
        self._reader = wiring.readers()[Wire.HL7V2]
        self._clock = clock
        self._links: list[LinkRow] = []
        self._waiting: list[tuple[Sorted, asyncio.Future[None]]] = []
        self._work = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keep")
        self.knows_links = asyncio.Event()

    async def receive(self, raw: bytes, peer: str) -> Answer:
        """Keep one message. Raises when it could not be stored: then nobody may acknowledge it."""
        sorted_ = reception.sort(raw, wire=Wire.HL7V2, reader=self._reader, links=self._links, now=self._clock())
        await self._stored(sorted_)
        if sorted_.arrival.reason:
            log.warning("message.refused", reason=sorted_.arrival.reason, peer=peer)
        return sorted_.answer

    async def refused(self, peer: str, reason: str, start: bytes) -> None:
        """What never became a message (too large, too slow): its beginning is kept as a row for a person."""
        if not start:
            return
        sorted_ = reception.refuse(
            start, wire=Wire.HL7V2, reader=self._reader, links=self._links, reason=reason, now=self._clock()
        )
        await self._stored(sorted_)

    async def _stored(self, sorted_: Sorted) -> None:
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((sorted_, stored))
        self._work.set()
        await stored

    async def keep_for_ever(self) -> None:
        """Commit batch after batch."""
        loop = asyncio.get_running_loop()
        while True:
            await self._work.wait()
            batch = self._next_batch()
            try:
                await loop.run_in_executor(self._thread, self._keeper.keep, [one for one, _ in batch])
            except Exception as error:
                # The edge: these were not stored, so nobody may answer them; the senders will send again.
                log.error("keep.failed", count=len(batch), error=type(error).__name__)
                _settle(batch, error)
            else:
                _settle(batch, None)

    def _next_batch(self) -> list[tuple[Sorted, asyncio.Future[None]]]:
        size = count = 0
        for sorted_, _ in self._waiting:
            size += len(sorted_.arrival.raw)
            if count and size > LARGEST_BATCH_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        if not self._waiting:
            self._work.clear()
        return batch

    async def know_links(self) -> None:
        """Read again and again who may send; a line added on the link page works within seconds."""
        while True:
            try:
                self._links = await asyncio.get_running_loop().run_in_executor(None, _links, self._database)
                self.knows_links.set()
            except Exception as error:
                # The edge: without the database the last known links stay.
                log.error("links.failed", error=type(error).__name__)
            await asyncio.sleep(LINKS_FRESH_SECONDS)


def _settle(batch: list[tuple[Sorted, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, stored in batch:
        if stored.done():
            continue
        if error is None:
            stored.set_result(None)
        else:
            stored.set_exception(RuntimeError("not stored"))


def _links(database: Database) -> list[LinkRow]:
    with database.transaction() as session:
        return hospitals.links(session)


def run(settings: Settings, database: Database) -> None:
    """Listen until SIGTERM or SIGINT; what is with us is answered first."""
    asyncio.run(_run(settings, database))


async def _run(settings: Settings, database: Database) -> None:
    desk = Desk(database)
    host, port = host_port(settings.mllp_bind)
    listener = wiring.mllp_listener(desk.receive, desk.refused, host=host, port=port, limit_bytes=settings.message_limit)
    tasks = [asyncio.create_task(desk.keep_for_ever()), asyncio.create_task(desk.know_links())]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Who calls before we know who may send would be refused as a stranger, and might never send again.
    first = [asyncio.create_task(event.wait()) for event in (desk.knows_links, stop)]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        await listener.start()
        log.info("listen.started", port=port)
        await stop.wait()
    await listener.stop()
    for task in (*tasks, *first):
        task.cancel()


@click.command("listen")
def command() -> None:
    """Listen for hospitals' HL7 v2 messages (MLLP)."""
    settings = checked_settings()
    run(settings, open_database(settings, role="mdo_work"))
