"""Keeping what hospitals send, before anybody understands it. What comes after: services/inbox/queue.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import FEED
from mdo_portal.domain.sealing import Sealer
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import inbound_rows
from mdo_portal.services.inbox.inbound_line import DirectLine, Question, Row, moment, question
from mdo_portal.services.inbox.inbound_rows import AskedNumber, InboundRow, Noise, Statement
from mdo_portal.services.inbox.sifting import Arrival, Doubles, Sifting


def is_told_later(kind: str) -> bool:
    """Whether the application's word about such a message can come later. About an acknowledgement never, or two systems would go on for
    ever; about the feed at once, since most of it is counted and not kept.
    """
    return kind.partition("^")[0] not in {"ACK", *FEED}


def keep(session: Session, arrivals: Sequence[Arrival]) -> Doubles:
    """Store all of them in one statement. A double (same link, number and bytes) only counts up; gives when those first came.

    Feed messages about patients nobody referred are counted and not kept. Acknowledge only after the commit.
    """
    if not arrivals:
        return {}
    sifting = Sifting(arrivals, sealer(session))
    asked, rows = sifting.unsifted()
    with inbound_rows.line_of(session) as line:
        if sifting.is_twice:
            return _asked_first(line, sifting)
        if len(rows) == 1 == len(arrivals):
            _say(line, inbound_rows.storing_one(rows[0], asked))
            if told := line.fetchall():
                return {bytes(digest): first for digest, first, again, _ in told if again}
        _say(line, _storing(sifting, asked, rows))
        told = line.fetchall()
        if noise := inbound_rows.noise_among(rows, _known(told)):
            _say(line, inbound_rows.storing_all((), noise))
        return sifting.doubles | {bytes(digest): first for digest, first, _, _ in told if digest}


def _asked_first(line: inbound_rows.Line, sifting: Sifting) -> Doubles:
    _say(line, inbound_rows.asking(sifting.asked))
    rows, noise = sifting.sifted({place for (place,) in line.fetchall()})
    _say(line, inbound_rows.storing_all(rows, noise))
    return sifting.doubles | {bytes(digest): first for digest, first, _, _ in line.fetchall() if digest}


def _storing(sifting: Sifting, asked: Sequence[AskedNumber], rows: Sequence[InboundRow]) -> Statement:
    """Of messages that are kept whoever they are about nothing is asked."""
    return inbound_rows.storing(asked, rows) if sifting.has_feed else inbound_rows.storing_all(rows)


def _say(line: inbound_rows.Line, statement: Statement) -> None:
    line.execute(statement.said, statement.packed)


class Prepared(NamedTuple):
    """A batch that was read, sealed and packed; what PostgreSQL says to `question` goes to `goes_on`."""

    question: Question
    goes_on: Callable[[list[Row]], Awaitable[Doubles]]


class DirectKeeper:
    """`keep` by a line that commits every statement: what it returned from is in safe storage.

    One statement says all, and asks on the way which patients are known. Where most of what comes is a feed about people nobody
    referred, that would seal and send a great deal to be thrown away: then the question goes first, by itself.
    """

    def __init__(self, line: DirectLine, keys: Sealer) -> None:
        self._line, self._keys = line, keys
        self._noise = 0.0  # the share of it in the feed of late

    @property
    def most(self) -> int:
        """How many messages a batch should have at most."""
        return MOST_NOISE if self._noise >= MOSTLY_NOISE else MOST

    @property
    def enough(self) -> int:
        """With so many waiting, the next batch is worth preparing while the one before it is stored."""
        return MOST

    def prepare(self, arrivals: Sequence[Arrival]) -> Prepared:
        """Do for a batch all that needs no word from PostgreSQL: it can be done while that stores the batch before it."""
        sifting = Sifting(arrivals, self._keys)
        if self._noise >= MOSTLY_NOISE and sifting.has_feed:
            return self._asked_first(sifting)
        numbers, rows = sifting.unsifted()
        if sifting.is_twice:
            return self._asked_first(sifting)
        feed = [row for row in rows if row.place >= 0]  # what is in the others may be large, and is packed by now
        if len(rows) == 1 == len(arrivals):
            return Prepared(question(*inbound_rows.storing_one(rows[0], numbers)), partial(self._one_told, sifting, feed))
        return Prepared(question(*_storing(sifting, numbers, rows)), partial(self._all_told, sifting, feed))

    def _asked_first(self, sifting: Sifting) -> Prepared:
        return Prepared(question(*inbound_rows.asking(sifting.asked)), partial(self._known_told, sifting))

    async def keep(self, prepared: Prepared) -> Doubles:
        """Store all of them, as the function `keep`. In the order in which they were prepared."""
        return await prepared.goes_on(await self._line.ask(prepared.question))

    async def _one_told(self, sifting: Sifting, feed: Sequence[InboundRow], told: list[Row]) -> Doubles:
        if not told:
            return await self._all_told(sifting, feed, await self._line.ask(question(*inbound_rows.storing(sifting.asked, feed))))
        self._learn((), sifting.feed)
        return {digest: moment(first) for digest, first, again, _ in told if digest and first and again}

    async def _all_told(self, sifting: Sifting, feed: Sequence[InboundRow], told: list[Row]) -> Doubles:
        await self._count(sifting, inbound_rows.noise_among(feed, _known(told)))
        return sifting.doubles | _doubles(told)

    async def _count(self, sifting: Sifting, noise: Sequence[Noise]) -> None:
        self._learn(noise, sifting.feed)
        if noise:
            await self._line.ask(question(*inbound_rows.storing_all((), noise)))

    async def _known_told(self, sifting: Sifting, told: list[Row]) -> Doubles:
        rows, noise = sifting.sifted({int.from_bytes(place or b"", "big") for (place,) in told})
        self._learn(noise, sifting.feed)
        return sifting.doubles | _doubles(await self._line.ask(question(*inbound_rows.storing_all(rows, noise))))

    def _learn(self, noise: Sequence[Noise], feed: int) -> None:
        if feed:
            self._noise += (sum(one.ignored for one in noise) / feed - self._noise) * 0.2


def _doubles(told: Sequence[Row]) -> Doubles:
    """Of the rows of STORE: what was there already, and since when."""
    return {digest: moment(first) for digest, first, _, _ in told if digest and first}


def _known(told: Sequence[Sequence[Any]]) -> set[int]:
    """Of the rows of STORE: the places of which somebody is known."""
    return inbound_rows.places(next(known for digest, _, known, _ in told if not digest))


MOSTLY_NOISE = 0.5

MOST, MOST_NOISE = 64, 256
"""All that waits in one batch means that PostgreSQL waits while we read, and we while it stores: a smaller one leaves the rest for us.

Of noise next to nothing is stored, and each batch asks PostgreSQL twice: there it is better to ask about many (docs/decisions/0037).
"""
