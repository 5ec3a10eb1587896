"""Keeping what hospitals send: each message once, sealed, in order per patient; noise is counted and not kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import RAW_PURPOSE, FeedCount, InboundMessage, InboundState
from mdo_portal.services import intake
from mdo_portal.services.intake import Arrival
from tests import make
from tests.make import NOW
from tests.people import Region


def kept(session: Session) -> list[InboundMessage]:
    session.expire_all()
    return list(session.scalars(select(InboundMessage).order_by(InboundMessage.seq)))


def claimed_numbers(session: Session, messages: list[Arrival]) -> list[str]:
    """Understand everything there is; gives the control ids in the order in which they were claimed."""
    intake.keep(session, messages)
    order = []
    while claimed := intake.claim(session, now=NOW):
        order.append(claimed.raw.decode())
        intake.settle(session, claimed.message_id, InboundState.UNDERSTOOD, now=NOW)
    return order


def test_a_message_is_kept_sealed_with_who_sent_it(session: Session, region: Region) -> None:
    raw = make.hl7_referral("M1", patient="12345")
    link = region.links["ZEED"]

    intake.keep(session, [make.arrival(link, raw=raw, control_id="M1")])

    (row,) = kept(session)
    assert (row.hospital_id, row.control_id, row.size, row.state) == (link.hospital_id, "M1", len(raw), InboundState.KEPT)
    assert b"12345" not in row.raw_sealed
    assert make.sealer().open(row.raw_sealed, purpose=RAW_PURPOSE) == raw


def test_a_double_only_counts_up(session: Session, region: Region) -> None:
    message = make.arrival(region.links["ZEED"], control_id="M1")

    intake.keep(session, [message])
    intake.keep(session, [message])

    (row,) = kept(session)
    assert (row.doubles, row.doubled_at) == (1, NOW)


def test_a_double_in_the_same_batch_counts_too(session: Session, region: Region) -> None:
    message = make.arrival(region.links["ZEED"], control_id="M1")

    intake.keep(session, [message, message, message])

    assert [row.doubles for row in kept(session)] == [2]


def test_the_same_number_with_other_bytes_is_another_message(session: Session, region: Region) -> None:
    link = region.links["ZEED"]

    intake.keep(session, [make.arrival(link, raw=raw, control_id="M1") for raw in (b"one", b"two")])

    assert len(kept(session)) == 2


def test_two_hospitals_may_use_the_same_number(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links[code], raw=b"same", control_id="M1") for code in ("ZEED", "KREE")])

    assert len(kept(session)) == 2


def test_a_stranger_who_repeats_is_kept_once(session: Session) -> None:
    message = make.arrival(None, control_id="M1", reason="unknown_sender")

    intake.keep(session, [message])
    intake.keep(session, [message])

    (row,) = kept(session)
    assert (row.hospital_id, row.state, row.reason, row.doubles) == (None, InboundState.UNREADABLE, "unknown_sender", 1)


def test_one_senders_junk_does_not_refuse_the_whole_batch(session: Session, region: Region) -> None:
    junk = make.arrival(region.links["KREE"], control_id="M\0" + "9" * 500, kind="REF\0^I12" * 30, raw=b"junk")

    intake.keep(session, [junk, make.arrival(region.links["ZEED"], control_id="M1")])

    assert sorted(row.control_id for row in kept(session))[0] == "M1"
    assert len(kept(session)) == 2


# Noise


def feed(session: Session) -> int:
    return session.scalar(select(func.coalesce(func.sum(FeedCount.ignored), 0))) or 0


def test_a_feed_message_about_a_stranger_is_counted_and_not_kept(session: Session, region: Region) -> None:
    messages = [make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("ZEED", "777"),)) for _ in range(3)]

    intake.keep(session, messages[:2])
    intake.keep(session, messages[2:])

    assert (kept(session), feed(session)) == ([], 3)


@pytest.mark.parametrize("known_by", ["4711", make.BSN])
def test_a_feed_message_about_a_referred_patient_is_kept(session: Session, region: Region, known_by: str) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    make.case(session, zeed, patient=make.identity("4711", bsn=make.BSN))

    intake.keep(session, [make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("", known_by),))])

    assert (len(kept(session)), feed(session)) == (1, 0)


def test_another_hospitals_patient_with_that_number_is_still_a_stranger(session: Session, region: Region) -> None:
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    make.case(session, zeed, patient=make.identity("4711"))

    intake.keep(session, [make.arrival(region.links["KREE"], kind="ADT^A08", patient_numbers=(("", "4711"),))])

    assert (kept(session), feed(session)) == ([], 1)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_change_right_behind_the_referral_is_no_noise(session: Session, region: Region, in_one_batch: bool) -> None:
    """The referral waits to be understood: its patient is not in any table yet."""
    messages = [
        make.arrival(region.links["ZEED"], patient_numbers=(("ZEED", "4711"),)),
        make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("ZEED", "4711"),)),
    ]

    for batch in [messages] if in_one_batch else [messages[:1], messages[1:]]:
        intake.keep(session, batch)

    assert (len(kept(session)), feed(session)) == (2, 0)


# The queue


def test_messages_of_one_patient_go_in_order_also_when_they_carry_other_numbers(session: Session, region: Region) -> None:
    numbers = [("1", make.BSN), (make.BSN, "9"), ("9",), ("2",)]
    messages = [
        make.arrival(region.links["ZEED"], control_id=f"M{at}", patient_numbers=tuple(("", one) for one in some))
        for at, some in enumerate(numbers)
    ]
    intake.keep(session, messages)

    first = intake.claim(session, now=NOW)
    meanwhile = intake.claim(session, now=NOW)

    assert first is not None and first.raw == b"M0"
    assert meanwhile is not None and meanwhile.raw == b"M3"  # another patient; M1 and M2 wait
    assert intake.claim(session, now=NOW) is None


def test_messages_without_a_patient_wait_for_nobody(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"]) for _ in range(3)])

    assert all(intake.claim(session, now=NOW) for _ in range(3))


def test_everything_is_claimed_once_in_order_of_arrival(session: Session, region: Region) -> None:
    messages = [make.arrival(region.links["ZEED"], control_id=f"M{number}", patient_numbers=(("", "1"),)) for number in range(5)]

    assert claimed_numbers(session, messages) == [f"M{number}" for number in range(5)]


def test_a_claimed_message_is_left_alone_until_its_lease_is_over(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id="M1")])
    first = intake.claim(session, now=NOW)

    assert intake.claim(session, now=NOW + timedelta(seconds=5)) is None
    again = intake.claim(session, now=NOW + intake.LEASE)

    assert first is not None and again is not None
    assert (again.raw, again.attempts) == (first.raw, first.attempts + 1)


def test_whose_lease_ran_out_may_not_settle_any_more(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"])])
    slow = intake.claim(session, now=NOW)
    assert slow is not None and intake.hold(session, slow)

    quick = intake.claim(session, now=NOW + intake.LEASE)

    assert quick is not None and intake.hold(session, quick)
    assert not intake.hold(session, slow)


def test_waiting_counts_what_is_not_understood_yet(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"]), make.arrival(None, reason="unknown_sender")])

    assert intake.waiting(session) == 1
