"""Who guesses codes has to wait, whatever they know already; who owns them is not kept from anything by it."""

from __future__ import annotations

from datetime import timedelta

from pyotp import TOTP
from sqlalchemy.orm import Session

from mdo_portal.services.people import passwords, second_factors
from tests.make import NOW
from tests.people import PASSWORD
from tests.services.having_an_app import AISHA, secret

__all__ = ["secret"]


def test_guessing_codes_has_to_wait_except_on_her_own_browser(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    for _ in range(6):
        assert second_factors.second_step(session, AISHA, code="000000", device="", now=later) is None
    right = TOTP(secret).at(later)

    assert second_factors.second_step(session, AISHA, code=right, device="", now=later) is None
    assert second_factors.second_step(session, AISHA, code=right, device="her laptop", now=later) == "totp"


def test_on_her_own_browser_guessing_codes_has_to_wait_as_well_until_one_is_right(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    for _ in range(6):
        assert second_factors.second_step(session, AISHA, code="000000", device="her laptop", now=later) is None
    right, after = TOTP(secret).at(later), later + timedelta(seconds=30)

    assert second_factors.second_step(session, AISHA, code=right, device="her laptop", now=later) is None
    assert second_factors.second_step(session, AISHA, code=right, device="her laptop", now=after) == "totp"
    for _ in range(3):
        assert second_factors.second_step(session, AISHA, code="000000", device="her laptop", now=after) is None
    assert second_factors.second_step(session, AISHA, code=TOTP(secret).at(after), device="her laptop", now=after) == "totp"


def test_after_a_right_code_elsewhere_guessing_begins_anew(session: Session, secret: str) -> None:
    moments = [NOW + timedelta(minutes=5 * number) for number in range(1, 4)]
    for later in moments:
        for _ in range(3):
            assert second_factors.second_step(session, AISHA, code="000000", device="", now=later) is None
        assert second_factors.second_step(session, AISHA, code=TOTP(secret).at(later), device="", now=later) == "totp"


def test_who_knows_the_password_guesses_no_codes_by_giving_both_at_once(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    for _ in range(6):
        passwords.is_password_of(session, AISHA, PASSWORD, now=later)
        assert second_factors.second_step(session, AISHA, code="000000", device="", now=later) is None

    assert second_factors.second_step(session, AISHA, code=TOTP(secret).at(later), device="", now=later) is None


def test_nor_by_giving_the_password_alone_in_between(session: Session, secret: str) -> None:
    """As one confirms in a session of hers that stands open."""
    later = NOW + timedelta(minutes=5)
    for _ in range(6):
        assert second_factors.second_step(session, AISHA, code="000000", device="", now=later) is None
        passwords.is_password_of(session, AISHA, PASSWORD, now=later)
    right = TOTP(secret).at(later)

    assert second_factors.second_step(session, AISHA, code=right, device="", now=later) is None
    assert second_factors.second_step(session, AISHA, code=right, device="her laptop", now=later) == "totp"


def test_who_has_the_telephone_guesses_no_passwords_by_giving_a_right_code_in_between(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    assert second_factors.second_step(session, AISHA, code=TOTP(secret).at(later), device="", now=later) == "totp"
    for number in range(1, 4):
        assert not passwords.is_password_of(session, AISHA, "a wrong one", now=later)
        after = later + timedelta(seconds=30 * number)
        assert second_factors.second_step(session, AISHA, code=TOTP(secret).at(after), device="", now=after) == "totp"
    assert not passwords.is_password_of(session, AISHA, "a wrong one", now=later)

    assert not passwords.is_password_of(session, AISHA, PASSWORD, now=later)


def test_wrong_codes_of_who_knows_her_password_keep_nobody_from_signing_with_it(session: Session, secret: str) -> None:
    later = NOW + timedelta(minutes=5)
    for _ in range(6):
        assert second_factors.second_step(session, AISHA, code="000000", device="", now=later) is None

    assert passwords.is_password_of(session, AISHA, PASSWORD, now=later)
