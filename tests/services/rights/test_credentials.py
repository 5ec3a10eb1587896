"""Every second way to prove who one is: once, in time, for one's own account; what is taken away is gone, and the last one stays."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.credentials import Authenticator, Passkey, RecoveryCode
from mdo_portal.domain.people import Person
from mdo_portal.services.people import passwords, second_factors, sessions
from mdo_portal.services.rights import credentials
from tests import make
from tests.make import NOW
from tests.people import PASSWORD, Region, person_id
from tests.services.having_an_app import AISHA, secret, with_app, with_passkey

__all__ = ["secret"]
GOOD = "vier losse woorden hier"


# The app with codes


def test_an_app_counts_from_its_first_right_code_on(session: Session) -> None:
    made = second_factors.begin_app(session, AISHA, network="", now=NOW)
    assert not second_factors.use_code(session, AISHA, TOTP(made.secret).at(NOW), now=NOW)
    assert not second_factors.confirm_app(session, AISHA, "000000", now=NOW)
    assert not second_factors.factors_of(session, AISHA).app

    assert second_factors.confirm_app(session, AISHA, TOTP(made.secret).at(NOW), now=NOW)
    assert second_factors.factors_of(session, AISHA).app


def test_a_picture_that_was_left_too_long_is_no_factor(session: Session) -> None:
    made, late = second_factors.begin_app(session, AISHA, network="", now=NOW), NOW + timedelta(minutes=31)

    assert not second_factors.confirm_app(session, AISHA, TOTP(made.secret).at(late), now=late)
    assert second_factors.begin_app(session, AISHA, network="", now=late).secret != made.secret


def test_a_code_is_good_once(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    code = TOTP(secret).at(later)

    assert second_factors.use_code(session, AISHA, code, now=later)
    assert not second_factors.use_code(session, AISHA, code, now=later)
    assert not second_factors.use_code(session, AISHA, code, now=later + timedelta(seconds=30))


def test_the_code_that_confirmed_the_app_does_not_also_sign_in(session: Session, secret: str) -> None:
    assert not second_factors.use_code(session, AISHA, TOTP(secret).at(NOW), now=NOW)


def test_an_older_code_is_not_good_after_a_newer_one(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    assert second_factors.use_code(session, AISHA, TOTP(secret).at(later), now=later)

    assert not second_factors.use_code(session, AISHA, TOTP(secret).at(later - timedelta(seconds=30)), now=later)


@pytest.mark.parametrize("seconds", [-90, -31, 60, 90])
def test_a_code_of_another_minute_is_wrong(session: Session, secret: str, seconds: int) -> None:
    later = NOW + timedelta(minutes=5)

    assert not second_factors.use_code(session, AISHA, TOTP(secret).at(later + timedelta(seconds=seconds)), now=later)


@pytest.mark.parametrize("code", ["", "0", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_odd_codes_are_wrong(session: Session, secret: str, code: str) -> None:
    assert not second_factors.use_code(session, AISHA, code, now=NOW)


# Recovery codes


def test_a_recovery_code_is_good_once_and_only_for_its_person(session: Session) -> None:
    codes = second_factors.new_recovery_codes(session, AISHA, now=NOW)
    session.flush()
    assert len(set(codes)) == 10

    assert not second_factors.use_recovery_code(session, person_id("Bram"), codes[0], now=NOW)
    assert second_factors.use_recovery_code(session, AISHA, codes[0].lower().replace("-", " "), now=NOW)
    assert not second_factors.use_recovery_code(session, AISHA, codes[0], now=NOW)
    assert second_factors.factors_of(session, AISHA).recovery_codes == 9


def test_new_recovery_codes_end_the_old_ones(session: Session) -> None:
    old = second_factors.new_recovery_codes(session, AISHA, now=NOW)
    session.flush()
    second_factors.new_recovery_codes(session, AISHA, now=NOW)
    session.flush()

    assert not any(second_factors.use_recovery_code(session, AISHA, code, now=NOW) for code in old)


def test_no_code_stands_in_the_database(session: Session) -> None:
    codes = second_factors.new_recovery_codes(session, AISHA, now=NOW)
    session.flush()

    assert not set(session.scalars(select(RecoveryCode.code_hash))) & {
        form for code in codes for form in (code, code.replace("-", ""))
    }


def at_once(database: Database, act: str, code: str) -> list[bool]:
    """Twice in two transactions at the same moment."""
    barrier, right = threading.Barrier(2, timeout=20), []

    def use() -> None:
        with database.transaction() as session:
            barrier.wait()
            right.append(getattr(second_factors, act)(session, AISHA, code, now=NOW + timedelta(minutes=5)))

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(right)


def test_used_twice_at_once_a_code_is_right_once(database: Database) -> None:
    with database.transaction() as session:
        codes = second_factors.new_recovery_codes(session, AISHA, now=NOW)
        secret = with_app(session)

    assert [at_once(database, "use_recovery_code", code) for code in codes] == [[False, True]] * len(codes)
    assert at_once(database, "use_code", TOTP(secret).at(NOW + timedelta(minutes=5))) == [False, True]


# The last one


def test_the_last_second_factor_stays(session: Session, secret: str) -> None:
    with pytest.raises(credentials.LastFactor):
        credentials.remove_app(session, AISHA)

    passkey = with_passkey(session)
    credentials.remove_app(session, AISHA)
    session.flush()
    with pytest.raises(credentials.LastFactor):
        credentials.remove_passkey(session, AISHA, passkey.id)


def test_a_removed_app_gives_no_codes(session: Session, secret: str) -> None:
    with_passkey(session)
    second_factors.begin_app(session, AISHA, network="", now=NOW)  # another telephone, that never gave a code
    credentials.remove_app(session, AISHA)

    assert session.get(Authenticator, AISHA) is None
    assert not second_factors.use_code(
        session, AISHA, TOTP(secret).at(NOW + timedelta(minutes=5)), now=NOW + timedelta(minutes=5)
    )


def test_nobody_removes_somebody_elses_passkey(session: Session, secret: str) -> None:
    passkey, bram = with_passkey(session), person_id("Bram")
    session.get_one(Person, bram).password_hash = ""

    assert credentials.remove_passkey(session, bram, passkey.id) == ""
    assert session.get(Passkey, passkey.id) is not None


# Invitations


def invite(session: Session) -> str:
    token = credentials.invite(session, AISHA, made_by=person_id("Ada"), now=NOW)
    session.flush()
    return token


def test_an_invitation_is_good_once(session: Session) -> None:
    token = invite(session)
    assert credentials.invited(session, token, now=NOW).id == credentials.invited(session, token, now=NOW).id == AISHA

    credentials.accept(session, token, GOOD, now=NOW)

    with pytest.raises(credentials.NotInvited):
        credentials.accept(session, token, "nog een ander wachtwoord", now=NOW)
    assert passwords.check(session, "aisha@example.nl", GOOD).id == AISHA


def test_an_invitation_ends_after_a_week_and_by_a_newer_one(session: Session) -> None:
    first, second = invite(session), invite(session)

    for token, later in ((first, 0), (second, 8), ("", 0), (second[:-1], 0)):
        with pytest.raises(credentials.NotInvited):
            credentials.invited(session, token, now=NOW + timedelta(days=later))
    credentials.invited(session, second, now=NOW + timedelta(days=6))


def test_an_unfit_password_does_not_use_the_invitation_up(database: Database) -> None:
    with database.transaction() as session:
        token = invite(session)
    with pytest.raises(passwords.Unfit), database.transaction() as session:
        credentials.accept(session, token, "kort", now=NOW)

    with database.transaction() as session:
        credentials.accept(session, token, GOOD, now=NOW)


def test_accepting_takes_away_everything_of_before(session: Session, region: Region, secret: str) -> None:
    key = sessions.start_session(session, AISHA, region.hospitals["DELT"], proof=make.PROOF, now=NOW)
    with_passkey(session)
    second_factors.new_recovery_codes(session, AISHA, now=NOW)

    credentials.accept(session, invite(session), GOOD, now=NOW)
    session.expire_all()

    assert second_factors.factors_of(session, AISHA) == second_factors.Factors(True, False, 0, 0)
    assert sessions.signed_in(session, key, now=NOW) is None
    with pytest.raises(passwords.WrongCredentials):
        passwords.check(session, "aisha@example.nl", PASSWORD)


def test_a_disabled_person_cannot_use_an_invitation(session: Session) -> None:
    token = invite(session)
    session.get_one(Person, AISHA).disabled_at = NOW

    with pytest.raises(credentials.NotInvited):
        credentials.accept(session, token, GOOD, now=NOW)


def test_an_unknown_id_invites_nobody(session: Session) -> None:
    credentials.invite(session, uuid.uuid4(), made_by=None, now=NOW)

    with pytest.raises(IntegrityError):
        session.flush()
