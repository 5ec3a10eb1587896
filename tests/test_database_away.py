"""PostgreSQL is gone while messages are being read (a power cut, a failover): they wait, and it counts for none of them.

What a hospital answered meanwhile to a letter is written down afterwards.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mdo_portal import broken_off, dispatch, understanding
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import InboundState
from mdo_portal.exchange import Address, OutgoingDecision, Receipt
from mdo_portal.services.inbox import settling
from mdo_portal.services.inbox.settling import ClaimedMessage
from tests import make
from tests.as_run import WORK
from tests.make import NOW
from tests.outbox_house import AA, HOUR, Outbox, Receiver
from tests.people import Region
from tests.reception_house import READERS, hand_in, rows, understand_all


class Far:
    """A database behind a door of its own: shut, its lines are cut and nobody comes in."""

    def __init__(self, database: Database, door: Path) -> None:
        self._door, (self._inside,) = door, parse_qs(urlsplit(database.url).query)["host"]
        self._lines: list[Any] = []
        self.open()
        self.database = Database(as_role(database.url, WORK).replace(self._inside, str(door)), sealer=make.sealer())
        event.listen(self.database.engine, "connect", lambda line, _: self._lines.append(line))

    def open(self) -> None:
        if not self._door.is_symlink():
            self._door.symlink_to(self._inside)

    def shut(self) -> None:
        self._door.unlink()
        self.cut()

    def cut(self) -> None:
        """The lines alone: whoever calls anew is heard."""
        for line in self._lines:
            with suppress(Exception), socket.socket(fileno=os.dup(line.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)
        self._lines.clear()


@pytest.fixture
def far(database: Database) -> Iterator[Far]:
    with TemporaryDirectory(prefix="far-") as near:  # pytest's own folder is called after the test: too long a name for a socket
        made = Far(database, Path(near) / "pg")
        yield made
        made.database.close()


class Breaking:
    """Messages are read, and as they are to have their effect, their line breaks."""

    def __init__(self, far: Far, monkeypatch: pytest.MonkeyPatch, breaks: Callable[[Far], None]) -> None:
        self._far, self._monkeypatch, self._breaks, self._hold = far, monkeypatch, breaks, settling.hold

    def understand(self, *, now: datetime, most: int = 1) -> int:
        with self._monkeypatch.context() as broken:
            broken.setattr(settling, "hold", self._broken)
            return understanding.understand(self._far.database, READERS, now=now, most=most)

    def _broken(self, session: Session, claimed: Sequence[ClaimedMessage]) -> list[ClaimedMessage]:
        session.connection()
        self._breaks(self._far)
        return self._hold(session, claimed)


@pytest.mark.parametrize("most", [1, 16])
@pytest.mark.parametrize("breaks", [Far.shut, Far.cut], ids=["gone for a while", "back at once"])
def test_a_message_that_was_being_read_when_the_database_went_waits(
    database: Database, region: Region, far: Far, monkeypatch: pytest.MonkeyPatch, breaks: Callable[[Far], None], most: int
) -> None:
    """Three power cuts put messages that had been acknowledged on a person's list, as *failed*."""
    hand_in(database, region, make.hl7_referral("M1", patient="1"), make.hl7_referral("M2", patient="2"))
    breaking = Breaking(far, monkeypatch, breaks)

    for seconds in range(0, 100, 20):
        with pytest.raises(OperationalError):
            breaking.understand(now=NOW + timedelta(seconds=seconds), most=most)
        far.open()
    assert [row.state for row in rows(database)] == [InboundState.KEPT] * 2
    understand_all(far.database, now=NOW + timedelta(seconds=81))

    assert [(row.state, row.attempts) for row in rows(database)] == [(InboundState.UNDERSTOOD, 1)] * 2


def test_a_message_under_which_the_line_breaks_each_time_is_given_up(
    database: Database, region: Region, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be what kills PostgreSQL: once more for ever would be the end of all that others sent."""
    hand_in(database, region, make.hl7_referral("M1"))
    breaking = Breaking(far, monkeypatch, Far.cut)

    for turn in range(broken_off.MOST_LOST + settling.MAX_ATTEMPTS):
        with pytest.raises(OperationalError):
            breaking.understand(now=NOW + timedelta(minutes=turn))
    assert breaking.understand(now=NOW + timedelta(hours=1)) == 0

    assert [(row.state, row.reason) for row in rows(database)] == [(InboundState.UNREADABLE, "failed")]


def test_who_was_only_beside_what_kills_postgresql_is_read_by_itself_and_not_given_up(
    database: Database, region: Region, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PostgreSQL that was killed every few seconds put whole batches on the list of unreadable ones."""
    hand_in(database, region, make.hl7_referral("M1", patient="1"), make.hl7_referral("M2", patient="2"))
    breaking, turns = Breaking(far, monkeypatch, Far.cut), broken_off.MOST_LOST + 1

    for turn in range(2 * turns):
        with pytest.raises(OperationalError):
            breaking.understand(now=NOW + timedelta(minutes=turn), most=16 if turn < turns else 1)
    understand_all(far.database, now=NOW + timedelta(hours=1))

    assert [row.state for row in rows(database)] == [InboundState.UNDERSTOOD] * 2


class Parting(Receiver):
    """Takes a letter, and the database is gone before its answer is written down."""

    def __init__(self, far: Far) -> None:
        super().__init__([AA])
        self._far = far

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        said = super().send(decision, address)
        self._far.shut()
        return said


def test_what_a_hospital_answered_while_the_database_was_away_is_written_down_when_it_is_back(
    database: Database, region: Region, far: Far
) -> None:
    """The letter went a second time, three minutes later, and no other went to that hospital until then."""
    outbox, receiver = Outbox(database, region), Parting(far)
    round_ = outbox.signed()
    waited = iter([lambda: None, far.open])

    def again() -> bool:
        next(waited)()
        return True

    claimed = dispatch.take(far.database, clock=lambda: NOW, worker=1)
    assert claimed is not None
    dispatch.deliver(far.database, {Channel.MLLP: receiver}, claimed, clock=lambda: NOW, again=again)

    assert outbox.letter(round_).state is DeliveryState.RECEIVED
    assert not outbox.work(receiver, at=NOW + HOUR) and len(receiver.came) == 1


def test_who_is_told_to_stop_waits_for_no_database(database: Database, region: Region, far: Far) -> None:
    outbox, receiver = Outbox(database, region), Parting(far)
    outbox.signed()
    claimed = dispatch.take(far.database, clock=lambda: NOW, worker=1)
    assert claimed is not None

    with pytest.raises(OperationalError):
        dispatch.deliver(far.database, {Channel.MLLP: receiver}, claimed, clock=lambda: NOW)

    assert outbox.work(Receiver([AA]), at=NOW + HOUR)
