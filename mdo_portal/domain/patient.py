"""A patient as one hospital knows them. Two hospitals' patients are never merged by the portal."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id

BSN_PURPOSE = "patient.bsn"


class Patient(Base):
    __tablename__ = "patients"
    __table_args__ = (
        Index(
            "uq_patients_hospital_id_local_number",
            "hospital_id",
            "local_number",
            unique=True,
            postgresql_where="local_number <> ''",
        ),
        Index("ix_patients_hospital_id_bsn_index", "hospital_id", "bsn_index"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the hospital that sent the patient (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: the number that hospital uses
    local_number: Mapped[str] = mapped_column(default="")
    #: who gave that number, as sent
    local_authority: Mapped[str] = mapped_column(default="")
    #: BSN, sealed
    bsn_sealed: Mapped[bytes] = mapped_column(default=b"")
    #: blind index of the BSN: finds equals, reads nothing
    bsn_index: Mapped[bytes] = mapped_column(default=b"")
    #: last two digits, for the masked BSN in the banner
    bsn_tail: Mapped[str] = mapped_column(default="")
    #: the BSN does not pass the eleven-test; shown, never refused
    bsn_doubtful: Mapped[bool] = mapped_column(default=False)
    #: whole surname as shown
    family: Mapped[str]
    #: prefix of the birth name: `van der`
    own_prefix: Mapped[str] = mapped_column(default="")
    #: birth name
    own_family: Mapped[str] = mapped_column(default="")
    #: prefix of the partner's name
    partner_prefix: Mapped[str] = mapped_column(default="")
    #: partner's name
    partner_family: Mapped[str] = mapped_column(default="")
    #: without dots: `JP`
    initials: Mapped[str] = mapped_column(default="")
    #: given name, when sent
    given: Mapped[str] = mapped_column(default="")
    #: birth date, as sent
    birth_on: Mapped[date | None]
    #: M, F, X or "" (unknown)
    sex: Mapped[str] = mapped_column(default="")
    #: the hospital said that the patient died
    deceased: Mapped[bool] = mapped_column(default=False)
    #: the patient objects to sharing: blocks, and is shown
    objects: Mapped[bool] = mapped_column(default=False)
    #: when these particulars were last told by the hospital
    told_at: Mapped[datetime]
    #: the patient that this number now belongs to; empty = stands by itself. Cleared when the merge is undone
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)
