"""People signing in: sessions in the database, the viewer re-read for every act, proof of identity for signing."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import ColumnElement, Text, cast, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID, distinct_on
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Membership, Person, Proof, Role, SignedInSession
from mdo_portal.domain.policy import Viewer
from mdo_portal.errors import N_, PortalError
from mdo_portal.services import changes, grants
from mdo_portal.services.sealed import sealer

IDLE = timedelta(minutes=45)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=5)
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
    ends_at: datetime
    proof: Proof
    confirmed_strongly_at: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Identity was proven within the last minutes."""
        return now - self.confirmed_at < FRESH

    def is_fresh_strong(self, now: datetime) -> bool:
        """Identity was proven with two factors within the last minutes."""
        return self.confirmed_strongly_at is not None and now - self.confirmed_strongly_at < FRESH


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


def roles_at(session: Session, person_id: uuid.UUID, hospital_id: uuid.UUID) -> list[Role]:
    """What this person is for this hospital."""
    here = (Membership.person_id == person_id) & (Membership.hospital_id == hospital_id) & Membership.ended_at.is_(None)
    return sorted(session.scalars(select(Membership.role).where(here)))


def start_session(
    session: Session,
    person_id: uuid.UUID,
    hospital_id: uuid.UUID,
    *,
    proof: Proof,
    now: datetime,
    device: str = "",
    client_address: str = "",
) -> str:
    """A new session; returns the key for the cookie. Only its hash is kept.

    PostgreSQL makes the row, and only when we show by a keyed hash that the sign-in asks for it and not just any statement.
    """
    key = secrets.token_urlsafe(32)
    asked = (hash_key(key), person_id, hospital_id, proof.method, str(proof.strong).lower())
    told = cast(asdict(proof) | {"device": device, "client_address": client_address}, JSONB)
    session.execute(select(func.access.start_session(*asked[:3], now, told, _shown(session, *asked))))
    return key


def _shown(session: Session, *words: object) -> bytes:
    """The keyed hash that `access.mac('gate', …)` computes as well (migration of row security)."""
    gate = sealer(session).derived("sessions")
    inner = hashlib.sha256(gate + " ".join(map(str, words)).encode()).digest()
    return hashlib.sha256(gate + inner).digest()


def replace_session(
    session: Session, key: str, *, now: datetime, hospital_id: uuid.UUID | None = None, proof: Proof | None = None
) -> str:
    """A new key for the same sign-in, when what it may do grows or turns: another hospital, a second factor given.

    The absolute end stays where it was. The old key is worth nothing from here on.
    """
    new = secrets.token_urlsafe(32)
    words = (proof.method, str(proof.strong).lower()) if proof else ("as", "before")
    asked = (hash_key(key), hash_key(new))
    told = cast(asdict(proof), JSONB) if proof else null()
    session.execute(
        select(func.access.replace_session(*asked, hospital_id, now, told, _shown(session, "replace", *asked, *words)))
    )
    return new


def end_session(session: Session, key: str, *, now: datetime) -> None:
    """Sign out; the sockets of this session close."""
    _tell_ended(session, list(session.scalars(select(func.access.end_session(hash_key(key), now)))))


def end_all_sessions(session: Session, person_id: uuid.UUID, *, now: datetime, but: str = "") -> int:
    """Sign a person out everywhere (except where the cookie has this key); how many sessions that were."""
    return _tell_ended(session, list(session.scalars(select(func.access.end_sessions(person_id, hash_key(but), now)))))


def end_own_session(session: Session, person_id: uuid.UUID, key_hash: str, *, now: datetime) -> int:
    """End one of the person's own sessions, by its id on the account page."""
    own = (SignedInSession.person_id == person_id, SignedInSession.key_hash == key_hash, SignedInSession.ended_at.is_(None))
    ending = update(SignedInSession).where(*own).values(ended_at=now).returning(SignedInSession.person_id)
    return _tell_ended(session, list(session.scalars(ending)))


def end_provider_sessions(
    session: Session, *, issuer: str, hospital_id: uuid.UUID, provider_session: str, person_ids: list[uuid.UUID], now: datetime
) -> list[uuid.UUID]:
    """The provider says they left: end the sessions of its sid, or all it vouched for of these people. Returns whose ended."""
    whose = cast(person_ids, ARRAY(UUID)) if person_ids or not provider_session else null()
    gone = list(session.scalars(select(func.access.end_provider_sessions(issuer, hospital_id, provider_session, whose, now))))
    _tell_ended(session, gone)
    return gone


def _tell_ended(session: Session, whose: Sequence[uuid.UUID]) -> int:
    """At commit every process looks at the sockets of these people."""
    for person_id in set(whose):
        changes.announce(session, "sessions", person_id)
    return len(whose)


def disable(session: Session, person_id: uuid.UUID, *, now: datetime) -> None:
    """The person may not sign in any more; every session and socket ends."""
    session.execute(update(Person).where(Person.id == person_id).values(disabled_at=now))
    end_all_sessions(session, person_id, now=now)
    rights_changed(session, person_id)


def rights_changed(session: Session, person_id: uuid.UUID) -> None:
    """What this person may do changed: at commit every process closes the person's sockets; they come back with the new rights."""
    changes.announce(session, "rights", person_id)


def confirm(session: Session, key: str, *, now: datetime, strong: bool = False) -> None:
    """Identity was proven again just now; `strong`: with two factors."""
    asked = (hash_key(key), str(strong).lower())
    session.execute(select(func.access.confirm(asked[0], now, strong, _shown(session, "confirm", *asked))))


