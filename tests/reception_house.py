"""Handing messages in and having them understood, as the listener and the worker do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mdo_portal import reception, understanding, wiring
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.exchange import Answer, Incoming, MessageHeader, Reader, Wire
from mdo_portal.reception import Sorted
from tests.make import NOW
from tests.people import Region

READERS = wiring.readers()


def sort(raw: bytes, region: Region, *, now: datetime = NOW) -> Sorted:
    return reception.sort(raw, wire=Wire.HL7V2, reader=READERS[Wire.HL7V2], links=list(region.links.values()), now=now)


def hand_in(database: Database, region: Region, *raws: bytes, now: datetime = NOW) -> list[Answer]:
    """As the listener does it: sort, keep in one commit, and only then answer."""
    messages = [sort(raw, region, now=now) for raw in raws]
    reception.keep(database, messages)
    return [message.answer for message in messages]


def understand_all(database: Database, *, now: datetime = NOW, readers: dict[Wire, Reader] | None = None) -> int:
    done = 0
    while understanding.understand(database, readers or READERS, now=now):
        done += 1
    return done


def rows(database: Database) -> list[InboundMessage]:
    with database.transaction() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.seq)))


def count(database: Database, table: type, *where: object) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]


@dataclass
class Spy:
    """A reader that does something of its own before the real one reads."""

    before: Callable[[bytes], None]

    def header(self, raw: bytes) -> MessageHeader:
        return READERS[Wire.HL7V2].header(raw)

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        self.before(raw)
        return READERS[Wire.HL7V2].read(raw, profile, charset)


def spying(before: Callable[[bytes], None]) -> dict[Wire, Reader]:
    return {Wire.HL7V2: Spy(before)}


def refusing(word: bytes, error: Exception | None = None) -> Callable[[bytes], None]:
    def before(raw: bytes) -> None:
        if word in raw:
            raise error or RuntimeError("broken")

    return before
