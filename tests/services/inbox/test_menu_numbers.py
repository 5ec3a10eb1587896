"""What the numbers in the menu count: what is of the own hospital, and what has not arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.fetched_keys import FetchedKeys
from mdo_portal.domain.hospital import Hospital, Level
from mdo_portal.domain.identity_conflict import ConflictKind, IdentityConflict
from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.domain.poll import Poll
from mdo_portal.services.inbox import inbox, intake, polls
from mdo_portal.services.letters import post_waiting
from mdo_portal.services.links import key_fetching, line_endings, listening
from mdo_portal.services.patients import conflict_rows
from tests import make
from tests.make import NOW
from tests.people import Region

LONG_AGO = NOW - timedelta(days=30)
KEYS = "https://keys.example/jwks"


@pytest.fixture
def ailing(session: Session, region: Region) -> Link:
    """A hospital's link of which everything fails: its server, its keys and its certificate."""
    link = session.get_one(Link, region.links["DELT"].link_id)
    link.level, link.jwks_url_in = Level.HL7V2, KEYS
    session.flush()
    session.add_all(
        [
            Poll(
                link_id=link.id, hospital_id=link.hospital_id, query="x", every_seconds=60, since=LONG_AGO, next_at=NOW,
                reason="refused", looked_at=LONG_AGO,
            ),
            FetchedKeys(link_id=link.id, hospital_id=link.hospital_id, url=KEYS, asked_at=NOW, failing_since=LONG_AGO),
            LinkCertificate(link_id=link.id, fingerprint="a" * 64, bound_at=LONG_AGO, expires_at=NOW + timedelta(days=1)),
        ]
    )  # fmt: skip
    session.flush()
    return link


def test_who_looks_after_one_hospital_hears_of_its_own_links_and_no_other(session: Session, ailing: Link, region: Region) -> None:
    own, other = ailing.hospital_id, region.hospitals["KREE"]

    assert [one.link_id for one in polls.silent(session, own, now=NOW)] == [ailing.id] and not polls.silent(
        session, other, now=NOW
    )
    assert [one.link_id for one in key_fetching.failing(session, own, now=NOW)] == [ailing.id]
    assert not key_fetching.failing(session, other, now=NOW)
    assert [link.id for link, _ in line_endings.pressing_links(session, own, now=NOW)] == [ailing.id]
    assert not line_endings.pressing_links(session, other, now=NOW)


def test_who_looks_after_all_hears_of_all(session: Session, ailing: Link) -> None:
    assert ailing.id in [one.link_id for one in polls.silent(session, now=NOW)]
    assert ailing.id in [one.link_id for one in key_fetching.failing(session, now=NOW)]
    assert ailing.id in [link.id for link, _ in line_endings.pressing_links(session, now=NOW)]


def test_a_listener_is_missed_where_a_hospital_would_call(session: Session, ailing: Link) -> None:
    session.execute(update(Link).where(Link.id != ailing.id).values(level=Level.FORM))
    other = session.scalars(select(Link.hospital_id).where(Link.hospital_id != ailing.hospital_id)).first()

    assert listening.is_expected(session, ailing.hospital_id) and listening.is_expected(session)
    assert not listening.is_expected(session, other)


def test_a_letter_that_arrived_is_waited_for_no_more(session: Session, region: Region) -> None:
    made = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("4711"))
    planned = make.planned(session, made, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.signed(session, make.discussed(session, planned, viewer=region.bram), viewer=region.bram)
    session.flush()
    before = post_waiting.waiting(session, region.bram, now=NOW)
    session.execute(update(Delivery).values(state=DeliveryState.RECEIVED))

    assert before.all > 0
    assert post_waiting.waiting(session, region.bram, now=NOW).all == 0


def test_the_numbers_in_the_menu_are_of_the_own_hospital_whoever_asked_before(session: Session, region: Region) -> None:
    elsewhere = replace(region.lars, hospital_id=region.hospitals["KREE"])
    for viewer, code, many in ((region.lars, "ZEED", 2), (elsewhere, "KREE", 3)):
        hospital = session.get_one(Hospital, viewer.hospital_id)
        case = make.case(session, hospital)
        for _ in range(many):
            session.add(_asked(case, region))
            intake.keep(session, [make.arrival(region.links[code], control_id=make.number(), at=LONG_AGO)])
    session.flush()

    for viewer, many in ((region.lars, 2), (elsewhere, 3), (region.lars, 2), (region.ada, 5), (elsewhere, 3), (region.ada, 5)):
        assert sum(inbox.alarms(session, viewer, now=NOW)) == many
        asked = conflict_rows.waiting(session, viewer, now=NOW)
        assert asked == ((0, 0) if viewer is region.ada else (many, many)), "who administers the network answers for no hospital"
    of_one = inbox.alarms(session, region.ada, now=NOW, hospital_id=region.hospitals["KREE"])
    assert (sum(of_one), sum(inbox.alarms(session, region.ada, now=NOW))) == (3, 5)


def _asked(case: Case, region: Region) -> IdentityConflict:
    """Nobody said yet who that is."""
    return IdentityConflict(
        hospital_id=case.hospital_id, kind=ConflictKind.MERGE, message_id=region.meeting, received_at=LONG_AGO, opened_at=LONG_AGO,
        patient_id=case.patient_id, fingerprint=make.number().encode(), identities_sealed=b"",
    )  # fmt: skip
