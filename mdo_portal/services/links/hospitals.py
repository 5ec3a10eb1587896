"""Hospitals and their links: finding who sends, and where a letter goes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import overload

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.link import Link, LinkCertificate, LinkToken
from mdo_portal.exchange import Address, Caller, MessageHeader, profile_of_link
from mdo_portal.services.common.sealed import sealer

TOKEN_PURPOSE = "link.token"
CERTIFICATE_PURPOSE = "link.certificate"
LONGEST_WAIT = 120.0
"""Seconds for one answer: shorter than the lease of a letter, so that it is never under way twice."""


@dataclass(frozen=True)
class LinkRow:
    """What the listener, the FHIR door and the worker need to know of a link."""

    link_id: uuid.UUID
    hospital_id: uuid.UUID
    hospital_code: str
    hospital_name: str
    profile_in: str  #: as the readers take it: the name, and below it what this hospital puts elsewhere
    charset_in: str
    sending_applications: tuple[str, ...]
    sending_facilities: tuple[str, ...]
    token_in_hash: str
    level: Level = Level.FORM
    #: fingerprints of the client certificates bound to it, and the names by which others are
    fingerprints: frozenset[str] = frozenset()
    certificate_names: frozenset[str] = frozenset()
    #: until when unencrypted messages are accepted; None = they are not
    plain_until: datetime | None = None
    application_ack_out: bool = False

    @cached_property
    def link_hex(self) -> str:
        return self.link_id.hex

    @cached_property
    def hospital_hex(self) -> str:
        return self.hospital_id.hex

    def shows(self, caller: Caller) -> bool:
        """Whether the certificate of this caller is one of this hospital's."""
        return caller.certificate in self.fingerprints or not self.certificate_names.isdisjoint(caller.names)

    @property
    def caller(self) -> Caller:
        """Who calls with a certificate of this hospital; nobody in particular when it has none."""
        return Caller(certificate=min(self.fingerprints, default=""), names=tuple(self.certificate_names))

    def takes_plain(self, now: datetime) -> bool:
        """Whether somebody accepted in writing that this hospital's messages come unencrypted."""
        return self.plain_until is not None and now <= self.plain_until

    def sends(self, application: str, facility: str) -> bool:
        """Whether this hospital signs its messages like that (MSH-3 and MSH-4)."""
        return application in self.sending_applications and (not self.sending_facilities or facility in self.sending_facilities)


class Senders(Sequence[LinkRow]):
    """All links, findable by how they sign: asked for every message that comes."""

    def __init__(self, rows: Iterable[LinkRow] = ()) -> None:
        self._rows = tuple(rows)
        self._by_application: dict[str, list[LinkRow]] = {}
        for row in self._rows:
            for application in row.sending_applications:
                self._by_application.setdefault(application, []).append(row)
        #: the links whose hospital signs with this MSH-3 and MSH-4
        self.signing = lru_cache(maxsize=1024)(self._signing)

    @overload
    def __getitem__(self, index: int) -> LinkRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LinkRow]: ...
    def __getitem__(self, index: int | slice) -> LinkRow | Sequence[LinkRow]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def _signing(self, application: str, facility: str) -> tuple[LinkRow, ...]:
        return tuple(row for row in self._by_application.get(application, ()) if row.sends(application, facility))


def links(session: Session) -> Senders:
    """All links, for the listener's table of who sends."""
    query = select(Link, Hospital).join(Hospital, Hospital.id == Link.hospital_id).order_by(Hospital.code)
    bound: dict[uuid.UUID, list[LinkCertificate]] = {}
    for one in session.scalars(select(LinkCertificate).where(LinkCertificate.withdrawn_at.is_(None))):
        bound.setdefault(one.link_id, []).append(one)
    return Senders(_row(link, hospital, bound.get(link.id, ())) for link, hospital in session.execute(query))


def link_by_token(session: Session, token: str) -> LinkRow | None:
    """The link whose hospital carries this bearer token: the fixed one, or one that was had for an assertion a moment ago."""
    found = session.execute(CARRYING, {"digest": hash_token(token)}).one_or_none()
    return _row(found[0], found[1]) if found and token else None


