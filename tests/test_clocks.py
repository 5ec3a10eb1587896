"""Clocks that differ or were put right: nothing waits for a moment that never was near, and what follows goes after what it follows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.commands import retention
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import OutgoingQuestion
from mdo_portal.domain.retention import Kind
from mdo_portal.exchange import IncomingNotice
from mdo_portal.services.cases import case_lists
from mdo_portal.services.common import waits
from mdo_portal.services.inbox import polls, pulls, queue
from mdo_portal.services.referrals import questions
from tests import make
from tests.make import NOW
from tests.outbox_house import AA, LATER, Outbox, Receiver
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

AHEAD = NOW + timedelta(hours=26)
SOON = NOW + timedelta(minutes=1)


def set_right(database: Database, *, now: datetime = SOON) -> int:
    with database.transaction() as session:
        return waits.shorten(session, now=now)


@pytest.mark.parametrize("ahead", [timedelta(hours=26), timedelta(hours=1)], ids=["a day", "summer time"])
def test_a_message_that_was_begun_with_while_the_clock_was_ahead_is_read(
    database: Database, region: Region, ahead: timedelta
) -> None:
    """By a worker in summer time it waited an hour, and so did all that came after it of that patient."""
    hand_in(database, region, make.hl7_referral("M1"))
    with database.transaction() as session:
        assert queue.claim(session, now=NOW + ahead)  # and its worker died
    assert understand_all(database, now=SOON) == 0

    assert set_right(database) == 1
    understand_all(database, now=SOON)

    assert [row.state for row in rows(database)] == [InboundState.UNDERSTOOD]


def test_a_letter_that_nobody_took_while_the_clock_was_ahead_goes(database: Database, region: Region) -> None:
    house, receiver = Outbox(database, region), Receiver([LATER, AA])
    round_ = house.signed()
    house.work(receiver, at=AHEAD)
    assert not house.work(receiver, at=SOON)

    assert set_right(database) >= 1
    assert house.work(receiver, at=SOON)
    assert house.letter(round_).state is DeliveryState.RECEIVED


def test_a_server_that_was_asked_while_the_clock_was_ahead_is_asked_again(database: Database, region: Region) -> None:
    with database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).one()
        polls.register(session, link, "ServiceRequest", every=timedelta(minutes=5), now=NOW)
        claimed = polls.claim(session, now=AHEAD)
        assert claimed is not None
        polls.looked(session, claimed, now=AHEAD)
    assert set_right(database) == 1
    with database.transaction() as session:
        assert polls.claim(session, now=SOON) is not None


def test_a_notice_and_a_question_of_that_moment_are_followed(database: Database, region: Region) -> None:
    with database.transaction() as session:
        hospital = session.get_one(Hospital, region.hospitals["DELT"])
        link = session.scalars(select(Link).where(Link.hospital_id == hospital.id)).one()
        case = make.case(session, hospital)
        asked = InformationRequest(case_id=case.id, asked_at=NOW, asked_by=region.aisha.person_id, text="En?")
        session.add(asked)
        session.flush()
        session.add(OutgoingQuestion(id=asked.id, case_id=case.id, hospital_id=hospital.id, next_attempt_at=AHEAD))
        pulls.noticed(session, IncomingNotice(number="N-1"), link.id, message_id=asked.id, now=AHEAD)
    assert set_right(database) == 2
    with database.transaction() as session:
        assert pulls.claim(session, now=SOON) is not None and questions.claim(session, now=SOON) is not None


@pytest.mark.parametrize("ahead", [timedelta(seconds=2), timedelta(hours=2)])
def test_what_a_hospital_said_last_is_its_newest_word_although_the_first_came_in_where_the_clock_is_ahead(
    database: Database, region: Region, ahead: timedelta
) -> None:
    """A load balancer gives the second message to another web server."""
    for at, control, question in ((NOW + ahead, "M1", "Opereren?"), (NOW, "M2", "Bestralen?")):
        hand_in(database, region, make.hl7_referral(control, referral_number="VW-1", question=question), now=at)
    understand_all(database, now=NOW + 2 * ahead)

    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == "VW-1")).one()
    assert case.question_board == "Bestralen?"


def test_a_wait_that_was_meant_stays(database: Database, region: Region) -> None:
    """An hour for a receiver that keeps and must still confirm; a server that is asked once a day."""
    hand_in(database, region, make.hl7_referral("M1"))
    with database.transaction() as session:
        queue.claim(session, now=NOW)
        link = session.scalars(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).one()
        polls.register(session, link, "ServiceRequest", every=timedelta(days=1), now=NOW)
        claimed = polls.claim(session, now=NOW)
        assert claimed is not None
        polls.looked(session, claimed, now=NOW)
        link.application_ack_after = NOW + timedelta(minutes=1)

    assert set_right(database, now=NOW) == 0


@pytest.mark.parametrize("behind", [timedelta(seconds=40), timedelta(hours=1)])
def test_a_correction_signed_where_the_clock_is_behind_leaves_after_what_it_corrects(
    database: Database, region: Region, behind: timedelta
) -> None:
    """Else the hospital has the old advice as its newest letter."""
    house, receiver = Outbox(database, region), Receiver([AA])
    round_ = house.signed()
    house.now = NOW - behind - timedelta(minutes=1)
    house.corrected(round_)
    house.now = SOON
    house.drain(receiver)

    assert [one.version for one in receiver.came] == [1, 2]


def test_the_newest_decision_of_a_case_is_the_last_version_whatever_the_clocks_said(database: Database, region: Region) -> None:
    house = Outbox(database, region)
    round_ = house.signed()
    house.now = NOW - timedelta(hours=1)
    house.corrected(round_)
    with database.transaction() as session:
        shown = [one.version for one in case_lists.decisions(session, [round_.case_id])[round_.case_id]]

    assert shown == [2, 1]


def test_a_worker_whose_clock_is_years_ahead_lets_nothing_go_early(database: Database, region: Region) -> None:
    hand_in(database, region, make.hl7_referral("M1"), now=datetime.now(UTC))
    understand_all(database, now=datetime.now(UTC))
    done = retention.purge(
        database, lambda: datetime.now(UTC) + timedelta(days=2000), kinds=[Kind.INBOUND, Kind.CASE], stop=threading.Event()
    )

    assert {kind: found["gone"] for kind, found in done.items()} == {"inbound": 0, "case": 0}
    assert rows(database)[0].raw_sealed
