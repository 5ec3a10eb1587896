"""Who was mailed what became of a meeting."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class MeetingMailed(Base):
    """A colleague was mailed that a meeting is held at this moment, or not at all. The newest row is what they know.

    No patient data. Written by the worker; web processes may not read it.
    """

    __tablename__ = "meeting_mails"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True, index=True)
    #: when it was to be held, as the mail was about it
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: that it is not held
    is_called_off: Mapped[bool] = mapped_column(primary_key=True)
    #: when the mail was written down, just before it left
    mailed_at: Mapped[datetime]
