"""What a socket asks again and again: does its session stand, and may it still do what it could."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from mdo_portal.domain.people import BoardMembership, Membership, Person
from mdo_portal.domain.policy import Role
from mdo_portal.services.people import sessions
from tests import make
from tests.make import NOW
from tests.people import Region, person_id

AISHA, BRAM = person_id("Aisha"), person_id("Bram")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def key(session: Session, region: Region) -> str:
    made = sessions.start_session(session, AISHA, region.hospitals["DELT"], proof=make.PROOF, now=NOW)
    session.flush()
    return made


def _word(session: Session, key: str, *, now: datetime = NOW) -> str | None:
    session.flush()
    return sessions.standing(session, [key], now=now).get(key)


def test_each_key_stands_for_its_own_session(session: Session, region: Region, key: str) -> None:
    other = sessions.start_session(session, BRAM, region.hospitals["DELT"], proof=make.PROOF, now=NOW)
    found = sessions.standing(session, [key, other, "nobody's"], now=NOW)

    assert set(found) == {key, other} and found[key] != found[other]
    assert found == {key: _word(session, key), other: _word(session, other)}


def test_one_that_nothing_happened_in_is_over_to_the_minute(session: Session, key: str) -> None:
    assert _word(session, key, now=NOW + sessions.IDLE - MINUTE) is not None
    assert _word(session, key, now=NOW + sessions.IDLE) is None


def test_one_that_was_ended_does_not_stand(session: Session, key: str) -> None:
    sessions.end_session(session, key, now=NOW)

    assert _word(session, key) is None


def test_with_a_password_alone_nothing_stands(session: Session, region: Region) -> None:
    weak = sessions.start_session(session, AISHA, region.hospitals["DELT"], proof=replace(make.PROOF, strong=False), now=NOW)

    assert _word(session, weak) is None


def test_who_was_disabled_does_not_stand(session: Session, key: str) -> None:
    session.execute(update(Person).where(Person.id == AISHA).values(disabled_at=NOW))

    assert _word(session, key) is None


def test_a_board_role_that_ended_changes_the_word(session: Session, key: str) -> None:
    before = _word(session, key)
    session.execute(update(BoardMembership).where(BoardMembership.person_id == AISHA).values(ended_at=NOW))

    assert before and _word(session, key) not in (None, before)


@pytest.mark.parametrize(("hospital", "changes"), [("DELT", True), ("ZEED", False)])
def test_a_role_counts_at_the_hospital_for_which_one_works_now(
    session: Session, region: Region, key: str, hospital: str, changes: bool
) -> None:
    before = _word(session, key)
    session.add(Membership(person_id=AISHA, hospital_id=region.hospitals[hospital], role=Role.PRIVACY_OFFICER, given_at=NOW))

    assert (_word(session, key) != before) is changes


def test_one_ends_ones_own_session_once_and_nobody_elses(session: Session, key: str) -> None:
    hashed = sessions.hash_key(key)

    assert sessions.end_own_session(session, BRAM, hashed, now=NOW) == 0
    assert _word(session, key) is not None
    assert [sessions.end_own_session(session, AISHA, hashed, now=NOW) for _ in range(2)] == [1, 0]
    assert _word(session, key) is None


def test_whose_sign_in_began_before_they_were_signed_out_everywhere_begins_anew(session: Session, region: Region) -> None:
    sessions.end_all_sessions(session, AISHA, now=NOW)

    assert sessions.signed_out_since(session, AISHA, NOW - MINUTE)
    assert not sessions.signed_out_since(session, AISHA, NOW)
    assert not sessions.signed_out_since(session, BRAM, NOW - MINUTE)


def test_signed_out_at_one_hospital_the_sign_in_goes_on(session: Session, region: Region, key: str) -> None:
    sessions.end_all_sessions(session, AISHA, now=NOW, hospital_id=region.hospitals["ZEED"])

    assert not sessions.signed_out_since(session, AISHA, NOW - MINUTE)
    assert _word(session, key) is not None


def test_of_old_sessions_so_many_go_as_are_asked_and_no_newer_ones(session: Session, region: Region, key: str) -> None:
    for days in (1, 2, 3):
        sessions.start_session(session, BRAM, region.hospitals["DELT"], proof=make.PROOF, now=NOW - timedelta(days=days))
    session.flush()

    assert [sessions.forget(session, before=NOW - MINUTE, limit=2) for _ in range(3)] == [2, 1, 0]
    assert _word(session, key) is not None
