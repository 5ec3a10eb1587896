"""The inbox for people: whose messages they see, and what may be done with one."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import INBOUND_MOVES, InboundMessage, InboundState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import IllegalMove, NotFound
from mdo_portal.services.inbox import inbox, intake, queue, replaying, settling
from mdo_portal.services.inbox.inbox_rows import Asked
from mdo_portal.services.oversight import link_status
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def message(session: Session, region: Region) -> InboundMessage:
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id="M1")])
    return session.scalars(select(InboundMessage)).one()


def test_a_link_manager_sees_the_own_hospitals_messages_and_the_administrator_all(session: Session, region: Region) -> None:
    messages = [make.arrival(region.links[code], control_id=code) for code in ("ZEED", "KREE")]
    intake.keep(session, [*messages, make.arrival(None, control_id="WIE?", reason="unknown_sender")])

    assert {row.control_id for row in inbox.rows(session, region.lars)} == {"ZEED"}
    assert {row.control_id for row in inbox.rows(session, region.ada)} == {"ZEED", "KREE", "WIE?"}


@pytest.mark.parametrize(
    "sealed", [b"2019z\0" + b"n" * 12 + b"c" * 40, b"2026a\0nonce", b"x"], ids=["its key is gone", "cut off", "junk"]
)
def test_a_strangers_message_that_opens_no_more_hides_no_other(session: Session, region: Region, sealed: bytes) -> None:
    intake.keep(session, [make.arrival(None, control_id=number, reason="unknown_sender") for number in ("WIE1", "WIE2")])
    session.execute(update(InboundMessage).where(InboundMessage.control_id == "WIE1").values(raw_sealed=sealed))

    assert {row.control_id for row in inbox.rows(session, region.ada)} == {"WIE1", "WIE2"}


@pytest.mark.parametrize("name", ["carla", "dirk", "aisha"])
def test_for_everybody_else_a_message_does_not_exist(
    session: Session, region: Region, message: InboundMessage, name: str
) -> None:
    for message_id in (message.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            inbox.message_for(session, getattr(region, name), Act.INBOX_REPLAY, message_id)


@pytest.mark.parametrize("state", InboundState)
def test_a_message_is_offered_again_only_from_where_the_table_allows_it(
    session: Session, message: InboundMessage, state: InboundState
) -> None:
    message.state, message.reason, message.attempts = state, "failed", 3
    message.case_id, message.meaning = uuid.uuid4(), "referral"
    session.flush()

    if InboundState.KEPT in INBOUND_MOVES[state]:
        replaying.replay(session, message, now=NOW)
        session.refresh(message)
        assert (message.state, message.reason, message.attempts) == (InboundState.KEPT, "", 0)
    else:
        with pytest.raises(IllegalMove):
            replaying.replay(session, message, now=NOW)


def test_a_strangers_message_cannot_be_offered_again(session: Session) -> None:
    """Nobody knows which profile would read it; once the link is made, the sender sends again."""
    intake.keep(session, [make.arrival(None, reason="unknown_sender")])

    with pytest.raises(IllegalMove):
        replaying.replay(session, session.scalars(select(InboundMessage)).one(), now=NOW)


def test_only_what_nobody_could_read_is_put_aside(session: Session, message: InboundMessage) -> None:
    with pytest.raises(IllegalMove):
        replaying.ignore(session, message, now=NOW)

    message.state = InboundState.UNREADABLE
    replaying.ignore(session, message, now=NOW)

    assert (message.state, message.settled_at) == (InboundState.IGNORED, NOW)


def test_the_counts_add_up_to_what_came_in(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"]), make.arrival(region.links["ZEED"], reason="no_control_id")])
    (claimed,) = queue.claim(session, now=NOW)
    assert claimed is not None
    settling.settle(session, claimed.message_id, InboundState.UNDERSTOOD, now=NOW)

    assert sum(inbox.counts(session, region.lars).values()) == len(inbox.rows(session, region.lars)) == 2


def test_of_a_state_no_more_are_counted_than_somebody_asks_for(
    session: Session, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_COUNTED", 2)
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id=str(n)) for n in range(3)])

    assert inbox.counts(session, region.lars)[InboundState.KEPT] == 2


def test_reasons_are_counted_and_old_ones_raise_an_alarm(session: Session, region: Region) -> None:
    zeed, kree = region.links["ZEED"], region.links["KREE"]
    old, young = NOW - timedelta(days=2), NOW - timedelta(minutes=1)
    reasons = [("no_patient", old), ("no_patient", young), ("unknown_kind", young)]
    intake.keep(session, [make.arrival(zeed, reason=reason, at=at) for reason, at in reasons])
    intake.keep(session, [make.arrival(zeed, at=NOW - timedelta(minutes=6)), make.arrival(kree, reason="failed", at=old)])

    assert [(one.reason, one.messages) for one in inbox.reasons(session, region.lars)] == [("no_patient", 2), ("unknown_kind", 1)]
    assert inbox.alarms(session, region.lars, now=NOW) == (1, 1)
    assert inbox.alarms(session, region.ada, now=NOW) == (1, 2)
    assert [row.waits_too_long(NOW) for row in inbox.rows(session, region.lars)].count(True) == 2


def test_an_old_message_that_is_read_again_is_late_from_when_it_was_offered_and_not_from_when_it_came(
    session: Session, region: Region
) -> None:
    link = region.links["ZEED"]
    intake.keep(session, [make.arrival(link, reason="failed", at=NOW - timedelta(days=30))])

    def late(now: datetime) -> tuple[bool, bool, bool]:
        (row,) = inbox.rows(session, region.lars)
        status = link_status.status(session, session.get_one(Hospital, link.hospital_id), None, now=now)
        return inbox.alarms(session, region.lars, now=now).waiting > 0, row.waits_too_long(now), status.waits_too_long(now)

    replaying.replay_all(session, region.lars, Act.INBOX_REPLAY, "failed", now=NOW)

    assert late(NOW + timedelta(minutes=4)) == (False, False, False)
    assert late(NOW + timedelta(minutes=6)) == (True, True, True)


def test_all_of_one_reason_are_offered_again_and_nobody_elses(session: Session, region: Region) -> None:
    zeed, kree = region.links["ZEED"], region.links["KREE"]
    intake.keep(session, [make.arrival(one, reason="no_patient") for one in (zeed, zeed, kree, None)])
    intake.keep(session, [make.arrival(zeed, reason="unknown_kind")])

    assert len(replaying.replay_all(session, region.lars, Act.INBOX_REPLAY, "no_patient", now=NOW)) == 2
    assert replaying.replay_all(session, region.lars, Act.INBOX_REPLAY, "no_patient", now=NOW) == []
    assert (
        len(replaying.replay_all(session, region.ada, Act.INBOX_REPLAY, "no_patient", now=NOW)) == 1
    )  # KREE's; a stranger's cannot


def test_all_of_one_reason_are_put_aside_and_nobody_elses(session: Session, region: Region) -> None:
    zeed, kree = region.links["ZEED"], region.links["KREE"]
    intake.keep(session, [make.arrival(one, reason="no_patient") for one in (zeed, zeed, kree)])
    intake.keep(session, [make.arrival(zeed, reason=reason) for reason in ("unknown_kind", "identity_conflict")])

    aside = [replaying.ignore_all(session, region.lars, Act.INBOX_REPLAY, "no_patient", now=NOW) for _ in range(2)]
    asked = replaying.ignore_all(session, region.lars, Act.INBOX_REPLAY, "identity_conflict", now=NOW)

    assert ([len(one) for one in aside], asked) == ([2, 0], [])
    assert [(one.reason, one.messages) for one in inbox.reasons(session, region.ada)] == [("no_patient", 1), ("unknown_kind", 1)]
    assert inbox.counts(session, region.lars)[InboundState.IGNORED] == 2


def test_what_does_not_fit_on_a_page_stands_on_the_next(session: Session, region: Region) -> None:
    intake.keep(session, [make.arrival(region.links["ZEED"], control_id=f"M{number}") for number in range(5)])

    newest = inbox.rows(session, region.lars, limit=2)
    older = inbox.rows(session, region.lars, asked=Asked(before=newest[1].id), limit=2)
    oldest = inbox.rows(session, region.lars, asked=Asked(before=older[1].id), limit=2)

    assert [[row.control_id for row in page] for page in (newest, older, oldest)] == [
        ["M4", "M3", "M2"],
        ["M2", "M1", "M0"],
        ["M0"],
    ]


def test_the_bytes_come_back_as_they_came(session: Session, region: Region) -> None:
    arrival = make.arrival(region.links["ZEED"])
    intake.keep(session, [arrival])

    assert inbox.raw_of(session, session.scalars(select(InboundMessage)).one()) == arrival.raw
