"""The same bytes once more, of a message that was refused or that nobody can read any more: acknowledged means stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal import reception
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.retention import Kind
from mdo_portal.services.keeping import purging
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, sort, understand_all

KEY_GONE = b"2019z\0" + b"n" * 12 + b"c" * 40
REFERRAL = make.hl7_referral("M1", patient="1", referral_number="VW-1")
MUCH_LATER = NOW + timedelta(days=100)


def case_is_here(database: Database) -> bool:
    with database.transaction() as session:
        return session.scalar(select(Case.id).where(Case.referral_number == "VW-1")) is not None


def cannot_be_opened(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(InboundMessage).values(raw_sealed=KEY_GONE))
    understand_all(database)


def unread_for_a_whole_term(database: Database) -> None:
    with database.transaction() as session:
        before = session.scalars(select(Link.profile_in)).first()
        session.execute(update(Link).values(profile_in="gone"))
    for minutes in range(4):
        understand_all(database, now=NOW + timedelta(minutes=minutes))
    with database.transaction() as session:
        session.execute(update(Link).values(profile_in=before))
        assert purging.purge(session, Kind.INBOUND, now=MUCH_LATER) == 1


@pytest.mark.parametrize("spoil", [cannot_be_opened, unread_for_a_whole_term])
def test_what_nobody_can_read_any_more_is_taken_when_it_is_sent_again(database: Database, region: Region, spoil: object) -> None:
    hand_in(database, region, REFERRAL)
    spoil(database)  # type: ignore[operator]
    assert [row.state for row in rows(database)] == [InboundState.UNREADABLE] and not case_is_here(database)

    hand_in(database, region, REFERRAL, REFERRAL, now=MUCH_LATER)
    understand_all(database, now=MUCH_LATER)

    assert [(row.state, row.doubles) for row in rows(database)] == [(InboundState.UNREADABLE, 0), (InboundState.UNDERSTOOD, 1)]
    assert case_is_here(database)


def test_what_was_understood_stays_a_double_when_its_bytes_are_gone(database: Database, region: Region) -> None:
    """A backlog of months ago that is sent again must not stand as the newest word."""
    hand_in(database, region, REFERRAL)
    understand_all(database)
    with database.transaction() as session:
        assert purging.purge(session, Kind.INBOUND, now=MUCH_LATER) == 1

    hand_in(database, region, REFERRAL, now=MUCH_LATER)

    assert [(row.state, row.doubles) for row in rows(database)] == [(InboundState.UNDERSTOOD, 1)]


def test_our_number_in_the_acknowledgement_stays_what_it_was(database: Database, region: Region) -> None:
    (answer,) = hand_in(database, region, REFERRAL)
    cannot_be_opened(database)

    assert rows(database)[0].digest[:9].hex().upper() == answer.reference


def test_what_was_refused_over_its_envelope_is_taken_in_a_good_one(database: Database, region: Region) -> None:
    good = sort(REFERRAL, region)
    refused = reception._refused(
        REFERRAL, good.arrival.header, wire=good.arrival.wire, link=good.arrival.link, reason="media_type", place="", now=NOW
    )
    for message in (refused, refused, good):
        reception.keep(database, [message])
    understand_all(database)

    assert [(row.state, row.doubles) for row in rows(database)] == [(InboundState.UNREADABLE, 1), (InboundState.UNDERSTOOD, 0)]
    assert case_is_here(database)
