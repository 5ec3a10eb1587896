"""What one person proves who they are with is counted, taken away and made anew for that person alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Authenticator, Passkey
from mdo_portal.services.people import attempts, second_factors
from mdo_portal.services.rights import credentials
from tests.make import NOW
from tests.people import person_id
from tests.services.having_an_app import AISHA, secret, with_passkey

__all__ = ["secret"]
BRAM = person_id("Bram")
GOOD = "vier losse woorden hier"


def of_bram(session: Session) -> Passkey:
    made = Passkey(person_id=BRAM, credential_id=b"his", public_key=b"k", label="his", transports=[], created_at=NOW)
    session.add(made)
    session.flush()
    return made


def test_a_colleagues_passkey_and_codes_are_none_of_ones_own(session: Session, secret: str) -> None:
    of_bram(session)
    second_factors.new_recovery_codes(session, BRAM, now=NOW)
    session.flush()

    mine = second_factors.factors_of(session, AISHA)

    assert (mine.app, mine.passkeys, mine.recovery_codes, mine.strong) == (True, 0, 0, 1)
    with pytest.raises(credentials.LastFactor):
        credentials.remove_app(session, AISHA)


def test_who_removes_their_app_leaves_a_colleagues_app_as_it_was(session: Session, secret: str) -> None:
    """The step of its last code too: else a code that somebody overheard is good once more."""
    app = second_factors.begin_app(session, BRAM, network="", now=NOW)
    code = TOTP(app.secret).at(NOW)
    assert second_factors.confirm_app(session, BRAM, code, now=NOW)
    with_passkey(session)

    credentials.remove_app(session, AISHA)

    assert session.get(Authenticator, BRAM, populate_existing=True) is not None
    assert not second_factors.use_code(session, BRAM, code, now=NOW)


def test_who_makes_new_recovery_codes_leaves_a_colleagues_codes_good(session: Session) -> None:
    his = second_factors.new_recovery_codes(session, BRAM, now=NOW)
    session.flush()
    second_factors.new_recovery_codes(session, AISHA, now=NOW)
    session.flush()

    assert second_factors.use_recovery_code(session, BRAM, his[0], now=NOW)


def test_who_invites_somebody_leaves_the_invitations_of_others_good(session: Session) -> None:
    his = credentials.invite(session, BRAM, made_by=None, now=NOW)
    credentials.invite(session, AISHA, made_by=None, now=NOW)
    session.flush()

    assert credentials.invited(session, his, now=NOW).id == BRAM


@pytest.fixture
def bram(session: Session) -> str:
    """A link for Bram, who has a passkey, recovery codes and a known browser."""
    of_bram(session)
    second_factors.new_recovery_codes(session, BRAM, now=NOW)
    attempts.remember_device(session, BRAM, "his laptop", now=NOW)
    attempts.remember_device(session, AISHA, "her laptop", now=NOW)
    token = credentials.invite(session, BRAM, made_by=None, now=NOW)
    session.flush()
    return token


def test_who_accepts_an_invitation_takes_nothing_from_others(session: Session, bram: str) -> None:
    hers = credentials.invite(session, AISHA, made_by=None, now=NOW)
    session.flush()

    credentials.accept(session, hers, GOOD, now=NOW)

    assert credentials.invited(session, bram, now=NOW).id == BRAM
    assert second_factors.factors_of(session, BRAM) == second_factors.Factors(True, False, 1, 10)
    assert attempts.is_known(session, "bram@example.nl", "his laptop", now=NOW)
    assert not attempts.is_known(session, "aisha@example.nl", "her laptop", now=NOW)


def test_who_came_in_through_the_hospital_needs_no_link_any_more_and_others_do(session: Session, bram: str) -> None:
    hers = credentials.invite(session, AISHA, made_by=None, now=NOW)
    session.flush()

    credentials.use_up(session, AISHA, now=NOW)

    assert credentials.invited(session, bram, now=NOW).id == BRAM
    with pytest.raises(credentials.NotInvited):
        credentials.invited(session, hers, now=NOW)


def test_the_last_link_of_somebody_is_told_and_not_a_later_one_of_another(session: Session, bram: str) -> None:
    later = NOW + timedelta(hours=1)
    for when in (NOW, later):
        credentials.invite(session, AISHA, made_by=None, now=when)
    credentials.invite(session, BRAM, made_by=None, now=later + timedelta(hours=1))
    session.flush()

    newest = credentials.newest_invitation(session, AISHA)

    assert newest is not None and (newest.person_id, newest.made_at) == (AISHA, later)


def test_an_app_shows_the_same_picture_again_as_long_as_it_waits(session: Session) -> None:
    """Who scanned it, typed a wrong code and gets the page again has the right one in the telephone."""
    first = second_factors.begin_app(session, AISHA, network="", now=NOW)

    assert second_factors.begin_app(session, AISHA, network="", now=NOW) == first


@pytest.mark.parametrize("ahead", [-30, 0, 30])
def test_a_code_is_good_as_the_app_shows_it_by_a_clock_that_is_half_a_minute_off(
    session: Session, secret: str, ahead: int
) -> None:
    later = NOW + timedelta(minutes=5)
    code = TOTP(secret).at(later + timedelta(seconds=ahead))

    assert second_factors.use_code(session, AISHA, f"{code[:3]} {code[3:]}", now=later)
