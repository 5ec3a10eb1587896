"""A registration that is being typed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Draft(Base):
    """A registration that is being typed: saved as typed, one per person; gone once it is sent in."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("person_id", "hospital_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: the fields as typed (JSON), sealed: it holds a BSN
    fields_sealed: Mapped[bytes]
    #: when it was last saved
    saved_at: Mapped[datetime]
