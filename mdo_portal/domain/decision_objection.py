"""A member's objection to what was decided while they were called away, and what the chair or secretary answered."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id

MOST_HOURS = 168
"""A board may give a week at most: a letter is acted upon by then."""


class DecisionObjection(Base):
    """One person's objection to one signed decision. Not the patient's objection to sharing (services/identity/objections.py).

    Tenant: that of the case. Read by whoever reads the decision; made by a member for themselves; answered by who leads the board.
    """

    __tablename__ = "decision_objections"
    __table_args__ = (
        UniqueConstraint("decision_id", "person_id"),
        CheckConstraint("num_nonnulls(answered_by, answered_at) IN (0, 2)", name="answered_by_somebody"),
        Index("ix_decision_objections_case_id", "case_id", "made_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"), index=True)
    #: what was signed last in that round when it was made
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decisions.id"))
    #: the member who objects
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: why
    reason: Mapped[str]
    #: when
    made_at: Mapped[datetime]
    #: what the chair or the secretary says to it
    answer: Mapped[str] = mapped_column(default="")
    #: who answered; empty = nobody yet
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when
    answered_at: Mapped[datetime | None]


def closes_at(signed_at: datetime, hours: int) -> datetime:
    """Until when somebody may object to what was signed then."""
    return signed_at + timedelta(hours=hours)
