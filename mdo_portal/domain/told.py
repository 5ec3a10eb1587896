"""What a hospital told of a patient beside the referral: changed particulars, numbers that are one person, appointments."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id


def _patient() -> Mapped[uuid.UUID]:
    return mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)


class ToldChange(Base):
    """One particular that the hospital changed: what stood, what came, when. Never edited; goes with the patient."""

    __tablename__ = "patient_changes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: under which row the hospital numbered the patient
    patient_id: Mapped[uuid.UUID] = _patient()
    #: the hospital that told it (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: name of the particular: a column of patients, or `bsn`
    what: Mapped[str]
    #: as it stood; of a BSN the last two digits
    before: Mapped[str] = mapped_column(default="")
    #: as it came; of a BSN the last two digits
    after: Mapped[str] = mapped_column(default="")
    #: the sender's event: `A08`; empty when it came with a referral
    event: Mapped[str] = mapped_column(default="")
    #: when it was received
    at: Mapped[datetime]
    #: the message that told it
    message_id: Mapped[uuid.UUID | None]


class MergeKind(StrEnum):
    MERGE = "merge"  #: two numbers are one patient: cases of the one stand under the other
    LINK = "link"  #: the hospital says that they concern one person; shown, nothing moves


class Merge(Base):
    """Two numbers of one hospital that are one patient, who said so, and whether it was undone. Goes with either patient."""

    __tablename__ = "patient_merges"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the hospital whose numbers they are (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: merged, or only linked
    kind: Mapped[MergeKind]
    #: under which patient everything stands now
    kept_id: Mapped[uuid.UUID] = _patient()
    #: the patient of before; of a link to a number nobody here has: empty
    gone_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)
    #: the number that goes on, as it was then
    kept_number: Mapped[str] = mapped_column(default="")
    #: the number of before, as it was then
    gone_number: Mapped[str] = mapped_column(default="")
    #: the number that goes on, as the hospital's message named it; empty = it named none
    told_kept_number: Mapped[str] = mapped_column(default="")
    #: the number of before, as the hospital's message named it
    told_gone_number: Mapped[str] = mapped_column(default="")
    #: whether the patient that is kept objected to sharing at that moment
    kept_objected: Mapped[bool] = mapped_column(default=False)
    #: the row of this patient was made for the merge; `kept`, `gone` or empty
    made: Mapped[str] = mapped_column(default="")
    #: the sender's event: `A40`; empty when a person decided
    event: Mapped[str] = mapped_column(default="")
    #: the message that said so
    message_id: Mapped[uuid.UUID | None]
    #: when it was done
    at: Mapped[datetime]
    #: who decided; empty = the hospital's message did
    decided_by: Mapped[uuid.UUID | None]
    #: when somebody asked to undo it; a worker does it
    undo_asked_at: Mapped[datetime | None]
    #: who asked
    undo_asked_by: Mapped[uuid.UUID | None]
    #: when it was undone
    undone_at: Mapped[datetime | None]


class Appointment(Base):
    """An appointment of the patient at the hospital, as the hospital last told it. Goes with the patient."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index("uq_appointments_hospital_id_number", "hospital_id", "number", unique=True, postgresql_where="number <> ''"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: under which row the hospital numbered the patient
    patient_id: Mapped[uuid.UUID] = _patient()
    #: the hospital where it is (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: the hospital's own number of it
    number: Mapped[str] = mapped_column(default="")
    #: the number of who asked for it, when that was told beside it
    asked_number: Mapped[str] = mapped_column(default="")
    #: booked, cancelled, deleted, no_show or blocked, as sent
    state: Mapped[str]
    #: when it begins, as sent
    starts_at: Mapped[datetime | None]
    #: when it ends, as sent
    ends_at: Mapped[datetime | None]
    #: when it began before it was moved; empty = never moved
    moved_from: Mapped[datetime | None]
    #: what it is for, as sent
    service: Mapped[str] = mapped_column(default="")
    #: where, as sent
    place: Mapped[str] = mapped_column(default="")
    #: with whom, as sent
    with_whom: Mapped[str] = mapped_column(default="")
    #: why, or why not, as sent
    reason: Mapped[str] = mapped_column(default="")
    #: what else the hospital said of it: preparation, other means, why it changed, a day without a time
    note: Mapped[str] = mapped_column(default="")
    #: the sender's last event: `S12`
    event: Mapped[str] = mapped_column(default="")
    #: when the hospital last told of it (not later than we received it)
    told_at: Mapped[datetime]
    #: when the last word was received
    received_at: Mapped[datetime]
    #: the message that told it last
    message_id: Mapped[uuid.UUID | None]
    #: the message that told it first; empty = before this was kept
    first_message_id: Mapped[uuid.UUID | None]
