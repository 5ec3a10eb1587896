"""What people sign in with beside a password: passkeys, codes, invitations; and what slows guessing down."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Passkey(Base):
    """A key pair on somebody's device (WebAuthn); we hold the public half.

    No patient data. Read before anybody is signed in (signing in with it); added and removed by its own person.
    """

    __tablename__ = "passkeys"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    #: how the device calls it; unique in the world
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    #: COSE key that checks its signatures
    public_key: Mapped[bytes]
    #: uses counted by the device; going back means a copy. Many devices leave it at 0
    sign_count: Mapped[int] = mapped_column(default=0)
    #: the person's own name for it: `laptop poli`
    label: Mapped[str]
    #: how the browser reaches it: usb, nfc, internal, hybrid
    transports: Mapped[list[str]] = mapped_column(default=list)
    #: it may be copied to the person's other devices by their maker
    may_be_backed_up: Mapped[bool] = mapped_column(default=False)
    #: it was, at its last use
    backed_up: Mapped[bool] = mapped_column(default=False)
    #: when the person added it
    created_at: Mapped[datetime]
    #: last sign-in or confirmation with it
    last_used_at: Mapped[datetime | None]


class Authenticator(Base):
    """The state of a person's code app; the secret in use stands sealed in people.totp_sealed.

    No patient data. Read and written at the second step of signing in, and by its own person.
    """

    __tablename__ = "authenticators"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: a secret that was shown and not yet confirmed by a first code, sealed; empty = none
    pending_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: when that was shown
    pending_at: Mapped[datetime | None]
    #: the time step (30 s) of the last code that was used: a code is good once
    last_step: Mapped[int] = mapped_column(default=0)
    #: since when the app is in use
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten codes on paper, for who lost the device. Good once.

    No patient data. Read and written at the second step of signing in, and by its own person.
    """

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    #: SHA-256; the code itself (80 random bits) is shown once and kept nowhere
    code_hash: Mapped[str]
    #: when the ten were made
    made_at: Mapped[datetime]
    #: when it was used
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link with which a person sets a password and a second factor: a new colleague, or somebody who lost both.

    No patient data. Made by whoever manages people (and by the command); read and used before anybody is signed in.
    """

    __tablename__ = "invitations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    #: SHA-256 of the token in the link; the link is shown once
    token_hash: Mapped[str] = mapped_column(unique=True)
    #: who invited; empty = the command on the machine
    made_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when the link was made
    made_at: Mapped[datetime]
    #: from when it is no longer good
    expires_at: Mapped[datetime]
    #: when it was used, or replaced by a newer one
    used_at: Mapped[datetime | None]


class Challenge(Base):
    """A random number that a passkey must sign, once, within minutes.

    No patient data. Made and taken out before anybody is signed in as well as after.
    """

    __tablename__ = "challenges"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: what was sent to the browser
    challenge: Mapped[bytes]
    #: what it may be used for: `enter`, `second`, `confirm`, `add`
    purpose: Mapped[str]
    #: for whom; empty = whoever has the passkey
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when it was sent
    made_at: Mapped[datetime] = mapped_column(index=True)


class Attempts(Base):
    """Tries of one account from one place, and of a person's codes, so that guessing has to wait; also of one network address as a whole.

    No patient data. Written before anybody is signed in. Keys are hashes: the table names nobody.
    """

    __tablename__ = "sign_in_attempts"

    #: SHA-256 of what is counted: account and network address, account and known device, a person's codes in one, or an address
    bucket: Mapped[str] = mapped_column(primary_key=True)
    #: tries since the last good one
    failures: Mapped[int] = mapped_column(default=0)
    #: first of these tries
    first_at: Mapped[datetime]
    #: last of these tries
    last_at: Mapped[datetime] = mapped_column(index=True)
    #: until when new tries are refused
    wait_until: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser in which this person signed in completely before: strangers' wrong tries do not slow it down.

    No patient data. Read before anybody is signed in, written at sign-in.
    """

    __tablename__ = "known_devices"

    #: SHA-256 of the device cookie, which is good for nothing else
    device_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: last complete sign-in there
    seen_at: Mapped[datetime]
