"""A round: one discussion of a case in one meeting, and how it ended."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class RoundOutcome(StrEnum):
    """How one discussion ended."""

    DISCUSSED = "discussed"
    LISTED = "listed"
    DEFERRED = "deferred"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"

    @property
    def is_signable(self) -> bool:
        """An advice comes of it; else at most the message that there is none."""
        return self in (RoundOutcome.DISCUSSED, RoundOutcome.LISTED)


class Round(Base):
    """One discussion of a case in one meeting (ronde), and its place on the agenda."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_rounds_meeting_id", "meeting_id", "position"),
        Index("uq_rounds_case_id_live", "case_id", unique=True, postgresql_where="outcome IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: 1 for the first discussion
    number: Mapped[int]
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meetings.id"))
    #: place on the agenda, from 1
    position: Mapped[int]
    #: minutes planned for it
    minutes: Mapped[int]
    #: who presents, as text: may be somebody without an account
    presenter: Mapped[str] = mapped_column(default="")
    outcome: Mapped[RoundOutcome | None]
    #: why deferred, redirected or withdrawn
    outcome_reason: Mapped[str] = mapped_column(default="")
    #: when it was first shown in the meeting
    started_at: Mapped[datetime | None]
    #: when it got its outcome while it was on, or the meeting went on to the next; who came later took no part
    ended_at: Mapped[datetime | None]
