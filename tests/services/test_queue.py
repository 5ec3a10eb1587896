"""The queue of what is to be understood: in order per patient, each message once, a batch at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundState
from mdo_portal.services import intake, queue
from mdo_portal.services.intake import Arrival
from mdo_portal.services.queue import ClaimedMessage
from tests import make
from tests.make import NOW
from tests.people import Region


def one(session: Session, now: datetime = NOW) -> ClaimedMessage | None:
    """The next message, if there is one that may be understood now."""
    return next(iter(queue.claim(session, now=now)), None)


def claimed_numbers(session: Session, messages: list[Arrival]) -> list[str]:
    """Understand everything there is; gives the control ids in the order in which they were claimed."""
    intake.keep(session, messages)
    order = []
    while claimed := one(session):
        order.append(claimed.raw.decode())
        queue.settle(session, claimed.message_id, InboundState.UNDERSTOOD, now=NOW)
    return order


def test_messages_of_one_patient_go_in_order_also_when_they_carry_other_numbers(session: Session, region: Region) -> None:
    numbers = [("1", make.BSN), (make.BSN, "9"), ("9",), ("2",)]
    messages = [
        make.arrival(region.links["ZEED"], control_id=f"M{at}", patient_numbers=tuple(("", one) for one in some))
        for at, some in enumerate(numbers)
    ]
    intake.keep(session, messages)

    first = one(session)
    meanwhile = one(session)

    assert first is not None and first.raw == b"M0"
    assert meanwhile is not None and meanwhile.raw == b"M3"  # another patient; M1 and M2 wait
    assert one(session) is None


def test_messages_without_a_patient_wait_for_nobody(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"]) for _ in range(3)])

    assert all(one(session) for _ in range(3))


def test_everything_is_claimed_once_in_order_of_arrival(session: Session, region: Region) -> None:
    messages = [make.arrival(region.links["ZEED"], control_id=f"M{number}", patient_numbers=(("", "1"),)) for number in range(5)]

    assert claimed_numbers(session, messages) == [f"M{number}" for number in range(5)]


def test_a_claimed_message_is_left_alone_until_its_lease_is_over(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id="M1")])
    first = one(session)

    assert one(session, NOW + timedelta(seconds=5)) is None
    again = one(session, NOW + queue.LEASE)

    assert first is not None and again is not None
    assert (again.raw, again.attempts) == (first.raw, first.attempts + 1)


def test_whose_lease_ran_out_may_not_settle_any_more(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"])])
    slow = one(session)
    assert slow is not None and queue.hold(session, [slow])

    quick = one(session, NOW + queue.LEASE)

    assert quick is not None and queue.hold(session, [quick])
    assert not queue.hold(session, [slow])


def test_waiting_counts_what_is_not_understood_yet(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"]), make.arrival(None, reason="unknown_sender")])

    assert queue.waiting(session) == 1
