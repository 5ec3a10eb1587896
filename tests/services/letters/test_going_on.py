"""A sender that goes on: the answer to one letter and the taking of the next one of its destination are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.recipient import Destination
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt
from mdo_portal.services.letters import deliveries, outbox, succession
from mdo_portal.services.letters.outbox import ClaimedDelivery
from tests.make import NOW
from tests.outbox_house import AA, AE, LATER, SILENCE, Outbox, Receiver
from tests.people import Region

FIRST, SECOND = 1001, 1002


@pytest.fixture
def house(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def taken(house: Outbox, worker: int = FIRST) -> ClaimedDelivery:
    found = dispatch.take(house.database, clock=lambda: house.now, worker=worker)
    assert found is not None
    return found


def gone_on(house: Outbox, claimed: ClaimedDelivery, receiver: Receiver) -> ClaimedDelivery | None:
    senders = {Channel.MLLP: receiver, Channel.FHIR: receiver}
    return dispatch.deliver(house.database, senders, claimed, clock=lambda: house.now, goes_on=lambda: True)


def numbers(came: Sequence[object]) -> list[str]:
    return [one.delivery_id for one in came]  # type: ignore[attr-defined]


def test_letters_of_one_destination_go_in_the_order_in_which_they_were_signed_and_nobody_comes_in_between(house: Outbox) -> None:
    rounds = [house.signed() for _ in range(4)]
    receiver, following = Receiver([AA]), taken(house)
    others = []
    while following is not None:
        others.append(dispatch.take(house.database, clock=lambda: house.now, worker=SECOND))
        following = gone_on(house, following, receiver)  # type: ignore[assignment]

    assert numbers(receiver.came) == [str(house.letter(one).id) for one in rounds]
    assert {house.letter(one).state for one in rounds} == {DeliveryState.RECEIVED}
    assert others == [None] * 4
    house.signed()
    assert taken(house, SECOND), "with nothing left the queue is free"


def test_it_leaves_the_letters_of_other_destinations_to_others(house: Outbox) -> None:
    house.signed(), house.signed(hospital="DELT")

    assert gone_on(house, taken(house), Receiver([AA])) is None
    assert taken(house, SECOND).recipient.code == "DELT"


def test_a_letter_that_was_refused_does_not_end_it(house: Outbox) -> None:
    house.signed(), house.signed()

    assert gone_on(house, taken(house), Receiver([AE])) is not None


@pytest.mark.parametrize("said", [LATER, SILENCE])
def test_who_does_not_answer_gets_no_next_letter_at_once(house: Outbox, said: Receipt) -> None:
    house.signed(), house.signed()

    assert gone_on(house, taken(house), Receiver([said])) is None
    assert dispatch.take(house.database, clock=lambda: house.now, worker=SECOND) is None, "the destination rests"


def test_a_correction_waits_for_its_first_version_and_follows_it(house: Outbox) -> None:
    round_ = house.signed()
    house.corrected(round_)
    receiver = Receiver([AA])

    following = gone_on(house, taken(house), receiver)
    assert following is not None and gone_on(house, following, receiver) is None

    assert [one.version for one in receiver.came] == [1, 2]


@pytest.fixture
def waiting_copies(house: Outbox) -> list[Round]:
    """Two discussions whose letters to the hospital arrived; the copies for their practitioners wait, and the first case is objected to."""
    house.copies_to_gps()
    rounds = [house.signed(gp="Huisartsenpraktijk De Duinroos") for _ in range(2)]
    to_gps = (house.region.hospitals["ZEED"], Audience.GP)
    with house.database.transaction() as session:
        session.get_one(Destination, to_gps).next_attempt_at = NOW + timedelta(days=1)
    assert house.drain(Receiver([AA])) == 2
    with house.database.transaction() as session:
        session.get_one(Destination, to_gps).next_attempt_at = None
        session.get_one(Case, rounds[0].case_id).objected = True
    return rounds


def test_a_copy_whose_patient_objects_is_cancelled_and_the_next_letter_goes_at_once(
    house: Outbox, waiting_copies: list[Round]
) -> None:
    receiver = Receiver([AA])

    assert house.work(receiver)

    states = [house.letter(one, audience=Audience.GP).state for one in waiting_copies]
    assert states == [DeliveryState.CANCELLED, DeliveryState.RECEIVED] and len(receiver.came) == 1


def test_a_copy_that_is_cancelled_while_going_on_leaves_the_queue_free(house: Outbox, waiting_copies: list[Round]) -> None:
    with house.database.transaction() as session:
        for number, one in enumerate(waiting_copies):
            session.get_one(Case, one.case_id).objected = number == 1

    assert gone_on(house, taken(house), Receiver([AA])) is None

    assert house.letter(waiting_copies[1], audience=Audience.GP).state is DeliveryState.CANCELLED
    with house.database.transaction() as session:
        assert session.get_one(Destination, (house.region.hospitals["ZEED"], Audience.GP)).leased_until is None


def test_who_lost_the_queue_meanwhile_does_not_go_on(house: Outbox) -> None:
    house.signed(), house.signed()
    first = taken(house)
    with house.database.transaction() as session:
        succession.take_over(session, FIRST)
    second = taken(house, SECOND)
    assert second.delivery_id == first.delivery_id

    with house.database.transaction() as session:
        settled = deliveries.settle(session, first.delivery_id, AA, now=NOW, worker=FIRST)
        assert outbox.claim_after(session, first, settled.queue, now=NOW + timedelta(seconds=1)) is None


def test_after_a_letter_on_paper_there_is_no_queue_to_go_on_with(house: Outbox) -> None:
    house.signed(), house.signed()
    claimed = taken(house)
    with house.database.transaction() as session:
        settled = deliveries.settle(session, claimed.delivery_id, AA, now=NOW, worker=FIRST)
        assert outbox.claim_after(session, replace(claimed, is_queued=False), settled.queue, now=NOW) is None
