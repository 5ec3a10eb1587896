"""Which sessions are open: for a person's own list, and for who looks after people."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import SignedInSession
from mdo_portal.services.people.sessions import alive


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
        .where(SignedInSession.person_id == person_id, *alive(SignedInSession, now))
        .order_by(SignedInSession.seen_at.desc())
    )
    return [OpenSession._make(row) for row in session.execute(query)]


class Presence(NamedTuple):
    """What the portal knows of somebody's signing in, without where and how long."""

    open_sessions: int
    last_seen_at: datetime | None
    last_strong: bool  #: the newest sign-in proved two factors


def presences(session: Session, person_ids: Sequence[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, Presence]:
    """Per person: sessions that are open now, and when they last did something. Nobody = never signed in."""
    asked = func.access.presences(cast(list(person_ids), ARRAY(UUID)), now)
    rows = asked.table_valued("person_id", "open_sessions", "last_seen_at", "last_strong")
    return {row[0]: Presence(row[1], row[2], row[3]) for row in session.execute(select(rows))}
