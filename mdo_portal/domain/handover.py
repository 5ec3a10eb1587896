"""A recommendation handed to somebody else, or to another day: kept beside it, the signed words unchanged."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Handover(Base):
    """One hand-over. Never changed: the next one says what came after it."""

    __tablename__ = "follow_up_handovers"
    __table_args__ = (UniqueConstraint("follow_up_id", "number"), CheckConstraint("reason <> ''", name="reason"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    follow_up_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("follow_ups.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: 1 for the first of its item
    number: Mapped[int]
    #: who saw to it until then, in words; of the first one as the board signed it
    responsible_before: Mapped[str] = mapped_column(default="")
    #: who sees to it from then on, in words
    responsible_after: Mapped[str] = mapped_column(default="")
    #: the day by which it was to be done until then
    due_before: Mapped[date | None]
    #: the day by which it is to be done from then on
    due_after: Mapped[date | None]
    #: why, in words
    reason: Mapped[str]
    #: who handed it over
    handed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    handed_at: Mapped[datetime]


class Reminded(Base):
    """On which day a colleague was last mailed that something waits in the portal. No patient in it."""

    __tablename__ = "follow_up_reminders"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: in Amsterdam
    mailed_on: Mapped[date]
