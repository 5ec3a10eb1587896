"""A worker that died leaves its queue to another one; and one that only seemed dead does not spoil what the other is doing."""

from __future__ import annotations

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.delivery import Audience, DeliveryState
from mdo_portal.domain.recipient import Destination
from mdo_portal.exchange import Receipt
from mdo_portal.services.letters import deliveries, handing_over, outbox, succession
from mdo_portal.services.letters.outbox import ClaimedDelivery
from tests.make import NOW
from tests.outbox_house import AA, AE, LATER, SILENCE, Outbox
from tests.people import Region

FIRST, SECOND = 1001, 1002


@pytest.fixture
def outbox_(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def taken(house: Outbox, worker: int) -> ClaimedDelivery | None:
    with house.database.transaction() as session:
        return outbox.claim(session, now=NOW, worker=worker)


def settled(house: Outbox, claimed: ClaimedDelivery, said: Receipt) -> None:
    with house.database.transaction() as session:
        deliveries.settle(session, claimed.delivery_id, said, now=NOW, worker=claimed.worker)


def taken_over(house: Outbox, worker: int) -> int:
    with house.database.transaction() as session:
        return succession.take_over(session, worker)


def queue_of(house: Outbox, hospital: str = "ZEED") -> Destination:
    with house.database.transaction() as session:
        return session.get_one(Destination, (house.region.hospitals[hospital], Audience.REFERRER))


def test_what_a_dead_worker_had_under_way_may_go_and_nothing_of_another_one(outbox_: Outbox) -> None:
    outbox_.signed(), outbox_.signed(hospital="DELT")
    first, second = taken(outbox_, FIRST), taken(outbox_, SECOND)
    assert first and second and taken(outbox_, SECOND) is None

    assert taken_over(outbox_, FIRST) == 1

    again = taken(outbox_, SECOND)
    assert again is not None and again.delivery_id == first.delivery_id
    assert taken(outbox_, SECOND) is None


@pytest.mark.parametrize("said", [LATER, SILENCE, AE])
def test_a_late_word_of_a_worker_that_was_taken_for_dead_neither_settles_the_letter_nor_frees_the_queue(
    outbox_: Outbox, said: Receipt
) -> None:
    round_ = outbox_.signed()
    outbox_.signed()
    first = taken(outbox_, FIRST)
    taken_over(outbox_, FIRST)
    second = taken(outbox_, SECOND)
    assert first and second and first.delivery_id == second.delivery_id

    settled(outbox_, first, said)

    assert outbox_.letter(round_).state is DeliveryState.WAITING
    assert queue_of(outbox_).leased_by == SECOND and queue_of(outbox_).failures == 0
    assert taken(outbox_, FIRST) is None


@pytest.mark.parametrize(("said", "may_be_there"), [(SILENCE, True), (LATER, False)])
def test_what_it_may_have_sent_may_be_there_whoever_has_the_queue_by_now(
    outbox_: Outbox, said: Receipt, may_be_there: bool
) -> None:
    """The other found nobody: the letter was said never to have left, and cancelled as such when its patient objected."""
    round_ = outbox_.signed()
    first = taken(outbox_, FIRST)
    taken_over(outbox_, FIRST)
    second = taken(outbox_, SECOND)
    assert first and second

    settled(outbox_, second, LATER)
    settled(outbox_, first, said)

    assert (outbox_.letter(round_).sent_at is not None) is may_be_there


def test_its_receipt_counts_and_the_queue_stays_the_others(outbox_: Outbox) -> None:
    round_ = outbox_.signed()
    outbox_.signed()
    first = taken(outbox_, FIRST)
    taken_over(outbox_, FIRST)
    assert first and taken(outbox_, SECOND)

    settled(outbox_, first, AA)

    assert outbox_.letter(round_).state is DeliveryState.RECEIVED
    assert queue_of(outbox_).leased_by == SECOND
    assert taken(outbox_, FIRST) is None


def test_a_letter_that_is_printed_does_not_free_the_line_for_a_second_letter(outbox_: Outbox) -> None:
    outbox_.signed()
    on_the_wire = taken(outbox_, FIRST)
    carried, _ = outbox_.signed(), outbox_.signed()
    with outbox_.database.transaction() as session:
        handing_over.put_on_paper(session, session.merge(outbox_.letter(carried)), now=NOW)
    printed = taken(outbox_, FIRST)
    assert on_the_wire and printed and printed.delivery_id == outbox_.letter(carried).id

    with outbox_.database.transaction() as session:
        handing_over.hand_over(session, printed.delivery_id, is_queued=printed.is_queued)

    assert taken(outbox_, FIRST) is None
