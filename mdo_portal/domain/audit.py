"""The access log (NEN 7513): append only, written in the transaction of the read or write it describes."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base


class AuditEntry(Base):
    """One line. Fields follow knowledge/security.md 1.4 (NEN 7513:2018 as mapped by Logius)."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_patient_id", "patient_id", "at"),
        Index("ix_audit_entries_hospital_id", "hospital_id", "at"),
        Index("ix_audit_entries_person_id", "person_id", "at"),
    )

    #: order of writing
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: moment of the act
    at: Mapped[datetime]
    #: `case:read`, `decision:sign`
    act: Mapped[str]
    #: C, R, U, D or E (execute), as in DICOM/IHE
    action_code: Mapped[str]
    #: 0 = success, 4 = refused, 8 = failed
    outcome: Mapped[int] = mapped_column(default=0)
    #: who; empty for the portal itself or a hospital's system
    person_id: Mapped[uuid.UUID | None]
    #: name at that moment: people leave, the log stays
    person_name: Mapped[str] = mapped_column(default="")
    #: for which hospital the person acted
    acting_hospital_id: Mapped[uuid.UUID | None]
    #: what the person was at that moment, for hospital and board
    roles: Mapped[str] = mapped_column(default="")
    #: on whose behalf
    responsible_person_id: Mapped[uuid.UUID | None]
    #: purpose of use (HL7 PurposeOfUse); treatment unless said otherwise
    purpose: Mapped[str] = mapped_column(default="TREAT")
    #: why this person may: `own hospital`, `board`, `system`
    relation: Mapped[str] = mapped_column(default="")
    #: ground on which the case is held: referral, consent, emergency
    basis: Mapped[str] = mapped_column(default="")
    #: the glass was broken for it
    emergency: Mapped[bool] = mapped_column(default=False)
    #: owner hospital of the data (tenant)
    hospital_id: Mapped[uuid.UUID | None]
    #: whose data; empty for a list
    patient_id: Mapped[uuid.UUID | None]
    #: the case it was about; empty for a list
    case_id: Mapped[uuid.UUID | None]
    #: what: `case`, `document`, `worklist`, `letter`, and its id
    object_type: Mapped[str]
    #: id of that object, as text
    object_id: Mapped[str] = mapped_column(default="")
    #: how many patients a list showed
    hits: Mapped[int] = mapped_column(default=0)
    #: categories of data (EHDS logging)
    categories: Mapped[list[str]] = mapped_column(default=list)
    #: address the request came from
    client_address: Mapped[str] = mapped_column(default="")
    #: number of the request, the same in the technical log
    trace_id: Mapped[str] = mapped_column(default="")
    #: what else matters, without patient data: `preview`, `correction started`
    detail: Mapped[str] = mapped_column(default="")
