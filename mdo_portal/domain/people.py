"""People, what they are to a hospital and to a board, and their sessions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Role(StrEnum):
    """What a person may be, for a hospital (first six) or for a board (the rest)."""

    SPECIALIST = "specialist"  #: refers and presents patients of the own hospital
    CASE_MANAGER = "case_manager"  #: follows patients of the own hospital
    LINK_MANAGER = "link_manager"  #: the hospital's link; sees messages' state, no patients
    ADMINISTRATOR = "administrator"  #: boards, people; no medical data
    PRIVACY_OFFICER = "privacy_officer"  #: the access log of the own hospital
    SECRETARY = "secretary"  #: plans the board's meetings
    CHAIR = "chair"  #: leads the board and signs
    SCRIBE = "scribe"  #: types the conclusion
    MEMBER = "member"  #: discusses
    OBSERVER = "observer"  #: watches, reduced view


HOSPITAL_ROLES = (Role.SPECIALIST, Role.CASE_MANAGER, Role.LINK_MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)
TAKES_PART = Role.MEMBER
"""As a role for a hospital: takes part in boards in its name; opens nothing of the hospital itself."""
BOARD_ROLES = (Role.SECRETARY, Role.CHAIR, Role.SCRIBE, Role.MEMBER, Role.OBSERVER)


class Person(Base):
    __tablename__ = "people"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: name as shown: `dr. E. van den Hoek`
    name: Mapped[str]
    #: address to sign in with; never used to identify a person of an identity provider
    email: Mapped[str] = mapped_column(unique=True)
    #: specialism in Dutch field words: `uroloog`, `patholoog`
    discipline: Mapped[str] = mapped_column(default="")
    #: argon2id; empty = cannot sign in with a password
    password_hash: Mapped[str] = mapped_column(default="")
    #: TOTP secret, sealed; empty = no second factor yet
    totp_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: nl or en
    language: Mapped[str] = mapped_column(default="nl")
    #: wants a mail when a question about a case waits, or was answered
    mailed_of_questions: Mapped[bool] = mapped_column(default=True)
    #: one line that presents the person on the demo's sign-in page; empty = not a persona
    persona: Mapped[str] = mapped_column(default="")
    #: since when this person may not sign in
    disabled_at: Mapped[datetime | None]
    #: when this person was last signed out everywhere: what was proven before starts no session any more
    signed_out_at: Mapped[datetime | None]
    #: wrong passwords at a confirmation since the last good one (at sign-in, and codes: sign_in_attempts)
    failures: Mapped[int] = mapped_column(default=0)
    #: until when new attempts are refused
    wait_until: Mapped[datetime | None]


class HeldRole(Base):
    """A role of somebody, for a while. Ended rows stay: giving again is a new row."""

    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Role]
    #: first day (Amsterdam) on which it counts; empty = from the moment it was given
    starts_on: Mapped[date | None]
    #: last day (Amsterdam) on which it counts; empty = until it is ended
    ends_on: Mapped[date | None]
    #: when it was given; empty = before this was kept
    given_at: Mapped[datetime | None]
    #: who gave it
    given_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: since when no longer; such a row is history and never comes back to life
    ended_at: Mapped[datetime | None]
    #: who ended it
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))

    @property
    def place_id(self) -> uuid.UUID:
        """The hospital or the board."""
        raise NotImplementedError


class Membership(HeldRole):
    """A person is something for a hospital. Several rows = chosen at sign-in.

    No patient data. Every web transaction reads; services/rights/roles.py and rights_reviews.py write for whoever may manage people.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        Index("uq_memberships_open", "person_id", "hospital_id", "role", unique=True, postgresql_where="ended_at IS NULL"),
    )

    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"), index=True)

    @property
    def place_id(self) -> uuid.UUID:
        return self.hospital_id


class BoardMembership(HeldRole):
    """A person is something for a board.

    No patient data. Every web transaction reads; services/rights/roles.py and rights_reviews.py write for whoever may manage people.
    """

    __tablename__ = "board_memberships"
    __table_args__ = (
        Index("uq_board_memberships_open", "person_id", "board_id", "role", unique=True, postgresql_where="ended_at IS NULL"),
    )

    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"), index=True)

    @property
    def place_id(self) -> uuid.UUID:
        return self.board_id


@dataclass(frozen=True)
class Proof:
    """How somebody proved who they are: what a session is started with, and what the access log can be asked for."""

    #: `password`, `password+totp`, `password+recovery`, `passkey`, `oidc`, `oidc+totp`, `persona` (demo), `test`
    method: str
    #: two factors, or one that is two (a passkey that asked for a finger or a PIN; an acr that the hospital's provider means so)
    strong: bool = False
    #: identity provider that vouched (iss); empty = an account of our own
    issuer: str = ""
    #: that provider's session (sid), for back-channel logout
    provider_session: str = ""


class SignedInSession(Base):
    """A session lives here, not in the cookie: the cookie only carries a random key whose hash is the id."""

    __tablename__ = "sessions"

    #: SHA-256 of the key in the cookie
    key_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    #: for which hospital the person works in this session
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: sign-in
    started_at: Mapped[datetime]
    #: last act of the person; an open screen is none
    seen_at: Mapped[datetime]
    #: last fresh proof of identity (sign-in or confirmation before signing)
    confirmed_at: Mapped[datetime]
    #: signed out
    ended_at: Mapped[datetime | None]
    #: how identity was proven at sign-in: a method of Proof
    method: Mapped[str] = mapped_column(default="")
    #: whether that was two factors
    strong: Mapped[bool] = mapped_column(default=False)
    #: identity provider that vouched (iss)
    issuer: Mapped[str] = mapped_column(default="")
    #: the provider's own session (sid), for back-channel logout
    provider_session: Mapped[str] = mapped_column(default="")
    #: last fresh proof with two factors; empty = none yet in this session
    confirmed_strongly_at: Mapped[datetime | None]
    #: kind of browser and machine, for the person's own list: `Firefox op Windows`
    device: Mapped[str] = mapped_column(default="")
    #: network address of the sign-in, for the same list
    client_address: Mapped[str] = mapped_column(default="")
