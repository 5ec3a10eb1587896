"""Passwords: checking one, at sign-in and before a signature, and what a new one must be (NIST 800-63B: long, not common, nothing else)."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.identifiers import typed_number
from mdo_portal.domain.people import Person
from mdo_portal.errors import N_, PortalError

SHORTEST, LONGEST = 12, 1000
#: what guessers of twelve characters and more try first; compared without case, spaces and signs
_COMMON = (
    "wachtwoord1 wachtwoord12 wachtwoord123 wachtwoord1234 welkom123456 welkomwelkom welkom01welkom01 "
    "welkomwelkom01 password1234 password12345 passwordpassword password123456 qwertyuiop123 qwertyuiopas "
    "qwertyqwerty 1q2w3e4r5t6y 1qaz2wsx3edc 123456789012 1234567890123 012345678901 123123123123 123456123456 "
    "abcdefghijkl abcd1234abcd iloveyou1234 letmeinletmein adminadminadmin administrator administrator1 "
    "ziekenhuis12 ziekenhuis123 ziekenhuis1234 oncologie123 oncologie1234 multidisciplinair "
    "multidisciplinairoverleg mdoportaal123 mdoportaal1234 mdoportaalmdo geheimgeheim geheim123456 zomer2025zomer "
    "zomer2026zomer winter2025winter winter2026winter lente2026lente herfst2025herfst feyenoord1908 amsterdam1234 "
    "rotterdam1234 nederland1234 trustno1trustno1 changemechangeme changeme1234 "
)
COMMON = frozenset(_COMMON.split())


class WrongCredentials(PortalError):
    """Which of the three was wrong is not said. The transaction that counts the failure must still commit."""

    status = 401
    sentence = N_("E-mailadres, wachtwoord of code klopt niet. Probeer het opnieuw.")


class Unfit(PortalError):
    """The new password is not accepted. The form says which rule it breaks."""

    status = 422
    sentence = N_(
        "Dit wachtwoord is te kort: neem minstens twaalf tekens, bijvoorbeeld vier losse woorden. Er is niets veranderd."
    )


TOO_COMMON = N_("Dit wachtwoord staat op de lijst van veelgebruikte wachtwoorden. Kies een ander; er is niets veranderd.")


_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Checked when the address is unknown, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether this is the password; takes as long for nobody's (an empty hash)."""
    try:
        return _hasher.verify(password_hash or _nobody(), password) and bool(password_hash)
    except (Argon2Error, InvalidHashError):
        return False


def count_failure(person: Person, *, now: datetime) -> None:
    """Wrong tries make the next try wait a little longer, up to a minute: nobody is locked out."""
    person.failures += 1
    person.wait_until = now + timedelta(seconds=min(60, 2 ** min(person.failures, 6))) if person.failures > 3 else None


def account_of(email: str) -> str:
    """An address as it is kept and counted."""
    return typed_number(email).casefold()[:200]


def known(session: Session, email: str) -> Person | None:
    """Whose address this is."""
    return session.scalars(select(Person).where(Person.email == account_of(email))).one_or_none()


def check(session: Session, email: str, password: str) -> Person:
    """The person, when address and password are right. The same answer after the same work for whatever was wrong."""
    person = known(session, email)
    right = is_right(person.password_hash if person else "", password[:LONGEST])
    if person is None or not right or person.disabled_at:
        raise WrongCredentials()
    return person


def is_password_of(session: Session, person_id: uuid.UUID, password: str, *, now: datetime) -> bool:
    """Fresh confirmation of identity before a signature; wrong tries make the next one wait, as at sign-in."""
    person = session.get_one(Person, person_id, with_for_update=True)
    if person.wait_until and person.wait_until > now:
        return False
    if not is_right(person.password_hash, password):
        count_failure(person, now=now)
        return False
    person.failures = 0
    return True


def set_new(session: Session, person_id: uuid.UUID, password: str) -> None:
    """Raises Unfit saying why not."""
    if len(password) < SHORTEST or len(password) > LONGEST:
        raise Unfit()
    bare = "".join(letter for letter in password.casefold() if letter.isalnum())
    if bare in COMMON or len(set(bare)) < 4:
        raise Unfit(TOO_COMMON)
    session.get_one(Person, person_id).password_hash = hash_password(password)
