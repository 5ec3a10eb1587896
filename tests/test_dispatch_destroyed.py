"""A case that is destroyed at its patient's request while a worker has its letter: the hospital's other letters do not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt
from mdo_portal.services.keeping import destroy_requests
from mdo_portal.services.letters import destinations, handing_over
from mdo_portal.services.letters.outbox import ClaimedDelivery
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.services.destruction import asked, officer

WORKER = 1001


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def destroy(outbox: Outbox, round_: Round) -> None:
    """The hospital says by telephone that it has the letter; then its patient's request is noted and judged."""
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_).id, with_for_update=True)
        handing_over.confirm_by_hand(session, letter, viewer=outbox.region.dirk, now=NOW)
    with outbox.database.transaction() as session:
        request = asked(session, outbox.region, session.get_one(Case, round_.case_id), only_case=True)
        destroy_requests.approve(session, officer(session, outbox.region), request.id, now=NOW)
        assert session.get(Delivery, letter.id) is None


@dataclass
class Meanwhile(Receiver):
    """While a letter is on the wire something happens. What a sender raises is a receipt: here it is the test that fails."""

    happens: Callable[[], None] | None = None
    failed: list[Exception] = field(default_factory=list)

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        said = super().send(decision, address)
        happens, self.happens = self.happens, None
        try:
            if happens:
                happens()
        except Exception as error:
            self.failed.append(error)
        return said


def taken(outbox: Outbox) -> ClaimedDelivery:
    claimed = dispatch.take(outbox.database, clock=lambda: NOW, worker=WORKER)
    assert claimed is not None
    return claimed


@pytest.mark.parametrize("said", [AA, AE])
def test_on_the_wire_whoever_hears_its_answer_takes_the_next_letter(outbox: Outbox, said: Receipt) -> None:
    round_, other = outbox.signed(), outbox.signed()
    receiver = Meanwhile([said, AA], happens=lambda: destroy(outbox, round_))

    following = dispatch.deliver(
        outbox.database, {Channel.MLLP: receiver}, taken(outbox), clock=lambda: NOW, goes_on=lambda: True
    )

    assert receiver.failed == []
    assert following is not None and following.delivery_id == outbox.letter(other).id


@pytest.mark.parametrize(("said", "failures"), [(SILENCE, 1), (LATER, 1), (AA, 0)])
def test_what_it_said_of_its_receiver_counts_and_the_queue_is_free(outbox: Outbox, said: Receipt, failures: int) -> None:
    round_, other = outbox.signed(), outbox.signed()
    receiver = Meanwhile([said], happens=lambda: destroy(outbox, round_))

    dispatch.deliver(outbox.database, {Channel.MLLP: receiver}, taken(outbox), clock=lambda: NOW)

    assert receiver.failed == []
    with outbox.database.transaction() as session:
        queue = destinations.of(session, outbox.letter(other))
        assert (queue.leased_until, queue.failures) == (None, failures)


def test_of_another_worker_by_now_its_queue_stays_that_ones(outbox: Outbox) -> None:
    round_, other = outbox.signed(), outbox.signed()

    def overtaken() -> None:
        destroy(outbox, round_)
        with outbox.database.transaction() as session:
            destinations.of(session, outbox.letter(other)).leased_by = WORKER + 1

    receiver = Meanwhile([AA], happens=overtaken)
    dispatch.deliver(outbox.database, {Channel.MLLP: receiver}, taken(outbox), clock=lambda: NOW)

    assert receiver.failed == []
    with outbox.database.transaction() as session:
        assert destinations.of(session, outbox.letter(other)).leased_until is not None


@pytest.mark.parametrize("channel", [Channel.MLLP, Channel.PAPER])
def test_taken_and_not_yet_printed_it_does_not_leave(outbox: Outbox, channel: Channel) -> None:
    round_, other = outbox.signed(), outbox.signed()
    if channel is Channel.PAPER:
        with outbox.database.transaction() as session:
            handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)
            session.get_one(Delivery, outbox.letter(other).id).next_attempt_at = None
    claimed, receiver = taken(outbox), Receiver([AA])
    assert claimed.channel is channel
    destroy(outbox, round_)

    dispatch.deliver(outbox.database, {Channel.MLLP: receiver}, claimed, clock=lambda: NOW)

    assert receiver.came == []
    with outbox.database.transaction() as session:
        queue = destinations.of(session, outbox.letter(other))
        assert (queue.leased_until, queue.failures) == (None, 0)
    assert outbox.letter(other).state is DeliveryState.WAITING


def test_printed_at_an_attempt_of_before_it_does_not_leave_again(outbox: Outbox) -> None:
    """Nothing was printed any more, and so nobody looked whether it was there."""
    round_ = outbox.signed()
    outbox.work(Receiver([SILENCE]), at=NOW)
    outbox.now += HOUR
    claimed, receiver = dispatch.take(outbox.database, clock=lambda: outbox.now, worker=WORKER), Receiver([AA])
    assert claimed is not None and claimed.letter
    destroy(outbox, round_)

    dispatch.deliver(outbox.database, {Channel.MLLP: receiver}, claimed, clock=lambda: outbox.now)

    assert receiver.came == []


def test_a_worker_that_asks_whether_it_may_send_it_hears_no_and_does_not_fail(outbox: Outbox) -> None:
    round_ = outbox.signed()
    claimed = taken(outbox)
    assert dispatch.is_ours(outbox.database, claimed)
    destroy(outbox, round_)

    assert not dispatch.is_ours(outbox.database, claimed)
    assert not dispatch.is_held(outbox.database, claimed)
