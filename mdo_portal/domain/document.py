"""A document of a case, as it came, sealed."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id

DOCUMENT_PURPOSE = "document.content"


class CaseDocument(Base):
    """A document as it came, sealed."""

    __tablename__ = "case_documents"
    __table_args__ = (UniqueConstraint("case_id", "sha256"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: name as sent; never used as a file name on our side
    title: Mapped[str]
    #: referral letter, pathology report, radiology report, form, or empty (unknown)
    kind: Mapped[str] = mapped_column(default="")
    #: what the bytes are found to be, not what the sender said
    media_type: Mapped[str]
    #: what the sender said, when it differs; shown as a warning
    claimed_type: Mapped[str] = mapped_column(default="")
    #: begins as a PDF and does not end as one: the rest was lost on the way; shown as a warning
    is_cut: Mapped[bool] = mapped_column(default=False)
    #: the bytes, sealed
    content_sealed: Mapped[bytes] = mapped_column(deferred=True)
    #: of the bytes: the same document again is kept once
    sha256: Mapped[str]
    #: bytes
    size: Mapped[int]
    #: the day it is about, as sent
    dated_on: Mapped[date | None]
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: when it came
    received_at: Mapped[datetime]
    #: the message that carried it; empty for an upload
    message_id: Mapped[uuid.UUID | None]
    #: the sender's own id of the document; empty = not named
    reference: Mapped[str] = mapped_column(default="")
    #: the address that its resource has on the sender's FHIR server: `DocumentReference/7`; empty = none
    known_as: Mapped[str] = mapped_column(default="")
    #: who wrote it or stands for it, in the sender's words; empty = not named
    author: Mapped[str] = mapped_column(default="")
    #: preliminary, corrected, withdrawn, unobtainable, unfinished, stopped or empty (final), as sent
    status: Mapped[str] = mapped_column(default="")
    #: when the hospital replaced or withdrew it; it stays, shown as such
    superseded_at: Mapped[datetime | None]
