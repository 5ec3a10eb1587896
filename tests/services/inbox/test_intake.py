"""Keeping what hospitals send: each message once, sealed, in order per patient; noise is counted and not kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import RAW_PURPOSE, FeedCount, InboundMessage, InboundState
from mdo_portal.services.inbox import intake
from tests import make
from tests.make import NOW
from tests.people import Region

DAY = timedelta(days=1)


def kept(session: Session) -> list[InboundMessage]:
    session.expire_all()
    return list(session.scalars(select(InboundMessage).order_by(InboundMessage.seq)))


def test_a_message_is_kept_sealed_with_who_sent_it(session: Session, region: Region) -> None:
    raw = make.hl7_referral("M1", patient="12345")
    link = region.links["ZEED"]

    intake.keep(session, [make.arrival(link, raw=raw, control_id="M1")])

    (row,) = kept(session)
    assert (row.hospital_id, row.control_id, row.size, row.state) == (link.hospital_id, "M1", len(raw), InboundState.KEPT)
    assert b"12345" not in row.raw_sealed
    assert make.sealer().open(row.raw_sealed, purpose=RAW_PURPOSE) == raw


@pytest.mark.parametrize("of", ["no link", "another hospital's link"])
def test_a_message_is_of_the_hospital_of_its_link(session: Session, region: Region, of: str) -> None:
    """By which of the two somebody sees it must not depend on who wrote the row."""
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id="M1")])
    (row,) = kept(session)

    row.link_id = None if of == "no link" else region.links["KREE"].link_id

    with pytest.raises(IntegrityError, match="fk_inbound_messages_link_id_hospital_id_links"):
        session.flush()


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


@pytest.mark.parametrize("among_noise", [False, True])
def test_a_batch_is_kept_in_the_order_in_which_it_came_each_message_with_what_is_its_own(
    session: Session, region: Region, among_noise: bool
) -> None:
    """Its columns travel as one array each, side by side: what is empty in one message takes nothing from the next."""
    of_each = [
        (region.links["ZEED"], "", ""),
        (region.links["KREE"], "no_control_id", "MSH-10"),
        (None, "unknown_sender", ""),
    ] * 4
    batch = [
        replace(make.arrival(link, raw=b"x" * (20 - at), control_id=f"M{at}", at=NOW - at * DAY, reason=reason), place=place)
        for at, (link, reason, place) in enumerate(of_each)
    ]
    noise = [make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("ZEED", str(at)),)) for at in range(12)]

    intake.keep(session, [one for pair in zip(batch, noise, strict=True) for one in pair[: 1 + among_noise]])

    assert [
        (one.control_id, one.size, one.received_at, one.link_id, one.hospital_id, one.reason, one.place) for one in kept(session)
    ] == [
        (f"M{at}", 20 - at, NOW - at * DAY, link and link.link_id, link and link.hospital_id, reason, place)
        for at, (link, reason, place) in enumerate(of_each)
    ]
    assert [make.sealer().open(one.raw_sealed, purpose=RAW_PURPOSE) for one in kept(session)] == [one.raw for one in batch]
    assert feed(session) == 12 * among_noise


# Noise


def feed(session: Session) -> int:
    return session.scalar(select(func.coalesce(func.sum(FeedCount.ignored), 0))) or 0


def test_a_feed_message_about_a_stranger_is_counted_and_not_kept(session: Session, region: Region) -> None:
    messages = [make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("ZEED", "777"),)) for _ in range(3)]

    intake.keep(session, messages[:2])
    intake.keep(session, messages[2:])

    assert (kept(session), feed(session)) == ([], 3)


def test_a_feed_message_that_was_refused_is_kept_whoever_it_is_about(session: Session, region: Region) -> None:
    """Counted and not kept is only what was answered for: of what must come again somebody has to see why."""
    link, refused = region.links["ZEED"], [("other_name", region.links["ZEED"]), ("unknown_sender", None)]
    messages = [make.arrival(of, kind="ADT^A08", patient_numbers=(("ZEED", why),), reason=why) for why, of in refused]

    intake.keep(session, [*messages, make.arrival(link, kind="ADT^A08", patient_numbers=(("ZEED", "777"),))])

    assert ([row.reason for row in kept(session)], feed(session)) == (["other_name", "unknown_sender"], 1)


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


@pytest.mark.parametrize("reason", ["", "no_control_id"])
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_change_right_behind_the_referral_is_no_noise(
    session: Session, region: Region, in_one_batch: bool, reason: str
) -> None:
    """The referral waits to be understood, or to be sent again in good order: its patient is not in any table yet."""
    messages = [
        make.arrival(region.links["ZEED"], reason=reason, patient_numbers=(("ZEED", "4711"),)),
        make.arrival(region.links["ZEED"], kind="ADT^A08", patient_numbers=(("ZEED", "4711"),)),
    ]

    for batch in [messages] if in_one_batch else [messages[:1], messages[1:]]:
        intake.keep(session, batch)

    assert (len(kept(session)), feed(session)) == (2, 0)


def test_a_message_with_more_patients_than_were_looked_for_is_kept(session: Session, region: Region) -> None:
    message = make.arrival(region.links["ZEED"], kind="ADT^A40", patient_numbers=(("ZEED", "U1"),))
    unseen = replace(message, raw=b"longer", header=message.header._replace(has_more_patients=True))

    intake.keep(session, [message, unseen])

    assert [row.kind for row in kept(session)] == ["ADT^A40"]
