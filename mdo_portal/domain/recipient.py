"""Where letters of one hospital go besides its link, and how every destination has been doing. No patient data."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.delivery import Audience
from mdo_portal.domain.hospital import Channel


class RecipientChannel(Base):
    """How letters for one audience of a hospital travel. The referrer's own stand with the link (domain/link.py)."""

    __tablename__ = "recipient_channels"
    __table_args__ = (CheckConstraint("audience <> 'referrer'", name="not_the_link"),)

    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(default=Channel.PAPER)
    #: profile that writes what we send
    profile_out: Mapped[str] = mapped_column(default="")
    #: MLLP host of the receiver
    host: Mapped[str] = mapped_column(default="")
    #: port at that host
    port: Mapped[int] = mapped_column(default=0)
    #: over TLS; without it only to a receiver inside the link's networks. Set by the administrator only
    tls: Mapped[bool] = mapped_column(default=True)
    #: FHIR base URL, or the address of the HTTP hook
    url: Mapped[str] = mapped_column(default="")
    #: where files are laid, on our own disk. Set by the administrator only
    folder: Mapped[str] = mapped_column(default="")
    #: who is told by mail that a letter stands ready
    mail_to: Mapped[str] = mapped_column(default="")
    #: token of the FHIR server, or what the hook's signature is made with; sealed
    secret_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: number to call when a letter did not arrive
    phone: Mapped[str] = mapped_column(default="")


class Destination(Base):
    """One queue: letters to one hospital for one audience. One letter at a time, and a pause when nobody takes them."""

    __tablename__ = "destinations"

    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    #: a worker has a letter under way until then; after a crash the lease runs out
    leased_until: Mapped[datetime | None]
    #: that worker, by the number of its lock (services/letters/succession.py): when it dies another one goes on at once
    leased_by: Mapped[int | None]
    #: attempts in a row that ended without an answer that settles a letter
    failures: Mapped[int] = mapped_column(default=0)
    #: no letter is tried before this moment; empty = at once
    next_attempt_at: Mapped[datetime | None]
    #: when the first of those failures was; empty = it answers
    down_since: Mapped[datetime | None]
