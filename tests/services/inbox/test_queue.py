"""The queue of what is to be understood: in order per patient, each message once, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.services.common import changes
from mdo_portal.services.inbox import intake, queue, settling
from mdo_portal.services.inbox.queue import Lane
from mdo_portal.services.inbox.settling import ClaimedMessage
from mdo_portal.services.inbox.sifting import Arrival
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
        settling.settle(session, claimed.message_id, InboundState.UNDERSTOOD, now=NOW)
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
    assert slow is not None and settling.hold(session, [slow])

    quick = one(session, NOW + queue.LEASE)

    assert quick is not None and settling.hold(session, [quick])
    assert not settling.hold(session, [slow])


# Batches and lanes


def kept(session: Session, region: Region, *told: str, hospital: str = "ZEED") -> None:
    """Messages M0, M1 … each about the patients whose numbers stand in its word: `12` is about 1 and about 2."""
    link = region.links[hospital]
    intake.keep(
        session,
        [
            make.arrival(link, control_id=f"M{at}", patient_numbers=tuple(("", number) for number in word))
            for at, word in enumerate(told)
        ],
    )


def raws(claimed: Sequence[ClaimedMessage]) -> str:
    return " ".join(message.raw.decode() for message in claimed)


def test_a_batch_takes_what_waits_for_nobody_outside_it(session: Session, region: Region) -> None:
    kept(session, region, "1", "1", "2", "3", "2")

    assert raws(queue.claim(session, now=NOW, most=3)) == "M0 M1 M2"
    assert raws(queue.claim(session, now=NOW, most=3)) == "M3"  # M4 waits for M2, which is in another batch


def test_what_a_worker_left_goes_to_the_careful_lane_and_its_patient_waits(session: Session, region: Region) -> None:
    kept(session, region, "1", "1", "2")
    queue.claim(session, now=NOW, lane=Lane.QUICK)  # and its worker dies
    later = NOW + queue.LEASE

    quick = queue.claim(session, now=later, most=9, lane=Lane.QUICK)
    careful = queue.claim(session, now=later, most=9, lane=Lane.CAREFUL)

    assert (raws(quick), raws(careful)) == ("M2", "M0")


def test_what_is_given_back_is_as_if_it_was_never_claimed(session: Session, region: Region) -> None:
    kept(session, region, "1", "2")
    claimed = queue.claim(session, now=NOW, most=2)

    settling.release(session, claimed[1:])

    (again,) = queue.claim(session, now=NOW, most=2, lane=Lane.QUICK)
    assert (again.raw, again.attempts) == (b"M1", 1)


def test_a_batch_is_not_larger_than_a_worker_can_hold(session: Session, region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_BYTES", 3)
    kept(session, region, "1", "2", "3")

    assert raws(queue.claim(session, now=NOW, most=9)) == "M0 M1"


@pytest.mark.parametrize(("told", "ours"), [(["1", "12", "2", "3"], "M3"), (["4", "23", "34", "2"], "M1")])
def test_what_another_is_claiming_at_this_moment_is_left_to_him_and_so_is_what_follows_it(
    database: Database, region: Region, told: list[str], ours: str
) -> None:
    with database.transaction() as session:
        kept(session, region, *told)

    with database.transaction() as first:
        assert raws(queue.claim(first, now=NOW)) == "M0"
        with database.transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '1s'"))  # who waits for the other fails
            assert raws(queue.claim(second, now=NOW, most=9)) == ours


def test_what_follows_a_merge_in_one_batch_does_not_overtake_what_waits_for_another_patient(
    session: Session, region: Region
) -> None:
    kept(session, region, "4", "23", "34", "2")
    queue.claim(session, now=NOW)  # the one about 4 is with another worker

    assert raws(queue.claim(session, now=NOW, most=9)) == "M1", "the last is about 2, who is 3 now, and that one waits for 4"


def test_after_a_merge_both_numbers_are_one_patient(session: Session, region: Region) -> None:
    kept(session, region, "12")
    merge = one(session)
    assert merge is not None
    queue.same_patient(session, merge.message_id, now=NOW)
    settling.settle(session, merge.message_id, InboundState.UNDERSTOOD, now=NOW)
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id=f"N{at}", patient_numbers=(("", at),)) for at in "213"])

    assert [raws(queue.claim(session, now=NOW)) for _ in range(3)] == ["N2", "N3", ""]


def test_the_same_number_in_another_hospital_is_another_patient(session: Session, region: Region) -> None:
    kept(session, region, "1")
    kept(session, region, "1", hospital="KREE")

    assert [raws(queue.claim(session, now=NOW)) for _ in range(2)] == ["M0", "M0"]


@pytest.mark.parametrize(
    ("kind", "channel", "read_by"),
    [
        ("ACK^T02^ACK", Channel.MLLP, "generic-v2"),  # its word about a letter that went by this line
        ("ACK^T02^ACK", Channel.PAPER, "hix"),
        ("REF^I12^REF_I12", Channel.MLLP, "hix"),
    ],
)
def test_the_word_about_a_letter_is_read_by_the_profile_that_letters_go_by_and_all_else_by_that_of_what_comes_in(
    session: Session, region: Region, kind: str, channel: Channel, read_by: str
) -> None:
    link = session.get_one(Link, region.links["ZEED"].link_id)
    link.profile_in, link.profile_out, link.channel_out = "hix", "generic-v2", channel
    session.flush()
    intake.keep(session, [make.arrival(region.links["ZEED"], kind=kind)])

    claimed = one(session)

    assert claimed is not None and claimed.profile == read_by


def test_what_cannot_be_opened_wakes_the_workers_for_what_waited_behind_it(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(changes, "wake", lambda _, work: woken.append(work))
    kept(session, region, "1", "1")
    session.execute(update(InboundMessage).where(InboundMessage.control_id == "M0").values(raw_sealed=b"2019z\0" + b"n" * 50))

    assert (raws(queue.claim(session, now=NOW)), woken) == ("", ["understand"])


def test_what_three_workers_died_over_is_not_given_to_a_fourth(session: Session, region: Region) -> None:
    kept(session, region, "1")

    claimed = [raws(queue.claim(session, now=NOW + times * queue.LEASE)) for times in range(4)]

    assert claimed == ["M0", "M0", "M0", ""]
    assert session.execute(select(InboundMessage.state, InboundMessage.reason)).one() == (InboundState.UNREADABLE, "failed")


@pytest.mark.parametrize("quick", ["settled it", "claimed it"])
def test_what_another_was_quicker_with_is_not_claimed(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, quick: str
) -> None:
    """Between our look at the queue and our lock another worker did with it what it wanted, and committed."""
    with database.transaction() as session:
        kept(session, region, "1")
    walk = queue._batches

    def overtaken(session: Session, **asked: Any) -> Iterator[list[queue.Waiting]]:
        found = list(walk(session, **asked))
        with database.transaction() as other, monkeypatch.context() as patched:
            patched.setattr(queue, "_batches", walk)
            (theirs,) = queue.claim(other, now=NOW - (queue.LEASE if quick == "settled it" else timedelta()))
            if quick == "settled it":
                settling.settle(other, theirs.message_id, InboundState.UNDERSTOOD, now=NOW)
        yield from found

    monkeypatch.setattr(queue, "_batches", overtaken)
    with database.transaction() as session:
        assert queue.claim(session, now=NOW) == []
