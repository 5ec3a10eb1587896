"""The periodic rights review: who has which role on a board or for a hospital, looked through line by line and signed off."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import Role


class Odd(StrEnum):
    """A plain fact about a role that makes a reviewer look twice; never a judgement."""

    NOT_SEEN = "not_seen"  #: signed in longer than 90 days ago, or never
    LEFT = "left"  #: has no role for any hospital any more
    BOARD_LEFT = "board_left"  #: the person's hospitals no longer take part in this board
    NO_FACTOR = "no_factor"  #: no second factor, and the last sign-in was without one
    DISABLED = "disabled"  #: may not sign in
    OVER = "over"  #: the last day of this role has passed


class Verdict(StrEnum):
    """What the reviewer decided about one line."""

    OPEN = "open"  #: not decided yet
    KEEP = "keep"  #: stays
    END = "end"  #: was ended by this review


class RightsReview(Base):
    """One review of one board or one hospital.

    No patient data. Read and written in web transactions by whoever may do `rights:review` there (services/rights/rights_reviews.py).
    """

    __tablename__ = "rights_reviews"
    __table_args__ = (
        CheckConstraint("(board_id IS NULL) <> (hospital_id IS NULL)", name="one_place"),
        Index("uq_rights_reviews_open_board", "board_id", unique=True, postgresql_where="signed_at IS NULL"),
        Index("uq_rights_reviews_open_hospital", "hospital_id", unique=True, postgresql_where="signed_at IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the board reviewed; empty = a hospital
    board_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("boards.id"), index=True)
    #: the hospital reviewed; empty = a board
    hospital_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("hospitals.id"), index=True)
    #: when the list was drawn up
    started_at: Mapped[datetime]
    #: who drew it up
    started_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when it was signed off; empty = under way
    signed_at: Mapped[datetime | None]
    #: who signed it off
    signed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: name of the signer at that moment: people leave, the review stays
    signed_name: Mapped[str] = mapped_column(default="")


class RightsReviewLine(Base):
    """One role of one person as it stood when the review began, and what was decided.

    No patient data. Read and written with its review.
    """

    __tablename__ = "rights_review_lines"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the review it belongs to
    review_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rights_reviews.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: name at that moment
    person_name: Mapped[str]
    #: row of memberships or board_memberships (by the review's kind) that the line is about
    membership_id: Mapped[uuid.UUID]
    role: Mapped[Role]
    #: since when the person has the role; empty = before this was kept
    given_at: Mapped[datetime | None]
    #: last sign of life of the person in any session; empty = never
    last_seen_at: Mapped[datetime | None]
    #: plain facts that make it odd, values of Odd
    odd: Mapped[list[str]] = mapped_column(default=list)
    verdict: Mapped[Verdict] = mapped_column(default=Verdict.OPEN)
    #: when it was decided
    decided_at: Mapped[datetime | None]
    #: who decided
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
