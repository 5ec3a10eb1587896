"""What a privacy officer judged of a finding in the access log."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


class Verdict(StrEnum):
    """What came of it."""

    IN_ORDER = "in order"  #: explained; nothing to do
    ASKED = "asked"  #: the person or their head was asked; stays open
    INCIDENT = "incident"  #: handed on as an incident


CLOSES = frozenset({Verdict.IN_ORDER, Verdict.INCIDENT})
"""Verdicts after which a finding is done."""


class Rule(StrEnum):
    """Why lines were pointed out."""

    OWN_RECORD = "own record"  #: surname and initials of the reader are the patient's
    SAME_SURNAME = "same surname"  #: the reader has the patient's surname
    NO_LINK = "no link"  #: a case on no agenda, by somebody who neither refers nor treats
    GLASS = "glass"  #: the glass was broken
    VOLUME = "volume"  #: many more cases in a day than usual
    REFUSED = "refused"  #: tried what was not allowed
    NIGHT = "night"  #: between eleven and six
    SAMPLE = "sample"  #: drawn by lot, each week


class AuditReview(Base):
    """One judgement; the newest of a finding counts, older ones stay.

    Tenant: hospital_id (of the privacy officer). Read and added to by that hospital's privacy officers; never changed.
    """

    __tablename__ = "audit_reviews"
    __table_args__ = (Index("ix_audit_reviews_finding", "hospital_id", "finding", "judged_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the hospital that reviews
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: which finding: rule, person, what it is about and day; the same lines give the same key
    finding: Mapped[str]
    rule: Mapped[Rule]
    #: seq of the lines it was about
    lines: Mapped[list[Any]]
    #: the privacy officer who judged
    judged_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    judged_at: Mapped[datetime]
    verdict: Mapped[Verdict]
    #: in the officer's words: what was asked and answered; no patient by name
    note: Mapped[str] = mapped_column(default="")
