"""`sign-to-received`: from a chair's signature to the receipt of the hospital, through the real worker and a small MLLP receiver."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text, update

from integrations.hl7v2.text.header import read_header
from integrations.hl7v2.wire.ack import build_ack
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.database import Database
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Answer, Verdict
from mdo_portal.services.decisions import decisions
from tests import make
from tests.people import Region, fill

from .figures import LOAD_CORE, Figures, pinned, quantile
from .house import free_port, house

BOARDS, TIMES = 10, 3
RECEIVED_SECONDS = 60.0


class Receiver(asyncio.Protocol):
    """Accepts whatever comes, at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._decoder = MllpDecoder()

    def data_received(self, data: bytes) -> None:
        for raw in self._decoder.feed(data):
            answer = Answer(Verdict.STORED, read_header(raw).control_id)
            self._transport.write(frame(build_ack(raw, answer, now=datetime.now(UTC), control_id=uuid.uuid4().hex)))


@contextmanager
def receiver(port: int) -> Iterator[None]:
    """A hospital that listens on `port`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(loop.create_server(Receiver, "127.0.0.1", port), loop).result(10)
    yield
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def measure(url: str) -> Figures:
    """Ten chairs sign at once, three times; the first letter of the worker warms it up and does not count."""
    figures = Figures("sign-to-received")
    port = free_port()
    with house(url) as found, pinned(LOAD_CORE), receiver(port):
        database = found.database()
        region = fill(database)
        with database.transaction() as session:
            session.execute(
                update(Link).where(Link.hospital_id == region.hospitals["ZEED"]).values(port_out=port, timeout_seconds=10.0)
            )
        found.portal("work")
        _alone(database, region, 1)
        alone = _alone(database, region, 5)
        together = [one for _ in range(TIMES) for one in _at_once(database, region)]
    figures.limit("p50, one signature", "ms", quantile(alone, 0.5), at_most=300)
    figures.limit("p50, ten chairs at once", "ms", quantile(together, 0.5))
    figures.limit("p95, ten chairs at once", "ms", quantile(together, 0.95), at_most=1000)
    figures.limit("not received", "letters", BOARDS * TIMES - len(together), at_most=0)
    return figures


def _alone(database: Database, region: Region, times: int) -> list[float]:
    """One chair after the other."""
    read = [_read(database, region, one) for one in _rounds(database, region, times)]
    return [_received(database, [_signed(database, region, *one)])[0] for one in read]


def _at_once(database: Database, region: Region) -> list[float]:
    """Ten chairs press the button together."""
    read = [_read(database, region, one) for one in _rounds(database, region, BOARDS)]
    with ThreadPoolExecutor(BOARDS) as chairs:
        return _received(database, list(chairs.map(lambda one: _signed(database, region, *one), read)))


def _rounds(database: Database, region: Region, count: int) -> list[uuid.UUID]:
    """Discussed cases with a conclusion, spread over ten boards' meetings."""
    with database.transaction() as session:
        board, zeed = session.get_one(Board, region.boards["URO-P"]), session.get_one(Hospital, region.hospitals["ZEED"])
        found = []
        for _ in range(count):
            at = make.NOW + timedelta(days=2, minutes=session.scalar(text("SELECT count(*) FROM meetings")) or 0)
            meeting = make.meeting(session, board, starts_at=at)
            case = make.case(session, zeed, board_id=board.id)
            found.append(make.discussed(session, make.planned(session, case, meeting, viewer=region.bram), viewer=region.bram).id)
        return found


def _read(database: Database, region: Region, round_id: uuid.UUID) -> tuple[uuid.UUID, str]:
    """The chair reads the text, before pressing anything."""
    with database.transaction() as session:
        round_ = session.get_one(Round, round_id)
        case = session.get_one(Case, round_.case_id)
        seen = decisions.preview(session, round_, case, network=make.NETWORK, viewer=region.bram, now=datetime.now(UTC))
        return round_id, seen.content_hash


def _signed(database: Database, region: Region, round_id: uuid.UUID, seen: str) -> tuple[uuid.UUID, datetime]:
    """Sign what was read; the decision and the moment the button was pressed."""
    pressed = datetime.now(UTC)
    with database.transaction() as session:
        round_ = session.get_one(Round, round_id)
        case = session.get_one(Case, round_.case_id, with_for_update=True)
        signed = decisions.sign(
            session, round_, case, seen_hash=seen, reason="", network=make.NETWORK, viewer=region.bram, now=pressed
        )
        return signed.id, pressed


def _received(database: Database, signed: list[tuple[uuid.UUID, datetime]]) -> list[float]:
    """Milliseconds until each letter was settled as received; those that were not in time are left out."""
    pressed, until = dict(signed), time.monotonic() + RECEIVED_SECONDS
    while True:
        with database.transaction() as session:
            rows = session.execute(
                select(Delivery.decision_id, Delivery.received_at).where(
                    Delivery.decision_id.in_(pressed), Delivery.received_at.is_not(None)
                )
            ).all()
        if len(rows) == len(pressed) or time.monotonic() > until:
            return [(row[1] - pressed[row[0]]).total_seconds() * 1000 for row in rows]
        time.sleep(0.05)
