"""Holding back and destroying: holds, requests that two persons judge, and what stays as proof."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id

#: law term for a request to destroy (BW 7:455 lid 2)
TERM_MONTHS = 3
#: from so many days before the end of that term it is shown as urgent
URGENT = timedelta(days=21)


class LegalHold(Base):
    """Nothing of this case or patient goes while it stands. Tenant: hospital_id; its privacy officer writes, its case managers read."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("num_nonnulls(case_id, patient_id) = 1", name="one_object"),
        CheckConstraint("num_nonnulls(lifted_by, lifted_at) IN (0, 2)", name="lifted_by_somebody"),
        Index("uq_legal_holds_case_id_set", "case_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
        Index("uq_legal_holds_patient_id_set", "patient_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
        Index("ix_legal_holds_hospital_id", "hospital_id", "set_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: the case, or …
    case_id: Mapped[uuid.UUID | None]
    #: … every case of this patient; no foreign keys: a lifted hold outlives what it held
    patient_id: Mapped[uuid.UUID | None]
    #: why, in words without patient data
    reason: Mapped[str]
    #: the privacy officer who set it
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    set_at: Mapped[datetime]
    #: who lifted it
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when; empty = it stands
    lifted_at: Mapped[datetime | None]
    #: why it could be lifted
    lift_reason: Mapped[str] = mapped_column(default="")


class Ground(StrEnum):
    """Why a request to destroy is refused (BW 7:455 lid 2 and 3)."""

    LAW = "law"  #: a law demands that it is kept
    THIRD_PARTY = "third_party"  #: weighty interest of somebody else than the patient
    IDENTITY = "identity"  #: it is not certain that the patient asked
    WITHDRAWN = "withdrawn"  #: the patient, or who noted it, takes it back


class DestroyRequest(Base):
    """A patient asks to destroy; one person notes it, another judges. Tenant: hospital_id; its case managers and privacy officer."""

    __tablename__ = "destroy_requests"
    __table_args__ = (
        CheckConstraint("approved_by <> requested_by AND refused_by <> requested_by", name="two_persons"),
        CheckConstraint(
            "num_nonnulls(approved_by, approved_at) IN (0, 2) AND num_nonnulls(refused_by, refused_at, ground) IN (0, 3) "
            "AND num_nonnulls(approved_at, refused_at) < 2",
            name="judged_once",
        ),
        CheckConstraint("executed_at IS NULL OR approved_at IS NOT NULL", name="approved_first"),
        Index(
            "uq_destroy_requests_open",
            "patient_id",
            "case_id",
            unique=True,
            postgresql_where=text("approved_at IS NULL AND refused_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_destroy_requests_hospital_id", "hospital_id", "requested_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: whose data; no foreign key: the request outlives the patient's row
    patient_id: Mapped[uuid.UUID]
    #: every row that was this patient when it was asked: what is merged with it afterwards was not asked for
    patient_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), default=list)
    #: only this case; empty = everything of this patient
    case_id: Mapped[uuid.UUID | None]
    #: date of the patient's letter: from here the law's three months count
    letter_on: Mapped[date]
    #: what was said with it; emptied when the request is settled
    reason: Mapped[str] = mapped_column(default="")
    #: who noted it
    requested_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: when
    requested_at: Mapped[datetime]
    #: last day the law allows (BW 7:455)
    due_on: Mapped[date]
    #: who approved: never who noted it
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when
    approved_at: Mapped[datetime | None]
    #: who refused: never who noted it
    refused_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    #: when
    refused_at: Mapped[datetime | None]
    ground: Mapped[Ground | None]
    #: why refused, in words that the patient can be told
    refusal: Mapped[str] = mapped_column(default="")
    #: when it was destroyed, in the transaction of the approval
    executed_at: Mapped[datetime | None]
    #: rows destroyed, per table
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: how many signed documents were destroyed
    document_count: Mapped[int] = mapped_column(default=0)
    #: SHA-256 of their numbers, sorted, one a line: who has the letters can check that these are the ones
    documents_hash: Mapped[str] = mapped_column(default="")


class Tombstone(Base):
    """What stays of a destroyed case: numbers, hashes and receipts. No patient data. Tenant: hospital_id; destroy_case() writes."""

    __tablename__ = "tombstones"
    __table_args__ = (
        Index("ix_tombstones_hospital_id", "hospital_id", "destroyed_at"),
        Index("ix_tombstones_request_id", "request_id"),
        Index("ix_tombstones_patient_id", "patient_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: the id the case had: log lines carry it too
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: whose it was, under their own number: log lines may name another, with whom they were taken for one; empty = not kept yet then
    patient_id: Mapped[uuid.UUID | None]
    #: per decision its number, hash, moment, and per recipient the receipt
    documents: Mapped[list[Any]]
    #: rows destroyed, per table
    counts: Mapped[dict[str, Any]]
    #: the request that asked it; empty = the term of the case had passed
    request_id: Mapped[uuid.UUID | None]
    #: when
    destroyed_at: Mapped[datetime]


class DestructionUnderWay(Base):
    """The key that opens append-only tables, for one transaction and one case. No patient data; written by the owner's functions only."""

    __tablename__ = "destructions_under_way"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: pg_current_xact_id() of the transaction that destroys
    transaction_id: Mapped[int] = mapped_column(BigInteger, index=True)
    #: the case that may go; empty = old lines of the access log
    case_id: Mapped[uuid.UUID | None]


def hash_of_numbers(numbers: Iterable[str]) -> str:
    """SHA-256 of document numbers, sorted, one a line."""
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()
