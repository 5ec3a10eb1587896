"""What stands still in the traffic with a hospital is mailed: by day, at any hour when it is the portal itself, and once a day."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Membership
from mdo_portal.domain.standstill import StandstillMailed
from mdo_portal.exchange import Wire
from mdo_portal.services.common import mails
from mdo_portal.services.inbox import polls
from mdo_portal.services.links import key_fetching
from mdo_portal.services.oversight import standstills
from mdo_portal.services.oversight.standstills import Listening
from tests import make
from tests.people import Region, person_id
from tests.services.follow_house import signed

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)  # a Monday
NIGHT = MORNING + timedelta(hours=18)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def told(session: Session, at: datetime, *, is_unheard: bool = False) -> list[str]:
    """Who is mailed when a worker looks once."""
    found = []
    while (one := standstills.claim(session, now=at, is_unheard=is_unheard)) is not None:
        found.append(one.email)
    return sorted(found)


def came(session: Session, hospital: uuid.UUID | None, state: InboundState, at: datetime, reason: str = "") -> InboundMessage:
    message = InboundMessage(
        **make.over_its_link(session, hospital),
        wire=Wire.HL7V2,
        state=state,
        reason=reason,
        received_at=at,
        digest=new_id().bytes * 2,
        raw_sealed=b"",
        size=0,
    )
    session.add(message)
    session.flush()
    return message


def test_while_nobody_listens_the_administrators_are_mailed_at_whatever_hour(session: Session, region: Region) -> None:
    assert told(session, NIGHT, is_unheard=True) == ["ada@example.nl"]
    assert told(session, NIGHT + MINUTE, is_unheard=True) == []


def test_what_lasts_is_told_again_each_day(session: Session, region: Region) -> None:
    moments = [NIGHT + HOUR * hours for hours in range(50)]

    assert [hours for hours, at in enumerate(moments) if told(session, at, is_unheard=True)] == [0, 24, 48]


def test_what_stops_once_more_after_it_moved_is_news_but_not_within_the_hour(session: Session, region: Region) -> None:
    assert told(session, NIGHT, is_unheard=True)
    assert not told(session, NIGHT + 10 * MINUTE)
    assert not told(session, NIGHT + 20 * MINUTE, is_unheard=True)
    assert told(session, NIGHT + 60 * MINUTE, is_unheard=True)
    assert not told(session, NIGHT + 120 * MINUTE, is_unheard=True)


def test_a_listener_that_is_started_anew_is_missed_by_nobody(session: Session, region: Region) -> None:
    session.get_one(Link, region.links["ZEED"].link_id).level = Level.HL7V2
    session.flush()
    seen = Listening()

    assert [seen.is_missed(session, now=NIGHT + MINUTE * minutes) for minutes in (0, 4, 5, 9)] == [False, False, True, True]


def test_nobody_misses_a_listener_where_no_hospital_sends_hl7_v2(session: Session, region: Region) -> None:
    for link in session.scalars(select(Link)):
        link.level = Level.FHIR
    session.flush()
    seen = Listening()

    assert not any(seen.is_missed(session, now=NIGHT + HOUR * hours) for hours in range(3))


def test_messages_that_nobody_reads_are_the_administrators_at_whatever_hour(session: Session, region: Region) -> None:
    came(session, region.hospitals["ZEED"], InboundState.KEPT, NIGHT)
    came(session, region.hospitals["KREE"], InboundState.KEPT, NIGHT)

    assert told(session, NIGHT + 5 * MINUTE) == []
    assert told(session, NIGHT + 6 * MINUTE) == ["ada@example.nl"]


def test_an_old_message_that_is_read_again_has_not_waited_since_it_came(session: Session, region: Region) -> None:
    came(session, region.hospitals["ZEED"], InboundState.KEPT, NIGHT - DAY).offered_at = NIGHT
    session.flush()

    assert told(session, NIGHT + 5 * MINUTE) == []


def test_a_message_that_could_not_be_read_and_that_nobody_saw_for_a_day_is_its_link_managers_by_day(
    session: Session, region: Region
) -> None:
    came(session, region.hospitals["ZEED"], InboundState.UNREADABLE, MORNING - DAY - MINUTE, "no_patient")

    assert told(session, MORNING - 4 * HOUR) == []
    assert told(session, MORNING - 2 * MINUTE) == []
    assert told(session, MORNING) == ["lars@example.nl"]
    assert told(session, MORNING + HOUR) == []


def test_a_message_that_waits_for_an_answer_about_a_patient_is_not_the_link_managers(session: Session, region: Region) -> None:
    came(session, region.hospitals["ZEED"], InboundState.UNREADABLE, MORNING - 3 * DAY, "identity_conflict")

    assert told(session, MORNING) == []


def test_what_could_be_brought_to_no_hospital_is_the_administrators(session: Session, region: Region) -> None:
    came(session, None, InboundState.UNREADABLE, MORNING - 3 * DAY, "unknown_sender")

    assert told(session, MORNING) == ["ada@example.nl"]


def test_a_hospital_without_a_link_manager_has_the_administrators(session: Session, region: Region) -> None:
    session.scalars(select(Membership).where(Membership.person_id == person_id("Lars"))).one().ended_at = MORNING - DAY
    came(session, region.hospitals["ZEED"], InboundState.UNREADABLE, MORNING - 3 * DAY, "no_patient")

    assert told(session, MORNING) == ["ada@example.nl"]


@pytest.mark.parametrize(("channel", "expected"), [(Channel.MLLP, ["lars@example.nl"]), (Channel.PAPER, [])])
def test_letters_that_go_by_themselves_and_do_not_arrive_are_told_and_paper_is_not(
    session: Session, region: Region, channel: Channel, expected: list[str]
) -> None:
    decision = signed(session, region)
    session.get_one(Link, region.links["ZEED"].link_id).channel_out = channel
    session.flush()
    late = (decision.signed_at + HOUR * hours for hours in range(5, 100))

    assert told(session, next(at for at in late if mails.is_time_to_mail(at))) == expected


@pytest.mark.parametrize(
    ("looked", "reason", "expected"),
    [
        (5 * HOUR, "unreachable", ["lars@example.nl"]),
        (3 * HOUR, "unreachable", []),
        (5 * HOUR, "", []),
        (None, "token", ["lars@example.nl"]),
    ],
)
def test_a_server_that_is_asked_what_is_new_and_answers_no_more_is_told(
    session: Session, region: Region, looked: timedelta | None, reason: str, expected: list[str]
) -> None:
    poll = polls.register(
        session, session.get_one(Link, region.links["ZEED"].link_id), "ServiceRequest", every=HOUR, now=MORNING - 6 * HOUR
    )
    poll.looked_at, poll.reason = MORNING - looked if looked else None, reason
    session.flush()

    assert told(session, MORNING) == expected


def test_a_server_that_has_not_answered_yet_has_its_four_hours(session: Session, region: Region) -> None:
    link = session.get_one(Link, region.links["ZEED"].link_id)
    polls.register(session, link, "ServiceRequest", every=HOUR, now=MORNING - 3 * HOUR).reason = "token"
    session.flush()

    assert told(session, MORNING) == []
    assert told(session, MORNING + 2 * HOUR) == ["lars@example.nl"]


def test_keys_that_cannot_be_fetched_for_a_day_are_told(session: Session, region: Region) -> None:
    link = session.get_one(Link, region.links["ZEED"].link_id)
    link.jwks_url_in = "https://epd.example/keys"
    session.flush()
    looks = [MORNING - DAY + 10 * MINUTE * count for count in range(145)]
    for at in looks[:-1]:
        claimed = key_fetching.claim(session, now=at)
        assert claimed is not None
        key_fetching.not_kept(session, claimed, "unreachable", now=at)

    assert told(session, MORNING - MINUTE) == []
    assert told(session, MORNING) == ["lars@example.nl"]

    link.jwks_url_in = "https://elders.example/keys"
    session.flush()
    assert key_fetching.failing(session, now=MORNING) == []


def test_keys_that_were_fetched_once_in_between_have_their_day_anew(session: Session, region: Region) -> None:
    session.get_one(Link, region.links["ZEED"].link_id).jwks_url_in = "https://epd.example/keys"
    session.flush()
    for hours, answered in ((-30, False), (-5, True), (-4, False)):
        claimed = key_fetching.claim(session, now=MORNING + HOUR * hours)
        assert claimed is not None
        if answered:
            key_fetching.keep(session, claimed, "{}", now=MORNING + HOUR * hours)
        else:
            key_fetching.not_kept(session, claimed, "unreachable", now=MORNING + HOUR * hours)

    assert told(session, MORNING) == []


def test_everything_that_stands_still_for_one_person_is_one_mail(session: Session, region: Region) -> None:
    came(session, None, InboundState.UNREADABLE, MORNING - 3 * DAY, "unknown_sender")
    came(session, region.hospitals["ZEED"], InboundState.KEPT, MORNING - HOUR)

    one = standstills.claim(session, now=MORNING, is_unheard=True)

    assert one is not None and len(one.stills) == 3
    assert standstills.claim(session, now=MORNING, is_unheard=True) is None


def test_what_the_mail_server_did_not_take_is_not_told(session: Session, region: Region) -> None:
    one = standstills.claim(session, now=NIGHT, is_unheard=True)
    assert one is not None
    standstills.put_back(session, one)

    assert session.scalars(select(StandstillMailed)).all() == []
    assert told(session, NIGHT + MINUTE, is_unheard=True) == ["ada@example.nl"]
