"""Told beforehand: who of a board cannot come, on which days, and who takes their place."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Absence(Base):
    """Somebody of this board cannot come from one day to another, or can after all. What was said last about a day holds.

    Of days, not of a meeting: another hour changes nothing, another day all, and a meeting that is planned later falls under it too.
    Nothing that was said is written over. No patient data. Read by the board; written by the person, or by who leads the board.
    """

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("substitute_id IS NULL OR words = ''", name="one_substitute"),
        CheckConstraint("NOT comes OR (substitute_id IS NULL AND words = '')", name="comes_in_person"),
        CheckConstraint("from_on <= until_on", name="days_in_order"),
        Index("ix_absences_board_id_until_on", "board_id", "until_on"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: first day (Amsterdam); of one meeting its own day
    from_on: Mapped[date]
    #: last day
    until_on: Mapped[date]
    #: said that they come after all: takes back what was said before about these days
    comes: Mapped[bool] = mapped_column(default=False)
    #: the colleague of this board who takes their place; empty = nobody, or somebody without an account
    substitute_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: who takes their place, in words: somebody without an account
    words: Mapped[str] = mapped_column(default="")
    #: who said it: the person, or who leads the board
    told_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    told_at: Mapped[datetime]


def holds(said: Iterable[Absence], day: date) -> Absence | None:
    """What somebody said last about that day, of all that they said of one board."""
    about = [one for one in said if one.from_on <= day <= one.until_on]
    return max(about, key=lambda one: (one.told_at, one.id), default=None)
