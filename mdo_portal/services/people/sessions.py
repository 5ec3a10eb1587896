"""Sessions of people who signed in: they live in the database, and PostgreSQL itself starts, shows and ends them.

The functions of schema `access` (migration of row security) are the only door: no statement of a web process can make a session or read
somebody else's. A cookie holds a random key; the database knows its hash.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, cast, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.people import BoardMembership, Membership, Person, Proof, SignedInSession
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common import changes
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.people import viewers
from mdo_portal.services.people.viewers import kept_sessions
from mdo_portal.zone import day_of

IDLE = timedelta(minutes=45)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=5)


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
        select(
            func.access.replace_session(*asked, cast(hospital_id, UUID), now, told, _shown(session, "replace", *asked, *words))
        )
    )
    return new


def end_session(session: Session, key: str, *, now: datetime) -> None:
    """Sign out; the sockets of this session close."""
    _tell_ended(session, list(session.scalars(select(func.access.end_session(hash_key(key), now)))))


def end_all_sessions(
    session: Session, person_id: uuid.UUID, *, now: datetime, but: str = "", hospital_id: uuid.UUID | None = None
) -> int:
    """Sign a person out everywhere (except where the cookie has this key), or only where they worked for that hospital.

    Everywhere is also between two steps of signing in: what was proven before is worth nothing any more.
    """
    if hospital_id is None:
        session.execute(
            update(Person).where(Person.id == person_id).values(signed_out_at=func.greatest(Person.signed_out_at, now))
        )
    ended = func.access.end_sessions(person_id, hash_key(but), cast(hospital_id, UUID), now)
    return _tell_ended(session, list(session.scalars(select(ended))))


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


def signed_out_since(session: Session, person_id: uuid.UUID, moment: datetime) -> bool:
    """Whether this person was signed out everywhere after that moment."""
    since = select(Person.id).where(Person.id == person_id, Person.signed_out_at > moment)
    return session.scalar(since) is not None


def rights_changed(session: Session, person_id: uuid.UUID) -> None:
    """What this person may do changed: at commit every process closes the person's sockets; they come back with the new rights."""
    changes.announce(session, "rights", person_id)


def confirm(session: Session, key: str, *, now: datetime, strong: bool = False) -> None:
    """Identity was proven again just now; `strong`: with two factors."""
    asked = (hash_key(key), str(strong).lower())
    session.execute(select(func.access.confirm(asked[0], now, strong, _shown(session, "confirm", *asked))))


def standing(session: Session, keys: Collection[str], *, now: datetime) -> dict[str, str]:
    """Session key -> what it may do at all, as one word to compare; a key that is not in it has ended. For many sockets at once."""
    by_hash = {hash_key(key): key for key in keys}
    kept = kept_sessions(list(by_hash))
    good = (
        select(kept.key_hash, kept.person_id, kept.hospital_id)
        .join(Person, Person.id == kept.person_id)
        .where(kept.strong, Person.disabled_at.is_(None), *alive(kept, now))
    )
    found = session.execute(good).all()
    roles: dict[tuple[uuid.UUID, uuid.UUID | None], list[str]] = {}
    people_ids = {row.person_id for row in found}
    for kind, place in ((Membership, Membership.hospital_id), (BoardMembership, BoardMembership.board_id)):
        held = select(kind.person_id, place, kind.role).where(kind.person_id.in_(people_ids), in_force(kind, now))
        for person_id, place_id, role in session.execute(held):
            roles.setdefault((person_id, place_id if kind is Membership else None), []).append(f"{place_id}{role}")
    return {
        by_hash[row.key_hash]: " ".join(
            sorted(roles.get((row.person_id, row.hospital_id), []) + roles.get((row.person_id, None), []))
        )
        for row in found
    }


def alive(kept: type[SignedInSession], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not signed out, not idled out, not a whole day old."""
    return kept.ended_at.is_(None), kept.seen_at > now - IDLE, kept.started_at > now - ABSOLUTE


def signed_in(
    session: Session, key: str, *, now: datetime, client_address: str = "", trace_id: str = "", touch: bool = True
) -> SignedIn | None:
    """Who this session is, re-read from the database; None when it ended, idled out or the person was disabled.

    `touch`: somebody did something just now; a heartbeat of an open screen is not that.
    """
    asked = {"key_hash": hash_key(key), "now": now, "today": day_of(now), "idle": now - IDLE, "absolute": now - ABSOLUTE}
    row = session.execute(viewers.of_session(), asked).one_or_none()
    if row is None:
        return None
    kept, person, hospital_name, subject, *held = row
    seen_at = kept.seen_at
    if touch and now - seen_at > timedelta(seconds=30):
        seen_at = now
        session.execute(select(func.access.touch(kept.key_hash, now)))
    return SignedIn(
        viewer=replace(
            viewers.viewer(person, kept.hospital_id, held),
            strong=kept.strong,
            method=kept.method,
            alternate_id=f"{kept.issuer}|{subject}" if subject else kept.issuer,
            client_address=client_address,
            trace_id=trace_id,
        ),
        hospital_name=hospital_name,
        discipline=person.discipline,
        started_at=kept.started_at,
        confirmed_at=kept.confirmed_at,
        idle_until=seen_at + IDLE,
        ends_at=kept.started_at + ABSOLUTE,
        proof=Proof(kept.method, kept.strong, kept.issuer, kept.provider_session),
        confirmed_strongly_at=kept.confirmed_strongly_at,
    )


def end_everybody(session: Session) -> None:
    """Everybody signs in anew (an act of who put a backup back): which of these sessions was ended since, nobody knows."""
    session.execute(delete(SignedInSession))


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Sessions without a sign of life since then are no longer kept (a worker's act); how many went."""
    old = select(SignedInSession.key_hash).where(SignedInSession.seen_at < before).limit(limit)
    those = (SignedInSession.key_hash.in_(old), SignedInSession.seen_at < before)
    gone = session.scalars(delete(SignedInSession).where(*those).returning(SignedInSession.key_hash))
    return len(gone.all())


def enter_again(session: Session, key: str) -> None:
    """What this person may see changed within this transaction: PostgreSQL looks anew."""
    session.flush()
    session.execute(select(func.access.enter(hash_key(key))))


def hash_key(key: str) -> str:
    """What the database knows of the key in a cookie; how a session is called on the account page."""
    return hashlib.sha256(key.encode()).hexdigest()
