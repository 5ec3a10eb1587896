"""Told beforehand: who of a board cannot come on a day, and who takes their place."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class Absence(Base):
    """Somebody of this board cannot come on that day. Of the day, not the meeting: another hour changes nothing, another day all.

    No patient data. Read by the board; written by the person, or by who leads the board.
    """

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("substitute_id IS NULL OR words = ''", name="one_substitute"),)

    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: day of the meeting (Amsterdam)
    day: Mapped[date] = mapped_column(primary_key=True)
    #: the colleague of this board who takes their place; empty = nobody, or somebody without an account
    substitute_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: who takes their place, in words: somebody without an account
    words: Mapped[str] = mapped_column(default="")
    #: who said it: the person, or who leads the board
    told_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    told_at: Mapped[datetime]
