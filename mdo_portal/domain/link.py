"""A link with a hospital (koppeling): how it is reached, how it proves who it is, and who changed what."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.identifiers import new_id


class Link(Base):
    """What is agreed with one hospital: who may send what from where, and how a letter goes back."""

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("hospital_id"),
        UniqueConstraint("id", "hospital_id"),
        Index("uq_links_client_id_in", "client_id_in", unique=True, postgresql_where="client_id_in <> ''"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    level: Mapped[Level] = mapped_column(default=Level.FORM)
    #: profile (integrations/profiles) that reads what this hospital sends
    profile_in: Mapped[str] = mapped_column(default="")
    #: MSH-3 values this hospital may use; empty = none accepted over MLLP
    sending_applications: Mapped[list[str]] = mapped_column(default=list)
    #: MSH-4 values this hospital may use
    sending_facilities: Mapped[list[str]] = mapped_column(default=list)
    #: character set agreed with the hospital; empty = MSH-18 decides
    charset_in: Mapped[str] = mapped_column(default="")
    #: SHA-256 of the bearer token with which this hospital posts to /fhir
    token_in_hash: Mapped[str] = mapped_column(default="")
    #: how letters go back
    channel_out: Mapped[Channel] = mapped_column(default=Channel.PAPER)
    #: profile that writes what we send
    profile_out: Mapped[str] = mapped_column(default="")
    #: MLLP host and port of the hospital's receiver
    host_out: Mapped[str] = mapped_column(default="")
    #: port at that host
    port_out: Mapped[int] = mapped_column(default=0)
    #: over TLS; without it only to a receiver inside `inside_networks`. Set by the administrator only
    tls_out: Mapped[bool] = mapped_column(default=False)
    #: FHIR base URL of the hospital's receiver; the only address we ever post to
    url_out: Mapped[str] = mapped_column(default="")
    #: bearer token we use there, sealed
    token_out_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: seconds to wait for an answer
    timeout_seconds: Mapped[float] = mapped_column(default=30.0)
    #: when plain (unencrypted) MLLP was accepted in writing; empty = never. Shown as *onbeveiligd*
    plain_accepted_at: Mapped[datetime | None]
    #: who accepted it, by name and function
    plain_accepted_by: Mapped[str] = mapped_column(default="")
    #: why it cannot be otherwise yet
    plain_accepted_why: Mapped[str] = mapped_column(default="")
    #: the last moment of the acceptance: after it plain messages are refused
    plain_accepted_until: Mapped[datetime | None]
    #: application acknowledgements (MSH-16) go over `host_out` once a message was understood, not back over the line at once
    application_ack_out: Mapped[bool] = mapped_column(default=False)
    #: nobody was there for the last one: none is tried before this; empty = at once
    application_ack_after: Mapped[datetime | None]
    #: TOML: what this hospital puts elsewhere than its profile says (integrations/profiles/schema.py); empty = nothing
    otherwise: Mapped[str] = mapped_column(default="")
    #: networks (CIDR) that are no internet and yet are this hospital's: a VPN; set by the administrator only
    inside_networks: Mapped[list[str]] = mapped_column(default=list)
    #: our certificate and key for this hospital (PEM), sealed; empty = we show none
    certificate_out_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: root certificates this hospital's servers are signed by (PEM); empty = the public ones
    trust_out: Mapped[str] = mapped_column(default="")
    #: where we get a token for our signed assertion (SMART Backend Services); empty = token_out_sealed is used
    token_url_out: Mapped[str] = mapped_column(default="")
    #: our client id at that place
    client_id_out: Mapped[str] = mapped_column(default="")
    #: scopes we ask for there
    scopes_out: Mapped[str] = mapped_column(default="")
    #: client id under which this hospital's system asks us for a token; empty = it has a fixed token only
    client_id_in: Mapped[str] = mapped_column(default="")
    #: public keys (JWKS) by which its assertions are checked
    jwks_in: Mapped[str] = mapped_column(default="")
    #: where they are fetched from; empty = they were pasted
    jwks_url_in: Mapped[str] = mapped_column(default="")


class LinkCertificate(Base):
    """A client certificate by which a hospital's system proves who calls. Several at a time: the next one is bound before the old one ends.

    Bound either by its fingerprint, or by a name in it; then every certificate of the listener's authorities with that name will do.
    """

    __tablename__ = "link_certificates"
    __table_args__ = (
        CheckConstraint("(fingerprint = '') <> (name = '')", name="one_way"),
        UniqueConstraint("link_id", "fingerprint", "name"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"))
    #: SHA-256 of the certificate (DER), 64 hex digits in lower case; empty = bound by name
    fingerprint: Mapped[str] = mapped_column(default="")
    #: common name or DNS name in the certificate, lower case; empty = bound by fingerprint
    name: Mapped[str] = mapped_column(default="")
    #: whose certificate it says it is, for people
    subject: Mapped[str] = mapped_column(default="")
    #: when the certificate last seen (or the one that was bound) ends
    expires_at: Mapped[datetime | None]
    #: when a call last came in with it
    seen_at: Mapped[datetime | None]
    #: when it was bound
    bound_at: Mapped[datetime]
    #: who bound it, by name
    bound_by: Mapped[str] = mapped_column(default="")
    #: when it was withdrawn; it lets nobody in any more
    withdrawn_at: Mapped[datetime | None]


class LineReminded(Base):
    """A colleague was mailed that the certificates of a line end, or ended: once for each step (services/oversight/line_reminders.py).

    No patient data. Written by the worker; web processes may not read it.
    """

    __tablename__ = "line_reminders"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    #: the end the mail was about: with another certificate it is another one
    ends_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: the step: so many days before that end; 0 = it had ended
    days: Mapped[int] = mapped_column(primary_key=True)
    #: when the mail was written down, just before it left
    mailed_at: Mapped[datetime]


class CalledCertificate(Base):
    """A client certificate that called and was bound to nobody: its hospital's link manager can bind it without handling a file.

    Only certificates of the listener's authorities come this far. Written by the listener; the oldest go (services/links/lines.saw).
    """

    __tablename__ = "called_certificates"

    #: SHA-256 of the certificate (DER), 64 hex digits in lower case
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    #: its common name and DNS names, lower case
    names: Mapped[list[str]]
    #: when it ends
    expires_at: Mapped[datetime | None]
    #: when a call last came in with it
    seen_at: Mapped[datetime]


class Changed(StrEnum):
    """What of a link was changed."""

    MADE = "made"  #: the hospital or its link was added
    SETTINGS = "settings"  #: names, profile, character set, address
    SENDER = "sender"  #: a name by which it sends was added from a message that was tried
    OTHERWISE = "otherwise"  #: what it puts elsewhere than its profile
    COPIES = "copies"  #: how letters to general practitioners go
    BOUND = "bound"  #: a client certificate was bound
    UNBOUND = "unbound"  #: a client certificate was withdrawn
    PLAIN = "plain"  #: unencrypted messages were accepted in writing, until a day
    NO_PLAIN = "no_plain"  #: that acceptance was withdrawn
    KEYS = "keys"  #: the public keys of its system were fetched and are others now
    NO_TOKEN = "no_token"  #: the fixed token was withdrawn: its system gets one for a signed assertion, or nothing comes
    TOKEN = "token"  #: a new token for the FHIR door; the token itself stands nowhere


class LinkChange(Base):
    """Who changed what of a link, and when. Only grows. No patient data, no secret."""

    __tablename__ = "link_changes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: when it was changed
    at: Mapped[datetime]
    #: who did it; empty = from the command line
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: name at that moment: people leave, the history stays
    by_name: Mapped[str] = mapped_column(default="")
    what: Mapped[Changed]
    #: how it was, as text
    before: Mapped[str] = mapped_column(default="")
    #: how it became, as text
    after: Mapped[str] = mapped_column(default="")


class LinkToken(Base):
    """A short-lived access token of a hospital's system, had for a signed assertion. Written by access.issue_link_token() only."""

    __tablename__ = "link_tokens"

    #: SHA-256 of the token
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"))
    #: what it may do here
    scopes: Mapped[str]
    #: worth nothing after this
    expires_at: Mapped[datetime]


class UsedAssertion(Base):
    """An assertion that was exchanged for a token: good for once."""

    __tablename__ = "used_assertions"

    link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    #: jti of the assertion
    jti: Mapped[str] = mapped_column(primary_key=True)
    #: when the assertion is accepted no longer; this row goes a while later
    expires_at: Mapped[datetime]
