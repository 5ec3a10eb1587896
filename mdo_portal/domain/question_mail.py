"""Who was mailed that a question or an answer about a case waits for them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class QuestionMailed(Base):
    """A colleague was mailed that a question waits for their answer, or that one was answered (services/referrals/question_mails.py).

    No patient data. Written by the worker; web processes may not read it.
    """

    __tablename__ = "question_mails"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: the question it was about
    request_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("information_requests.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: of its answer; else of the question itself
    is_answer: Mapped[bool] = mapped_column(primary_key=True)
    #: when the mail was written down, just before it left
    mailed_at: Mapped[datetime]
