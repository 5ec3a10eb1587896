"""Signing in: sessions end, wrong tries slow down and lock nobody out, rights are re-read every time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyotp import TOTP, random_base32
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.people import BoardMembership, Person, SignedInSession
from mdo_portal.domain.policy import Viewer
from mdo_portal.errors import NotSignedIn, PortalError
from mdo_portal.services import people
from tests import make
from tests.make import NOW
from tests.people import PASSWORD, Region, person_id


@pytest.fixture
def aisha(session: Session) -> Person:
    return session.get_one(Person, person_id("Aisha"))


@pytest.fixture
def key(session: Session, region: Region, aisha: Person) -> str:
    made = people.start_session(session, aisha.id, region.hospitals["DELT"], proof=make.PROOF, now=NOW)
    session.flush()
    return made


def who(session: Session, key: str, **later: float) -> Viewer | None:
    found = people.signed_in(session, key, now=NOW + timedelta(**later))
    return found.viewer if found else None


def sign_in(session: Session, password: str = PASSWORD, *, code: str = "", seconds: float = 0) -> Person:
    return people.check_password(session, " Aisha@example.nl ", password, code, now=NOW + timedelta(seconds=seconds))


def test_the_right_password_is_enough_without_a_second_factor(session: Session, aisha: Person) -> None:
    assert sign_in(session) is aisha


def test_with_a_second_factor_the_code_is_needed_too(session: Session, aisha: Person) -> None:
    secret = random_base32()
    aisha.totp_sealed = make.sealer().seal(secret.encode(), purpose=people.TOTP_PURPOSE)

    with pytest.raises(people.WrongCredentials):
        sign_in(session)

    assert sign_in(session, code=TOTP(secret).at(NOW)) is aisha


@pytest.mark.parametrize("email", ["aisha@example.nl", "nobody@example.nl", "", "aisha@example.nl\0"])
def test_whoever_it_is_a_wrong_password_gets_the_same_answer(session: Session, email: str) -> None:
    with pytest.raises(PortalError) as refusal:
        people.check_password(session, email, "fout", "", now=NOW)

    assert refusal.value.sentence == people.WrongCredentials.sentence


def test_a_disabled_person_does_not_come_in(session: Session, aisha: Person, key: str) -> None:
    aisha.disabled_at = NOW
    session.flush()

    with pytest.raises(people.WrongCredentials):
        sign_in(session)
    assert who(session, key) is None


def test_wrong_tries_wait_at_most_a_minute_and_a_good_one_forgets_them(session: Session, aisha: Person) -> None:
    aisha.failures = 40
    with pytest.raises(people.WrongCredentials):
        sign_in(session, "fout")

    with pytest.raises(NotSignedIn):
        sign_in(session, seconds=59)
    assert sign_in(session, seconds=61) is aisha
    assert aisha.failures == 0


def test_a_typing_error_makes_nobody_wait(session: Session, aisha: Person) -> None:
    with pytest.raises(people.WrongCredentials):
        sign_in(session, "fout")

    assert sign_in(session) is aisha


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
    people.signed_in(session, key, now=NOW + timedelta(minutes=40), touch=False)

    assert who(session, key, minutes=50) is None


def test_who_signed_out_is_out(session: Session, key: str) -> None:
    people.end_session(session, key, now=NOW)

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
    people.confirm(session, key, now=later)

    found = people.signed_in(session, key, now=later)

    assert found is not None
    assert found.is_fresh(later + timedelta(minutes=4)) and not found.is_fresh(later + timedelta(minutes=6))


def test_the_password_of_somebody_else_signs_nothing(session: Session, aisha: Person) -> None:
    assert people.is_password_of(session, aisha.id, PASSWORD, now=NOW)
    assert not people.is_password_of(session, aisha.id, "fout", now=NOW)


def test_guessing_the_password_before_a_signature_soon_has_to_wait(session: Session, aisha: Person) -> None:
    for _ in range(4):
        assert not people.is_password_of(session, aisha.id, "fout", now=NOW)

    assert not people.is_password_of(session, aisha.id, PASSWORD, now=NOW)
    assert people.is_password_of(session, aisha.id, PASSWORD, now=NOW + timedelta(minutes=2))
