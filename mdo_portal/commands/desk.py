"""Where frames of the MLLP lines are handed in: sorted at once, stored together, answered when they are in safe storage."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from mdo_portal import reception, wiring
from mdo_portal.database import Database
from mdo_portal.errors import Trouble
from mdo_portal.exchange import Answer, Caller, Wire
from mdo_portal.reception import Sorted
from mdo_portal.services.links import hospitals, lines, refused_calls
from mdo_portal.services.links.hospitals import LinkRow, Senders

log = structlog.get_logger(__name__)
LINKS_FRESH_SECONDS = 5.0
LINKS_AGAIN_SECONDS = 1.0
"""So old what is known of who may send may be when somebody is refused by it: a hospital that was added just now sends at once."""
MOST_TURNED_AWAY = 1_000
"""Addresses and reasons that are remembered between two looks; who comes from more of them is not set up but scanned."""
LARGEST_BATCH_BYTES = 16 * 1024 * 1024


class Desk:
    """`receive` promises an answer only when the message is in safe storage.

    While one batch is being committed the next one gathers: one fsync for many messages (group commit). No timer: a lonely
    message is committed at once.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._keeper = reception.Keeper(database)
        self._reader = wiring.readers()[Wire.HL7V2]
        self._clock = clock
        self._links: Sequence[LinkRow] = Senders()
        self._waiting: deque[tuple[Sorted, asyncio.Future[Answer]]] = deque()
        self._next: Batch | None = None  # prepared while the one before it is stored
        self._keeping: asyncio.Task[None] | None = None
        self._seen: dict[str, Caller] = {}  # callers with a certificate, since the last look at the links
        self._turned_away: Counter[refused_calls.Call] = Counter()  # before any message, since then
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._trouble, self._not_kept = Trouble(), Trouble()
        self.knows_links = asyncio.Event()

    def receive(self, raw: bytes, caller: Caller) -> asyncio.Future[Answer]:
        """Keep one message. The future fails when it could not be stored: then nobody may acknowledge it."""
        sorted_ = self._sorted(raw, caller)
        if sorted_.arrival.reason in reception.UNPROVEN and self._may_know_better():
            return asyncio.ensure_future(self._receive_again(raw, caller))
        return self._received(sorted_, caller)

    def _may_know_better(self) -> bool:
        return self._looking is not None or time.monotonic() - self._looked_at > LINKS_AGAIN_SECONDS

    async def _receive_again(self, raw: bytes, caller: Caller) -> Answer:
        await self._look()
        return await self._received(self._sorted(raw, caller), caller)

    def _sorted(self, raw: bytes, caller: Caller) -> Sorted:
        return reception.sort(raw, wire=Wire.HL7V2, reader=self._reader, links=self._links, now=self._clock(), caller=caller)

    def _received(self, sorted_: Sorted, caller: Caller) -> asyncio.Future[Answer]:
        if caller.is_encrypted:
            self._seen[caller.certificate] = caller
        if sorted_.arrival.reason:
            log.warning(
                "message.refused", reason=sorted_.arrival.reason, peer=caller.address, certificate=caller.certificate[:16]
            )
        return self._stored(sorted_)

    async def refused(self, caller: Caller, reason: str, start: bytes) -> None:
        """What never became a message (too large, too slow): its beginning is kept as a row for a person.

        Where there is no beginning (no TLS, too many connections) only from where and why, for the page of the link.
        """
        log.warning("line.refused", reason=reason, peer=caller.address, certificate=caller.certificate[:16])
        if start:
            refused = reception.refuse(
                start,
                wire=Wire.HL7V2,
                reader=self._reader,
                links=self._links,
                reason=reason,
                now=self._clock(),
                caller=caller,
            )
            await self._stored(refused)
        elif (caller.host, reason) in self._turned_away or len(self._turned_away) < MOST_TURNED_AWAY:
            self._turned_away[caller.host, reason] += 1

    def _stored(self, sorted_: Sorted) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((sorted_, answer))
        if self._keeping is None:
            self._keeping = asyncio.ensure_future(self._keep())
        elif self._next is None and len(self._waiting) >= self._keeper.enough:
            self._next = self._prepared()
        return answer

    async def _keep(self) -> None:
        """Commit batch after batch, until nothing waits; the next one is on its way before the answers of the last one are made.

        Begins when the sockets that hold something now were read.
        """
        try:
            batch = self._take()
            storing: Awaitable[list[Answer]] | None = self._keeper.keep(batch.kept) if batch else None
            while batch and storing:
                said = await _outcome(storing)
                stored, batch = batch, self._take()
                if batch:
                    storing = asyncio.ensure_future(self._keeper.keep(batch.kept))
                    await asyncio.sleep(0)  # it leaves
                stored.settle(said)
                self._tell(said, len(stored.waiting))
        finally:
            self._keeping = None

    def _take(self) -> Batch | None:
        batch, self._next = self._next or self._prepared(), None
        return batch

    def _prepared(self) -> Batch | None:
        while self._waiting:
            handed_in = self._next_batch()
            answers = [answer for _, answer in handed_in]
            try:
                return Batch(self._keeper.prepare([sorted_ for sorted_, _ in handed_in]), answers)
            except Exception as error:
                _fail(answers)  # the edge, as in _outcome: the batches behind it go on
                self._tell(error, len(answers))
        return None

    def _tell(self, said: list[Answer] | Exception, count: int) -> None:
        """Once until it goes well: who was not answered sends again every few seconds."""
        if not isinstance(said, Exception):
            self._not_kept.over()
        elif self._not_kept.is_news(said):
            log.error("keep.failed", count=count, error=type(said).__name__)

    def _next_batch(self) -> list[tuple[Sorted, asyncio.Future[Answer]]]:
        batch: list[tuple[Sorted, asyncio.Future[Answer]]] = []
        size = 0
        while self._waiting and len(batch) < self._keeper.most:
            size += len(self._waiting[0][0].arrival.raw)
            if batch and size > LARGEST_BATCH_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def know_links(self) -> None:
        """Read again and again who may send, and write down whose certificates called; what is bound works within seconds."""
        while True:
            await self._look()
            await asyncio.sleep(LINKS_FRESH_SECONDS)

    async def _look(self) -> None:
        """One look for all who want one now."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look_once())
        await asyncio.shield(self._looking)

    async def _look_once(self) -> None:
        self._looked_at = time.monotonic()
        seen, self._seen = self._seen, {}
        turned_away, self._turned_away = self._turned_away, Counter()
        try:
            self._links = await asyncio.get_running_loop().run_in_executor(None, self._read_links, seen, turned_away)
            self.knows_links.set()
            self._trouble.over()
        except Exception as error:
            # The edge: without the database the last known links stay.
            if self._trouble.is_news(error):
                log.error("links.failed", error=type(error).__name__)
        finally:
            self._looking = None

    def _read_links(self, seen: dict[str, Caller], turned_away: Counter[refused_calls.Call]) -> Senders:
        with self._database.transaction() as session:
            refused_calls.write_down(session, turned_away, now=self._clock())
            if seen:
                lines.saw(session, seen, now=self._clock())
            return hospitals.links(session)

    async def close(self) -> None:
        """Wait until what is here is stored."""
        if self._keeping is not None:
            await self._keeping
        self._keeper.close()


@dataclass(frozen=True)
class Batch:
    """What is stored in one commit, and who waits for it."""

    kept: reception.Batch
    waiting: list[asyncio.Future[Answer]]

    def settle(self, said: list[Answer] | Exception) -> None:
        """Answer them all, or none."""
        if isinstance(said, Exception):
            return _fail(self.waiting)
        for stored, answer in zip(self.waiting, said, strict=True):
            if not stored.done():
                stored.set_result(answer)
        return None


async def _outcome(storing: Awaitable[list[Answer]]) -> list[Answer] | Exception:
    try:
        return await storing
    except Exception as error:
        return error  # the edge: whatever went wrong, nothing of it was stored


def _fail(waiting: Sequence[asyncio.Future[Answer]]) -> None:
    """These were not stored, so nobody may answer them; the senders will send again."""
    for stored in waiting:
        if not stored.done():
            stored.set_exception(RuntimeError("not stored"))