class OpenSession(NamedTuple):
    """One of a person's sessions, for the person's own list."""

    key_hash: str
    started_at: datetime
    seen_at: datetime
    hospital: str
    device: str
    client_address: str
    method: str


def sessions_of(session: Session, person_id: uuid.UUID, *, now: datetime) -> list[OpenSession]:
    """The person's sessions that are still good, newest first."""
    query = (
        select(
            SignedInSession.key_hash,
            SignedInSession.started_at,
            SignedInSession.seen_at,
            Hospital.name,
            SignedInSession.device,
            SignedInSession.client_address,
            SignedInSession.method,
        )
        .join(Hospital, Hospital.id == SignedInSession.hospital_id)
        .where(SignedInSession.person_id == person_id, *_alive(SignedInSession, now))
        .order_by(SignedInSession.seen_at.desc())
    )
    return [OpenSession._make(row) for row in session.execute(query)]


def standing(session: Session, keys: Collection[str], *, now: datetime) -> dict[str, str]:
    """Session key -> what it may do at all, as one word to compare; a key that is not in it has ended. For many sockets at once."""
    by_hash = {hash_key(key): key for key in keys}
    kept = _kept(list(by_hash))
    alive = (
        select(kept.key_hash, kept.person_id, kept.hospital_id)
        .join(Person, Person.id == kept.person_id)
        .where(kept.strong, Person.disabled_at.is_(None), *_alive(kept, now))
    )
    found = session.execute(alive).all()
    roles: dict[tuple[uuid.UUID, uuid.UUID | None], list[str]] = {}
    people_ids = {row.person_id for row in found}
    for kind, place in ((Membership, Membership.hospital_id), (BoardMembership, BoardMembership.board_id)):
        held = select(kind.person_id, place, kind.role).where(kind.person_id.in_(people_ids), kind.ended_at.is_(None))
        for person_id, place_id, role in session.execute(held):
            roles.setdefault((person_id, place_id if kind is Membership else None), []).append(f"{place_id}{role}")
    return {
        by_hash[row.key_hash]: " ".join(
            sorted(roles.get((row.person_id, row.hospital_id), []) + roles.get((row.person_id, None), []))
        )
        for row in found
    }


def _kept(hashes: Sequence[str]) -> type[SignedInSession]:
    """The sessions with these hashes of keys, as PostgreSQL shows them to who holds the keys."""
    columns = SignedInSession.__table__.columns
    return aliased(SignedInSession, func.access.sessions_of(cast(list(hashes), ARRAY(Text))).table_valued(*columns).alias("kept"))


def _alive(kept: type[SignedInSession], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not signed out, not idled out, not a whole day old."""
    return kept.ended_at.is_(None), kept.seen_at > now - IDLE, kept.started_at > now - ABSOLUTE


def signed_in(
    session: Session, key: str, *, now: datetime, client_address: str = "", trace_id: str = "", touch: bool = True
) -> SignedIn | None:
    """Who this session is, re-read from the database; None when it ended, idled out or the person was disabled.

    `touch`: somebody did something just now; a heartbeat of an open screen is not that.
    """
    kept = _kept([hash_key(key)])
    query = (
        select(kept, Person, Hospital.name)
        .join(Person, Person.id == kept.person_id)
        .join(Hospital, Hospital.id == kept.hospital_id)
        .where(Person.disabled_at.is_(None), *_alive(kept, now))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    found, person, hospital_name = row
    seen_at = found.seen_at
    if touch and now - seen_at > timedelta(seconds=30):
        seen_at = now
        session.execute(select(func.access.touch(found.key_hash, now)))
    viewer = _viewer(session, person, found.hospital_id, now=now)
    return SignedIn(
        viewer=replace(viewer, strong=found.strong, client_address=client_address, trace_id=trace_id),
        hospital_name=hospital_name,
        discipline=person.discipline,
        started_at=found.started_at,
        confirmed_at=found.confirmed_at,
        idle_until=seen_at + IDLE,
        ends_at=found.started_at + ABSOLUTE,
        proof=Proof(found.method, found.strong, found.issuer, found.provider_session),
        confirmed_strongly_at=found.confirmed_strongly_at,
    )


def _viewer(session: Session, person: Person, hospital_id: uuid.UUID, *, now: datetime) -> Viewer:
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
        hospital_roles=frozenset(roles_at(session, person.id, hospital_id)),
        board_roles={board_id: frozenset(roles) for board_id, roles in board_roles.items()},
        grants=grants.held_by(session, person.id, hospital_id, now=now),
        language=person.language,
    )


def set_language(session: Session, person_id: uuid.UUID, language: str) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


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


def boards_of_hospital(session: Session, hospital_id: uuid.UUID) -> list[Board]:
    """The boards in which a hospital takes part: what the web form can choose from."""
    query = select(Board).join(BoardHospital, BoardHospital.board_id == Board.id).where(BoardHospital.hospital_id == hospital_id)
    return list(session.scalars(query.order_by(Board.name)))


def enter_again(session: Session, key: str) -> None:
    """What this person may see changed within this transaction: PostgreSQL looks anew."""
    session.flush()
    session.execute(select(func.access.enter(hash_key(key))))


def hash_key(key: str) -> str:
    """What the database knows of the key in a cookie; how a session is called on the account page."""
    return hashlib.sha256(key.encode()).hexdigest()
