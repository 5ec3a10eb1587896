"""People signing in: sessions in the database, the viewer re-read for every act, proof of identity for signing."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pyotp import TOTP
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Proof, Role, SignedInSession
from mdo_portal.domain.policy import Viewer
from mdo_portal.errors import N_, NotSignedIn, PortalError
from mdo_portal.services.sealed import sealer

IDLE = timedelta(minutes=45)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=5)
TOTP_PURPOSE = "person.totp"
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


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, until when, and how fresh the proof of identity is."""

    viewer: Viewer
    hospital_name: str
    discipline: str
    started_at: datetime
    confirmed_at: datetime
    idle_until: datetime

    def is_fresh(self, now: datetime) -> bool:
        return now - self.confirmed_at < FRESH


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


def check_password(session: Session, email: str, password: str, code: str, *, now: datetime) -> Person:
    """The person, when address, password and (when they have one) second factor are right.

    Wrong tries make the next try wait a little longer, up to a minute: nobody can lock a chair out.
    """
    person = session.execute(
        select(Person).where(Person.email == email.replace("\0", "").strip().casefold()).with_for_update()
    ).scalar_one_or_none()
    if person is not None and person.wait_until and person.wait_until > now:
        raise NotSignedIn(N_("Te veel pogingen. Wacht een minuut en probeer het opnieuw."))
    right = _is_right(session, person, password, code, now=now)
    if person is None or not right or person.disabled_at:
        if person is not None:
            _count_failure(person, now=now)
        raise WrongCredentials()
    person.failures = 0
    return person


def _count_failure(person: Person, *, now: datetime) -> None:
    person.failures += 1
    person.wait_until = now + timedelta(seconds=min(60, 2 ** min(person.failures, 6))) if person.failures > 3 else None


class WrongCredentials(PortalError):
    """Which of the three was wrong is not said. The transaction that counts the failure must still commit."""

    status = 401
    sentence = N_("E-mailadres, wachtwoord of code klopt niet. Probeer het opnieuw.")


def _is_right(session: Session, person: Person | None, password: str, code: str, *, now: datetime) -> bool:
    try:
        _hasher.verify((person.password_hash if person else "") or _nobody(), password)
    except (Argon2Error, InvalidHashError):
        return False
    if person is None or not person.password_hash:
        return False
    if not person.totp_sealed:
        return True
    secret = sealer(session).open(person.totp_sealed, purpose=TOTP_PURPOSE).decode()
    return TOTP(secret).verify(code, for_time=now, valid_window=1)


def hospitals_of(session: Session, person_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """For which hospitals this person may sign in."""
    query = (
        select(Hospital.id, Hospital.name)
        .join(Membership, Membership.hospital_id == Hospital.id)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .distinct()
        .order_by(Hospital.name)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def start_session(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID, *, proof: Proof, now: datetime) -> str:
    """A new session; returns the key for the cookie. Only its hash is kept."""
    key = secrets.token_urlsafe(32)
    session.add(
        SignedInSession(
            key_hash=_hash(key), person_id=person_id, hospital_id=hospital_id, started_at=now, seen_at=now, confirmed_at=now,
            **asdict(proof),
        )
    )  # fmt: skip
    return key


def end_session(session: Session, key: str, *, now: datetime) -> None:
    session.execute(update(SignedInSession).where(SignedInSession.key_hash == _hash(key)).values(ended_at=now))


def confirm(session: Session, key: str, *, now: datetime) -> None:
    """Identity was proven again just now."""
    session.execute(update(SignedInSession).where(SignedInSession.key_hash == _hash(key)).values(confirmed_at=now))


def signed_in(
    session: Session, key: str, *, now: datetime, client_address: str = "", trace_id: str = "", touch: bool = True
) -> SignedIn | None:
    """Who this session is, re-read from the database; None when it ended, idled out or the person was disabled.

    `touch`: somebody did something just now; a heartbeat of an open screen is not that.
    """
    query = (
        select(SignedInSession, Person, Hospital.name)
        .join(Person, Person.id == SignedInSession.person_id)
        .join(Hospital, Hospital.id == SignedInSession.hospital_id)
        .where(SignedInSession.key_hash == _hash(key), SignedInSession.ended_at.is_(None), Person.disabled_at.is_(None))
    )
    row = session.execute(query).one_or_none()
    if row is None or now - row[0].seen_at > IDLE or now - row[0].started_at > ABSOLUTE:
        return None
    found, person, hospital_name = row
    if touch and now - found.seen_at > timedelta(seconds=30):
        found.seen_at = now
    viewer = _viewer(session, person, found.hospital_id)
    return SignedIn(
        viewer=replace(viewer, client_address=client_address, trace_id=trace_id),
        hospital_name=hospital_name,
        discipline=person.discipline,
        started_at=found.started_at,
        confirmed_at=found.confirmed_at,
        idle_until=found.seen_at + IDLE,
    )


def forget_sessions(session: Session, *, before: datetime, limit: int) -> int:
    """Sessions without a sign of life since then are no longer kept; how many went."""
    old = select(SignedInSession.key_hash).where(SignedInSession.seen_at < before).limit(limit)
    gone = session.scalars(delete(SignedInSession).where(SignedInSession.key_hash.in_(old)).returning(SignedInSession.key_hash))
    return len(gone.all())


def _viewer(session: Session, person: Person, hospital_id: uuid.UUID) -> Viewer:
    hospital_roles = session.scalars(
        select(Membership.role).where(
            Membership.person_id == person.id, Membership.hospital_id == hospital_id, Membership.ended_at.is_(None)
        )
    )
    board_roles: dict[uuid.UUID, set[Role]] = {}
    query = select(BoardMembership.board_id, BoardMembership.role).where(
        BoardMembership.person_id == person.id, BoardMembership.ended_at.is_(None)
    )
    for board_id, role in session.execute(query):
        board_roles.setdefault(board_id, set()).add(role)
    return Viewer(
        person_id=person.id,
        name=person.name,
        hospital_id=hospital_id,
        hospital_roles=frozenset(hospital_roles),
        board_roles={board_id: frozenset(roles) for board_id, roles in board_roles.items()},
        language=person.language,
    )


def set_language(session: Session, person_id: uuid.UUID, language: str) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


def is_password_of(session: Session, person_id: uuid.UUID, password: str, *, now: datetime) -> bool:
    """Fresh confirmation of identity before a signature; wrong tries make the next one wait, as at sign-in."""
    person = session.get_one(Person, person_id, with_for_update=True)
    if person.wait_until and person.wait_until > now:
        return False
    try:
        _hasher.verify(person.password_hash, password)
    except (Argon2Error, InvalidHashError):
        _count_failure(person, now=now)
        return False
    person.failures = 0
    return True


def boards_of_hospital(session: Session, hospital_id: uuid.UUID) -> list[Board]:
    """The boards in which a hospital takes part: what the web form can choose from."""
    query = select(Board).join(BoardHospital, BoardHospital.board_id == Board.id).where(BoardHospital.hospital_id == hospital_id)
    return list(session.scalars(query.order_by(Board.name)))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
