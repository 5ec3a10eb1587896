"""Signing in: sessions end, and rights are re-read every time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.people import BoardMembership, Person, SignedInSession
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.people import sessions
from tests import make
from tests.make import NOW
from tests.people import Region, person_id


@pytest.fixture
def aisha(session: Session) -> Person:
    return session.get_one(Person, person_id("Aisha"))


@pytest.fixture
def key(session: Session, region: Region, aisha: Person) -> str:
    made = sessions.start_session(session, aisha.id, region.hospitals["DELT"], proof=make.PROOF, now=NOW)
    session.flush()
    return made


def who(session: Session, key: str, **later: float) -> Viewer | None:
    found = sessions.signed_in(session, key, now=NOW + timedelta(**later))
    return found.viewer if found else None


def test_a_session_is_a_hash_and_a_key_that_nobody_else_has(session: Session, key: str) -> None:
    hashes = set(session.scalars(select(SignedInSession.key_hash)))

    assert key not in hashes
    assert who(session, key) is not None
    assert who(session, "") is who(session, key[:-1]) is None


def test_a_session_ends_when_nothing_happens_and_after_a_day_of_work(session: Session, key: str) -> None:
    assert who(session, key, minutes=44) is not None
    assert who(session, key, minutes=44 + 44) is not None
    assert who(session, key, minutes=44 + 44 + 46) is None


def test_a_busy_session_ends_after_twelve_hours(session: Session, key: str) -> None:
    for minutes in range(0, 12 * 60, 40):
        assert who(session, key, minutes=minutes) is not None

    assert who(session, key, minutes=12 * 60 + 1) is None


def test_an_open_screen_alone_keeps_nobody_signed_in(session: Session, key: str) -> None:
    sessions.signed_in(session, key, now=NOW + timedelta(minutes=40), touch=False)

    assert who(session, key, minutes=50) is None


def test_who_signed_out_is_out(session: Session, key: str) -> None:
    sessions.end_session(session, key, now=NOW)

    assert who(session, key) is None


def test_a_role_that_was_withdrawn_is_gone_at_the_next_act(session: Session, region: Region, key: str) -> None:
    before = who(session, key)
    assert before is not None and region.boards["URO-P"] in before.board_roles

    for membership in session.scalars(select(BoardMembership).where(BoardMembership.person_id == person_id("Aisha"))):
        membership.ended_at = NOW
    session.flush()

    after = who(session, key)
    assert after is not None and after.board_roles == {}


def test_identity_is_fresh_for_five_minutes_after_it_was_proven(session: Session, key: str) -> None:
    later = NOW + timedelta(minutes=30)
    sessions.confirm(session, key, now=later)

    found = sessions.signed_in(session, key, now=later)

    assert found is not None
    assert found.is_fresh(later + timedelta(minutes=4)) and not found.is_fresh(later + timedelta(minutes=6))
