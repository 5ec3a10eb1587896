"""Keeping what hospitals send, before anybody understands it. What comes after: services/queue.py."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import FEED
from mdo_portal.domain.sealing import Sealer
from mdo_portal.services import inbound_rows
from mdo_portal.services.inbound_line import DirectLine, Row, moment
from mdo_portal.services.inbound_rows import AskedNumber, InboundRow, Noise
from mdo_portal.services.sealed import sealer
from mdo_portal.services.sifting import PATIENT_KEY, Arrival, Doubles, Sifting

__all__ = ["PATIENT_KEY", "Arrival"]


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
        if len(rows) == 1 == len(arrivals):
            return _keep_one(line, sifting, asked, rows[0])
        if sifting.has_feed:
            line.execute(inbound_rows.STORE, inbound_rows.packed(inbound_rows.to_store(asked, rows), inbound_rows.STORE_KINDS))
        else:
            line.execute(
                inbound_rows.STORE_ALL, inbound_rows.packed(inbound_rows.to_store_all(rows), inbound_rows.STORE_ALL_KINDS)
            )
        return sifting.doubles | {bytes(digest): first for digest, first, _, _ in line.fetchall() if digest}


def _keep_one(line: inbound_rows.Line, sifting: Sifting, asked: Sequence[AskedNumber], row: InboundRow) -> Doubles:
    values = inbound_rows.to_store_one(asked, row)
    line.execute(inbound_rows.STORE_ONE, inbound_rows.packed(values, inbound_rows.STORE_ONE_KINDS))
    told = line.fetchall()
    if not told:
        noise = inbound_rows.to_store((), (), sifting.sifted(set())[1])
        line.execute(inbound_rows.STORE, inbound_rows.packed(noise, inbound_rows.STORE_KINDS))
    return {bytes(digest): first for digest, first, again, _ in told if again}


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

    async def keep(self, arrivals: Sequence[Arrival]) -> Doubles:
        """Store all of them, as the function `keep`."""
        sifting = Sifting(arrivals, self._keys)
        if self._noise >= MOSTLY_NOISE and sifting.has_feed:
            return await self._keep_what_is_known(sifting)
        asked, rows = sifting.unsifted()
        if len(rows) == 1 == len(arrivals):
            return await self._keep_one(sifting, asked, rows[0])
        told = await self._line.ask(inbound_rows.STORE, inbound_rows.to_store(asked, rows), inbound_rows.STORE_KINDS)
        self._learn(_ignored(told), sifting.feed)
        return sifting.doubles | _doubles(told)

    async def _keep_one(self, sifting: Sifting, asked: Sequence[AskedNumber], row: InboundRow) -> Doubles:
        values = inbound_rows.to_store_one(asked, row)
        told = await self._line.ask(inbound_rows.STORE_ONE, values, inbound_rows.STORE_ONE_KINDS)
        self._learn(not told, sifting.feed)
        if not told:
            await self._store((), sifting.sifted(set())[1])
        return {digest: moment(first) for digest, first, again, _ in told if digest and first and again}

    async def _keep_what_is_known(self, sifting: Sifting) -> Doubles:
        known = await self._line.ask(inbound_rows.KNOWN, inbound_rows.columns(sifting.asked, 5), inbound_rows.KNOWN_KINDS)
        rows, noise = sifting.sifted({int.from_bytes(place or b"", "big") for (place,) in known})
        self._learn(sum(one.ignored for one in noise), sifting.feed)
        return sifting.doubles | await self._store(rows, noise)

    async def _store(self, rows: Sequence[InboundRow], noise: Sequence[Noise]) -> Doubles:
        return _doubles(
            await self._line.ask(inbound_rows.STORE, inbound_rows.to_store((), rows, noise), inbound_rows.STORE_KINDS)
        )

    def _learn(self, noise: int, feed: int) -> None:
        if feed:
            self._noise += (noise / feed - self._noise) * 0.2


def _doubles(told: Sequence[Row]) -> Doubles:
    """Of the rows of STORE: what was there already, and since when."""
    return {digest: moment(first) for digest, first, _, _ in told if digest and first}


def _ignored(told: Sequence[Row]) -> int:
    """Of the rows of STORE: how many messages were noise."""
    return sum(int.from_bytes(ignored or b"", "big") for digest, _, ignored, _ in told if not digest)


MOSTLY_NOISE = 0.5

MOST, MOST_NOISE = 64, 256
"""All that waits in one batch means that PostgreSQL waits while we read, and we while it stores: a smaller one leaves the rest for us.

Of noise next to nothing is stored, and each batch asks PostgreSQL twice: there it is better to ask about many (docs/decisions/0037).
"""
