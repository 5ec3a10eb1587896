"""Who may call as a hospital: binding and withdrawing a certificate. That a line has none is accepted in line_acceptance.py.

The page of the link and `mdo-portal hospital` both do it here. Binding can only let somebody in as the hospital that binds.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.certificate import FIELD, Certificate, clean
from mdo_portal.domain.link import CalledCertificate, Changed, Link, LinkCertificate
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete
from mdo_portal.services.links import link_claims
from mdo_portal.services.links.lines import bound
from mdo_portal.services.links.link_history import remember

ENDED = N_("Dit certificaat is verlopen. Er is niets gekoppeld; vraag het nieuwe.")
ELSEWHERE = N_(
    "Dit certificaat is al aan een ander ziekenhuis gekoppeld; bij twee ziekenhuizen bewijst het niet meer wie belt. "
    "Er is niets gekoppeld; vraag een certificaat van dit ziekenhuis zelf, of laat het daar eerst intrekken. "
    "Belt één systeem voor beide ziekenhuizen, vraag dan de beheerder van het netwerk."
)
NOT_CALLED = N_("Kies een certificaat dat onlangs belde. Er is niets gekoppeld.")
ALIKE = N_(
    "Een ander ziekenhuis noemt zich in berichten net zo: van welk van beide dit certificaat is, weet het portaal niet, "
    "en hieraan worden de berichten uit elkaar gehouden. Er is niets gekoppeld; vraag uw EPD-beheerder om het certificaat zelf."
)
NO_NAME = N_("In dit certificaat staat geen naam. Er is niets gekoppeld; koppel alleen dit ene certificaat.")


def bind_certificate(
    session: Session,
    link_id: uuid.UUID,
    certificate: Certificate,
    *,
    by_name: bool,
    by: str,
    now: datetime,
    viewer: Viewer | None,
    is_shared: bool = False,
) -> str:
    """Bind this one certificate, or `by_name` every one of the listener's authorities with its first name. Gives what it is bound to.

    `is_shared`: one system calls for several hospitals, and who runs the network said so. Raises Incomplete with a sentence when it
    cannot be; then nothing changed.
    """
    if by_name and not certificate.names:
        raise Incomplete({FIELD: NO_NAME}, NO_NAME)
    name, fingerprint = (certificate.names[0], "") if by_name else ("", certificate.fingerprint)
    bind(
        session, link_id, now=now, by=by, viewer=viewer, fingerprint=fingerprint, name=name, subject=certificate.subject,
        expires_at=certificate.expires_at, names=certificate.names, is_shared=is_shared,
    )  # fmt: skip
    return name or fingerprint


def bind_called(session: Session, link_id: uuid.UUID, fingerprint: str, *, by: str, now: datetime, viewer: Viewer | None) -> str:
    """Bind a certificate that called; gives its name. Raises Incomplete when none with this fingerprint did, or it cannot be bound.

    Nor where only a certificate says whose a message is: with the one of who signs alike, bound by mistake, that hospital's patients
    would be this one's (docs/decisions/0046).
    """
    one = session.get(CalledCertificate, fingerprint)
    reason = NOT_CALLED if one is None else ALIKE if link_claims.is_shared(session, session.get_one(Link, link_id)) else ""
    if one is None or reason:
        raise Incomplete({FIELD: reason}, reason)
    bind(
        session, link_id, now=now, by=by, viewer=viewer, fingerprint=one.fingerprint, subject=", ".join(one.names[:1]),
        expires_at=one.expires_at, names=one.names,
    )  # fmt: skip
    return ", ".join(one.names[:1]) or one.fingerprint[:16]


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
    names: Sequence[str] = (),
    viewer: Viewer | None = None,
    is_shared: bool = False,
) -> uuid.UUID:
    """From now on this certificate (by fingerprint), or every one with this name, is this link's. Binding it again renews it.

    `names` are all that stand in it. Raises Incomplete when it ended, or is another link's and not shared.
    """
    fingerprint, name = fingerprint.lower().replace(":", ""), name.lower()
    if bool(fingerprint) == bool(name) or (fingerprint and (len(fingerprint) != 64 or not _is_hex(fingerprint))):
        raise ValueError("either a SHA-256 fingerprint of 64 hex digits, or a name")
    reason = ENDED if expires_at is not None and expires_at <= now else ""
    if not (reason or is_shared) and _is_elsewhere(session, link_id, fingerprint, clean((name, *names))):
        reason = ELSEWHERE
    if reason:
        raise Incomplete({FIELD: reason}, reason)
    same = (LinkCertificate.link_id == link_id, LinkCertificate.fingerprint == fingerprint, LinkCertificate.name == name)
    row = session.scalars(select(LinkCertificate).where(*same)).one_or_none()
    if row is None:
        row = LinkCertificate(link_id=link_id, fingerprint=fingerprint, name=name)
        session.add(row)
    row.subject, row.expires_at, row.bound_at, row.bound_by, row.withdrawn_at = subject, expires_at, now, by, None
    session.flush()
    remember(session, _hospital_of(session, link_id), Changed.BOUND, "", _told(row), viewer=viewer, now=now)
    return row.id


def withdraw(session: Session, link_id: uuid.UUID, bound_to: str, *, now: datetime, viewer: Viewer | None = None) -> bool:
    """Nobody gets in with that fingerprint or name any more. False when the link has no such certificate."""
    wanted = bound_to.lower().replace(":", "") if ":" in bound_to else bound_to.lower()
    which = or_(LinkCertificate.fingerprint == wanted, LinkCertificate.name == wanted)
    found = session.scalars(bound(link_id).where(which)).all()
    for row in found:
        row.withdrawn_at = now
        remember(session, _hospital_of(session, link_id), Changed.UNBOUND, _told(row), "", viewer=viewer, now=now)
    session.flush()
    return bool(found)


def _is_elsewhere(session: Session, link_id: uuid.UUID, fingerprint: str, names: Sequence[str]) -> bool:
    """Whether another link's line would be proven by this certificate too."""
    same = or_(
        LinkCertificate.name.in_(names), (LinkCertificate.fingerprint == fingerprint) & (LinkCertificate.fingerprint != "")
    )
    others = (LinkCertificate.link_id != link_id, LinkCertificate.withdrawn_at.is_(None), same)
    return session.scalar(select(LinkCertificate.id).where(*others).limit(1)) is not None


def _hospital_of(session: Session, link_id: uuid.UUID) -> uuid.UUID:
    return session.get_one(Link, link_id).hospital_id


def _told(row: LinkCertificate) -> str:
    """The certificate as lines, for the history."""
    which = f"certificate_name: {row.name}" if row.name else f"certificate: {row.fingerprint[:16]}… {row.subject}".rstrip()
    return f"{which}\nbound_by: {row.bound_by}"


def _is_hex(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")
