"""A decision: what a signature freezes. Never edited; a correction is a new decision that supersedes."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Sequence, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.delivery import LETTER_PURPOSE as LETTER_PURPOSE
from mdo_portal.domain.delivery import Delivery as Delivery
from mdo_portal.domain.delivery import DeliveryState as DeliveryState
from mdo_portal.domain.identifiers import new_id

DOCUMENT_NUMBERS = Sequence("document_numbers", metadata=Base.metadata)


class Decision(Base):
    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: the owner hospital (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: 1 for the first; a correction has the next number
    version: Mapped[int]
    #: the decision it corrects
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    #: why it was corrected
    correction_reason: Mapped[str] = mapped_column(default="")
    #: number printed on the letter: MDO-2026-000123-1
    document_number: Mapped[str] = mapped_column(unique=True)
    #: everything the letter says, as signed: sections, outcome, participants, quorum, question, names
    content: Mapped[dict[str, Any]]
    #: SHA-256 of `content` in canonical JSON
    content_hash: Mapped[str]
    #: the chair who signed
    signed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: moment of signing
    signed_at: Mapped[datetime]


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of the frozen content as canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
