"""A grant: somebody outside the case's own hospital and board may read it, for a reason, from a moment until a moment."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id

LONGEST_GRANT = timedelta(days=180)
SHORTEST_REASON = 10
"""Characters: `spoed` explains nothing to who reviews it."""


class GrantKind(StrEnum):
    """Why somebody may read a case of a hospital and a board that are not theirs."""

    SECOND_READER = "second_reader"  #: a person was asked to look too
    TREATING_HOSPITAL = "treating_hospital"  #: a hospital treats the patient as well
    EMERGENCY = "emergency"  #: somebody broke the glass


class CaseGrant(Base):
    """Tenant: hospital_id (owner of the case). Given by who may change the case; an emergency only by `access.break_glass`."""

    __tablename__ = "case_grants"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (to_hospital_id IS NULL)", name="for_one"),
        CheckConstraint("ends_at > begins_at", name="ends_after_it_begins"),
        CheckConstraint("length(reason) > 0", name="says_why"),
        Index("ix_case_grants_case_id", "case_id"),
        Index("ix_case_grants_person_id", "person_id", "ends_at"),
        Index("ix_case_grants_to_hospital_id", "to_hospital_id", "ends_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    #: owner hospital of the case (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    kind: Mapped[GrantKind]
    #: who may read; empty when a hospital may
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: whose clinicians may read; empty when a person may
    to_hospital_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("hospitals.id"))
    #: why, in the words of who gave it
    reason: Mapped[str]
    #: from when
    begins_at: Mapped[datetime]
    #: until when
    ends_at: Mapped[datetime]
    #: who gave it; for an emergency the reader
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when it was given
    given_at: Mapped[datetime]
    #: taken back before its end
    ended_at: Mapped[datetime | None]
    #: who took it back
    ended_by: Mapped[uuid.UUID | None]


class GlassMailed(Base):
    """A privacy officer was mailed that somebody broke the glass (services/oversight/glass_mails.py).

    No patient data. Written by the worker; web processes may not read it.
    """

    __tablename__ = "glass_mails"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: the hour in which the glass was broken
    grant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_grants.id", ondelete="CASCADE"), primary_key=True, index=True)
    #: when the mail was written down, just before it left
    mailed_at: Mapped[datetime]
