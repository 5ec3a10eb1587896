"""A worker that was killed with a letter on the wire wrote nothing of it down: as far as anybody knows it is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from sqlalchemy.orm import Session

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.keeping import restoring
from mdo_portal.services.letters import handing_over, receipts, succession
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, Outbox, Receiver
from tests.people import Region

WORKER = 1001


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


class Killed(BaseException):
    """The worker, with a letter on the wire."""


class Act(Protocol):
    """What a person does with a letter."""

    def __call__(self, session: Session, delivery: Delivery, *, now: datetime) -> None: ...


def _killed(outbox: Outbox, meanwhile: Callable[[], None] = lambda: None) -> OutgoingDecision:
    """What came there before its worker heard of it. `meanwhile`: while it is on the wire."""

    class Dying(Receiver):
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            super().send(decision, address)
            meanwhile()
            raise Killed

    dying = Dying([AA])
    claimed = dispatch.take(outbox.database, clock=lambda: outbox.now, worker=WORKER)
    assert claimed is not None
    with pytest.raises(Killed):
        dispatch.deliver(outbox.database, {Channel.MLLP: dying}, claimed, clock=lambda: outbox.now)
    return dying.came[0]


@pytest.mark.parametrize("ended", ["taken over", "lease ran out"])
def test_what_it_replaces_may_stand_beside_it_and_a_repeat_names_the_same(outbox: Outbox, ended: str) -> None:
    """It had come there as a first letter. The next attempt found nobody, and it was said never to have left."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    first = _killed(outbox)
    with outbox.database.transaction() as session:
        outbox.now += HOUR if ended == "lease ran out" else timedelta()
        assert ended == "lease ran out" or succession.take_over(session, WORKER) == 1
    assert outbox.work(Receiver([Receipt(ReceiptKind.LATER, "unreachable")]))

    letter = outbox.letter(round_)
    with outbox.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AA, outbox.now)
    receiver = Receiver([AA])
    assert outbox.work(receiver, at=outbox.now + HOUR)

    assert receiver.came == [first] and first.replaces_delivery_id == ""
    assert "letter.stands_beside" in outbox.events(round_)


@pytest.mark.parametrize("act", [handing_over.put_on_paper, handing_over.send_again])
def test_so_it_is_when_a_person_decides_about_it_before_another_worker_took_it(outbox: Outbox, act: Act) -> None:
    round_ = outbox.signed()
    _killed(outbox)
    with outbox.database.transaction() as session:
        succession.take_over(session, WORKER)
        act(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)

    assert outbox.letter(round_).sent_at is not None


@pytest.mark.parametrize("ended", ["taken over", "lease ran out"])
def test_what_it_corrects_is_not_sent_again_before_it(outbox: Outbox, ended: str) -> None:
    """The older one has its turn first: the correction was there already, and its repeat a double. The older advice was the last word."""
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    outbox.corrected(round_)
    assert _killed(outbox).version == 2
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)
        outbox.now += HOUR if ended == "lease ran out" else timedelta()
        assert ended == "lease ran out" or succession.take_over(session, WORKER) == 1
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert [one.version for one in receiver.came] == [2]
    assert outbox.letter(round_).receipt_code == receipts.REPLACED


def test_that_it_may_be_there_outlasts_a_hold(outbox: Outbox) -> None:
    """The machine went with a letter on the wire, the database moved, and somebody said that nothing was lost."""
    round_ = outbox.signed()
    _killed(outbox)
    with outbox.database.transaction() as session:
        assert restoring.hold(session, at=outbox.now, now=outbox.now) == 1
        assert restoring.release(session, now=outbox.now) == 1
    outbox.work(Receiver([Receipt(ReceiptKind.LATER, "unreachable")]))

    assert outbox.letter(round_).sent_at is not None


def test_what_was_refused_once_may_be_there_too(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.drain(Receiver([AE]))
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)
    first = _killed(outbox)
    with outbox.database.transaction() as session:
        succession.take_over(session, WORKER)
    outbox.work(Receiver([Receipt(ReceiptKind.LATER, "unreachable")]))
    outbox.corrected(round_)
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert [one.replaces_delivery_id for one in receiver.came] == [first.delivery_id]


def test_so_it_is_when_a_person_sends_it_again_while_it_is_on_the_wire(outbox: Outbox) -> None:
    round_ = outbox.signed()

    def again() -> None:
        with outbox.database.transaction() as session:
            handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)

    _killed(outbox, again)
    with outbox.database.transaction() as session:
        succession.take_over(session, WORKER)
    outbox.work(Receiver([Receipt(ReceiptKind.LATER, "unreachable")]))

    assert outbox.letter(round_).sent_at is not None


def test_what_was_not_even_printed_by_then_never_left(outbox: Outbox) -> None:
    round_ = outbox.signed()
    assert dispatch.take(outbox.database, clock=lambda: outbox.now, worker=WORKER)

    outbox.work(Receiver([Receipt(ReceiptKind.LATER, "unreachable")]), at=outbox.now + HOUR)

    assert outbox.letter(round_).sent_at is None


def test_its_applications_word_is_heard_before_another_worker_took_it(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _killed(outbox)
    letter = outbox.letter(round_)
    with outbox.database.transaction() as session:
        succession.take_over(session, WORKER)
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AA, outbox.now)

    assert outbox.letter(round_).received_at is not None