def _carrying() -> Select[Link, Hospital]:
    digest = bindparam("digest", type_=Link.token_in_hash.type)
    lent = select(LinkToken.link_id).where(LinkToken.token_hash == digest, LinkToken.expires_at > func.now())
    theirs = or_(Link.token_in_hash == digest, Link.id == lent.scalar_subquery())
    return select(Link, Hospital).join(Hospital, Hospital.id == Link.hospital_id).where(theirs)


CARRYING = _carrying()
"""Asked for every message over FHIR. Open: `digest` of the token."""


def link_of(session: Session, link_id: uuid.UUID) -> LinkRow:
    link, hospital = session.execute(
        select(Link, Hospital).join(Hospital, Hospital.id == Link.hospital_id).where(Link.id == link_id)
    ).one()
    return _row(link, hospital)


def _row(link: Link, hospital: Hospital, certificates: Iterable[LinkCertificate] = ()) -> LinkRow:
    certificates = list(certificates)
    return LinkRow(
        link_id=link.id,
        hospital_id=hospital.id,
        hospital_code=hospital.code,
        hospital_name=hospital.name,
        profile_in=profile_of_link(link.profile_in, link.otherwise),
        charset_in=link.charset_in,
        sending_applications=tuple(link.sending_applications),
        sending_facilities=tuple(link.sending_facilities),
        token_in_hash=link.token_in_hash,
        level=link.level,
        fingerprints=frozenset(one.fingerprint for one in certificates if one.fingerprint),
        certificate_names=frozenset(one.name for one in certificates if one.name),
        plain_until=link.plain_accepted_until if link.plain_accepted_at else None,
        application_ack_out=link.application_ack_out and link.channel_out is Channel.MLLP,
    )


def signing(rows: Sequence[LinkRow], header: MessageHeader) -> Sequence[LinkRow]:
    """The links whose hospital signs like this message."""
    some = rows if isinstance(rows, Senders) else Senders(rows)
    return some.signing(header.sending_application, header.sending_facility)


def sender_of(rows: Sequence[LinkRow], header: MessageHeader, caller: Caller | None = None) -> LinkRow | None:
    """Whose message this is; None when nobody's. Of several that sign alike, the one whose certificate calls; else nobody's either."""
    found = signing(rows, header)
    if len(found) > 1:
        found = [row for row in found if caller is not None and row.shows(caller)]
    return found[0] if len(found) == 1 else None


def address_of(session: Session, hospital_id: uuid.UUID) -> tuple[Channel, Address]:
    """How letters go to this hospital. A hospital without a link gets them on paper."""
    hospital = session.get_one(Hospital, hospital_id)
    link = session.execute(select(Link).where(Link.hospital_id == hospital_id)).scalar_one_or_none()
    if link is None:
        return Channel.PAPER, Address(hospital_code=hospital.code, profile="")
    return link.channel_out, _address(session, link, hospital)


def _address(session: Session, link: Link, hospital: Hospital) -> Address:
    return Address(
        hospital_code=hospital.code,
        profile=link.profile_out,
        host=link.host_out,
        port=link.port_out,
        tls=link.tls_out,
        url=link.url_out,
        token=_opened(session, link.token_out_sealed, TOKEN_PURPOSE),
        timeout_seconds=min(link.timeout_seconds, LONGEST_WAIT),
        inside=tuple(link.inside_networks),
        certificate=_opened(session, link.certificate_out_sealed, CERTIFICATE_PURPOSE),
        trust=link.trust_out,
        token_url=link.token_url_out,
        client_id=link.client_id_out,
        scopes=link.scopes_out,
    )


def _opened(session: Session, sealed: bytes, purpose: str) -> str:
    return sealer(session).open(sealed, purpose=purpose).decode() if sealed else ""


def hash_token(token: str) -> str:
    """All that is kept of a token: it is long and random, so no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
