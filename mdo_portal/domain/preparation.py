"""What a member of a board puts down about a case before it is discussed. It is not the decision."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.exchange import Section

LONGEST = 4000
"""Signs of one preparation."""
COLUMNS = {
    "radioloog": Section.IMAGING,
    "nucleair geneeskundige": Section.IMAGING,
    "patholoog": Section.PATHOLOGY,
}
"""Under which column of a case the finding of a discipline stands; of others it stands below the columns."""


class Preparation(Base):
    """One text of one person, as it was. Changing it adds a row; the one before says when it was replaced, and stays.

    Tenant: that of the case. Read by the board, not by who observes; written by a member for themselves.
    """

    __tablename__ = "preparations"
    __table_args__ = (
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST}", name="has_words"),
        Index("ix_preparations_case_id", "case_id", "written_at"),
        Index("uq_preparations_case_id_person_id", "case_id", "person_id", unique=True, postgresql_where="replaced_at IS NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: who prepared
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: what that person was then
    discipline: Mapped[str]
    #: what they found
    text: Mapped[str]
    #: when
    written_at: Mapped[datetime]
    #: when a later text took its place, or it was taken away; empty = it stands
    replaced_at: Mapped[datetime | None]
