"""The secret address by which somebody's own calendar reads when their boards meet."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class CalendarAddress(Base):
    """One for each who wants it. Whoever has the address reads days, hours and places, and nothing of a patient."""

    __tablename__ = "calendar_addresses"
    __table_args__ = (UniqueConstraint("key_hash"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: SHA-256 of the key in the address
    key_hash: Mapped[str]
    #: when it was made; the one before ended then
    made_at: Mapped[datetime]
    #: when a calendar last read it, within an hour
    fetched_at: Mapped[datetime | None]
