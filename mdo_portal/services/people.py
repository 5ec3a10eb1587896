"""People: what they are where, and their passwords."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.errors import N_, PortalError
from mdo_portal.services.terms import in_force

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Checked when the address is unknown, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


class Persona(NamedTuple):
    """Somebody to sign in as, in the demo."""

    person_id: uuid.UUID
    name: str
    discipline: str
    persona: str
    hospital: str
    hospital_id: uuid.UUID


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def personas(session: Session) -> list[Persona]:
    """The demo's people, in the order in which the story uses them."""
    query = (
        select(Person.id, Person.name, Person.discipline, Person.persona, Hospital.name, Hospital.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Hospital, Hospital.id == Membership.hospital_id)
        .where(Person.persona != "", Membership.ended_at.is_(None))
        .ext(distinct_on(Person.id))
        .order_by(Person.id)
    )
    return [Persona._make(row) for row in session.execute(query)]


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


class WrongCredentials(PortalError):
    """Which of the three was wrong is not said. The transaction that counts the failure must still commit."""

    status = 401
    sentence = N_("E-mailadres, wachtwoord of code klopt niet. Probeer het opnieuw.")


class NoRoleNow(PortalError):
    """Somebody proved who they are, and works nowhere today: not said to who gave a password alone, whoever that is."""

    status = 403
    sentence = N_("U hebt hier nu geen rol: die is afgelopen of begint nog. Er is niets mis met uw wachtwoord of code.")


def hospitals_of(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[tuple[uuid.UUID, str]]:
    """For which hospitals this person may sign in."""
    query = (
        select(Hospital.id, Hospital.name)
        .join(Membership, Membership.hospital_id == Hospital.id)
        .where(Membership.person_id == person_id, in_force(Membership, now))
        .distinct()
        .order_by(Hospital.name)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def roles_at(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID, *, now: datetime) -> list[Role]:
    """What this person is for this hospital."""
    here = (Membership.person_id == person_id, Membership.hospital_id == hospital_id)
    return sorted(session.scalars(select(Membership.role).where(*here, in_force(Membership, now))))


def set_language(session: Session, person_id: uuid.UUID, language: str) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


def set_mailed_of_questions(session: Session, person_id: uuid.UUID, *, wanted: bool) -> None:
    """Whether this person is mailed that a question about a case waits for them, or was answered."""
    session.get_one(Person, person_id).mailed_of_questions = wanted


def is_password_of(session: Session, person_id: uuid.UUID, password: str, *, now: datetime, code_follows: bool = False) -> bool:
    """Fresh confirmation of identity before a signature; wrong tries make the next one wait, as at sign-in.

    `code_follows`: a right password alone forgives no wrong codes yet, else whoever knows it could guess them without end.
    """
    person = session.get_one(Person, person_id, with_for_update=True)
    if person.wait_until and person.wait_until > now:
        return False
    if not is_right(person.password_hash, password):
        count_failure(person, now=now)
        return False
    person.failures = person.failures if code_follows else 0
    return True


def boards_of_hospital(session: Session, hospital_id: uuid.UUID) -> list[Board]:
    """The boards in which a hospital takes part: what the web form can choose from."""
    query = select(Board).join(BoardHospital, BoardHospital.board_id == Board.id).where(BoardHospital.hospital_id == hospital_id)
    return list(session.scalars(query.order_by(Board.name)))
