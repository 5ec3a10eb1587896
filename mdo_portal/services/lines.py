"""How safe a hospital's line is: the certificates it calls with, and who accepted in writing that it has none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.exchange import Caller

ENDS_SOON = timedelta(days=60)
"""From then on a certificate that ends is shown as something to do: a new one takes hospitals weeks."""


class Safety(StrEnum):
    """What a link manager sees beside the line."""

    TLS = "tls"  #: a certificate is bound, and nothing is taken without one
    UNSECURED = "unsecured"  #: unencrypted messages are taken: *onbeveiligd*
    LOCAL = "local"  #: neither: only what comes through this machine itself (a tunnel) is taken


@dataclass(frozen=True)
class CertificateRow:
    """One certificate of a link. `bound_to`: its fingerprint or its name."""

    certificate_id: uuid.UUID
    bound_to: str
    subject: str
    expires_at: datetime | None
    seen_at: datetime | None
    bound_at: datetime
    bound_by: str

    def ends_soon(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now + ENDS_SOON


@dataclass(frozen=True)
class LineRow:
    """How one hospital's line stands."""

    safety: Safety
    certificates: tuple[CertificateRow, ...]
    plain_accepted_at: datetime | None
    plain_accepted_by: str
    plain_accepted_why: str
    plain_accepted_until: datetime | None


def line_of(session: Session, link_id: uuid.UUID, *, now: datetime) -> LineRow:
    """How this link's line stands, for its page."""
    link = session.get_one(Link, link_id)
    certificates = tuple(map(_row, session.scalars(_bound(link_id).order_by(LinkCertificate.bound_at))))
    until = link.plain_accepted_until
    accepted = link.plain_accepted_at is not None and until is not None and now <= until
    safety = Safety.UNSECURED if accepted else Safety.TLS if certificates else Safety.LOCAL
    return LineRow(safety, certificates, link.plain_accepted_at, link.plain_accepted_by, link.plain_accepted_why, until)


def bind(
    session: Session,
    link_id: uuid.UUID,
    *,
    now: datetime,
    by: str,
    fingerprint: str = "",
    name: str = "",
    subject: str = "",
    expires_at: datetime | None = None,
) -> uuid.UUID:
    """From now on this certificate (by fingerprint), or every one with this name, is this link's. Binding it again renews it."""
    fingerprint, name = fingerprint.lower().replace(":", ""), name.lower()
    if bool(fingerprint) == bool(name) or (fingerprint and (len(fingerprint) != 64 or not _is_hex(fingerprint))):
        raise ValueError("either a SHA-256 fingerprint of 64 hex digits, or a name")
    same = (LinkCertificate.link_id == link_id, LinkCertificate.fingerprint == fingerprint, LinkCertificate.name == name)
    row = session.scalars(select(LinkCertificate).where(*same)).one_or_none()
    if row is None:
        row = LinkCertificate(link_id=link_id, fingerprint=fingerprint, name=name)
        session.add(row)
    row.subject, row.expires_at, row.bound_at, row.bound_by, row.withdrawn_at = subject, expires_at, now, by, None
    session.flush()
    return row.id


def withdraw(session: Session, link_id: uuid.UUID, bound_to: str, *, now: datetime) -> bool:
    """Nobody gets in with that fingerprint or name any more. False when the link has no such certificate."""
    wanted = bound_to.lower().replace(":", "") if ":" in bound_to else bound_to.lower()
    which = or_(LinkCertificate.fingerprint == wanted, LinkCertificate.name == wanted)
    found = session.scalars(_bound(link_id).where(which)).all()
    for row in found:
        row.withdrawn_at = now
    session.flush()
    return bool(found)


def accept_plain(session: Session, link_id: uuid.UUID, *, by: str, why: str, until: datetime, now: datetime) -> None:
    """Write down who accepts unencrypted messages of this hospital, why, and until when. Raises ValueError without all of that."""
    if not by.strip() or not why.strip() or until <= now:
        raise ValueError("who, why, and a day to come")
    link = session.get_one(Link, link_id)
    link.plain_accepted_at, link.plain_accepted_by = now, by.strip()
    link.plain_accepted_why, link.plain_accepted_until = why.strip(), until


def saw(session: Session, callers: Mapping[str, Caller], *, now: datetime) -> None:
    """Note that these certificates called, and when they end: one that is bound by name is renewed without a word to us."""
    for caller in callers.values():
        which = or_(LinkCertificate.fingerprint == caller.certificate, LinkCertificate.name.in_(caller.names))
        values = {"seen_at": now, "expires_at": caller.expires_at}
        session.execute(update(LinkCertificate).where(which, LinkCertificate.withdrawn_at.is_(None)).values(**values))


def _bound(link_id: uuid.UUID) -> Select[LinkCertificate]:
    return select(LinkCertificate).where(LinkCertificate.link_id == link_id, LinkCertificate.withdrawn_at.is_(None))


def _row(one: LinkCertificate) -> CertificateRow:
    return CertificateRow(
        one.id, one.fingerprint or one.name, one.subject, one.expires_at, one.seen_at, one.bound_at, one.bound_by
    )


def _is_hex(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")
