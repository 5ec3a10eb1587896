"""Access tokens for a hospital's system: had for a signed assertion, good for minutes (SMART Backend Services)."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import UUID, cast, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.link import Link, LinkToken
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.links.hospitals import hash_token

LIFE = timedelta(minutes=5)
SCOPES = ("system/*.write", "system/*.cu", "system/Task.read", "system/Task.rs")
"""What may be asked for here: to hand in, and to read how one's own tasks stand. In the words of SMART v1 and v2."""


class Client(NamedTuple):
    """A hospital's system that registered its public keys."""

    link_id: uuid.UUID
    client_id: str
    jwks: str
    jwks_url: str  #: where those are fetched from; "" = they were pasted


def client(session: Session, client_id: str) -> Client | None:
    """The system that calls itself this, if its keys are registered."""
    if not client_id:
        return None
    query = select(Link.id, Link.client_id_in, Link.jwks_in, Link.jwks_url_in).where(
        Link.client_id_in == client_id, Link.jwks_in != ""
    )
    row = session.execute(query).one_or_none()
    return Client._make(row) if row else None


def granted(asked: str) -> str:
    """Of the scopes that were asked for, those there are; all when nothing was asked. Empty = none of them."""
    wanted = asked.split()
    return " ".join(one for one in SCOPES if one in wanted) if wanted else SCOPES[0]


def may(session: Session, token: str, *, writes: bool) -> bool:
    """Whether this token's scopes cover handing in, or reading how tasks stand. A link's fixed token covers both."""
    scopes = session.scalar(select(LinkToken.scopes).where(LinkToken.token_hash == hash_token(token)))
    if scopes is None:
        return True
    held = set(scopes.split())
    return bool(held & set(SCOPES[:2])) if writes else bool(held)


def issue(session: Session, link_id: uuid.UUID, *, jti: str, used_until: datetime, scopes: str, now: datetime) -> str | None:
    """A new token for an assertion that was checked; None when that assertion was exchanged before.

    PostgreSQL itself makes the row, for who knows the gate's key: statements alone let nobody in (docs/decisions/0023).
    """
    token = secrets.token_urlsafe(32)
    hashed = hash_token(token)
    shown = _shown(session, "link", link_id, jti, hashed, scopes)
    call = func.access.issue_link_token(cast(link_id, UUID), jti, used_until, hashed, scopes, now + LIFE, shown)
    return token if session.scalar(select(call)) else None


def _shown(session: Session, *words: object) -> bytes:
    """The keyed hash that `access.mac('gate', …)` computes as well."""
    gate = sealer(session).derived("sessions")
    inner = hashlib.sha256(gate + " ".join(map(str, words)).encode()).digest()
    return hashlib.sha256(gate + inner).digest()
