"""Reading the access log of one hospital: lines about its data, and lines by its people. Newest first, page by page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, Select, case, false, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.audit import ODD, SUCCESS, AuditEntry
from mdo_portal.domain.board import BoardHospital
from mdo_portal.domain.case import Case
from mdo_portal.domain.grant import CaseGrant
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import passes_eleven_test, typed_bsn, typed_number
from mdo_portal.domain.patient import BSN_PURPOSE, Patient
from mdo_portal.domain.people import BoardMembership, Membership, Person
from mdo_portal.services.access_log import audit_whose
from mdo_portal.services.common.sealed import sealer

PAGE = 100
Owner = aliased(Hospital)


class LogRow(NamedTuple):
    """One line of the log as the privacy officer reads it."""

    seq: int
    at: datetime
    person_name: str
    roles: str
    act: str
    relation: str
    object_type: str
    patient_number: str | None
    hospital: str | None
    owner: str | None
    hits: int
    detail: str
    outcome: int
    emergency: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked of the log. Nothing filled in = everything of the hospital."""

    since: datetime | None = None
    until: datetime | None = None
    person_id: uuid.UUID | None = None
    patient_ids: tuple[uuid.UUID, ...] | None = None  # every number of one patient; empty = one who is not known: nothing
    act: str = ""
    odd: bool = False
    before: tuple[datetime, int] | None = None  # the last line of the page before


def page(session: Session, hospital_id: uuid.UUID, wanted: Wanted, *, limit: int = PAGE) -> list[LogRow]:
    """The newest lines that fit. Each half (our data, our people) walks its own index; together they are cut again."""
    halves = (AuditEntry.hospital_id == hospital_id, AuditEntry.acting_hospital_id == hospital_id)
    newest = (AuditEntry.at.desc(), AuditEntry.seq.desc())
    numbers: list[int] = []
    for half in halves:
        query = select(AuditEntry.seq).where(half, *conditions(wanted)).order_by(*newest).limit(limit)
        numbers += session.scalars(query)
    query_rows = rows(hospital_id).where(AuditEntry.seq.in_(numbers)).order_by(*newest).limit(limit)
    return [LogRow._make(row) for row in session.execute(query_rows)]


def rows(hospital_id: uuid.UUID) -> Select[*tuple[object, ...]]:
    """The columns of a LogRow. Another hospital's patient has no number here."""
    return (
        select(
            AuditEntry.seq,
            AuditEntry.at,
            AuditEntry.person_name,
            AuditEntry.roles,
            AuditEntry.act,
            AuditEntry.relation,
            AuditEntry.object_type,
            case((Patient.hospital_id == hospital_id, Patient.local_number), else_=None),
            Hospital.name,
            Owner.name,
            AuditEntry.hits,
            AuditEntry.detail,
            AuditEntry.outcome,
            AuditEntry.emergency,
            AuditEntry.reason,
        )
        .select_from(AuditEntry)
        .outerjoin(Patient, Patient.id == audit_whose.whose())
        .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
        .outerjoin(Owner, Owner.id == AuditEntry.hospital_id)
    )


def about(hospital_id: uuid.UUID) -> ColumnElement[bool]:
    """The lines a hospital may read: of its data, and by its people."""
    return or_(AuditEntry.hospital_id == hospital_id, AuditEntry.acting_hospital_id == hospital_id)


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """On AuditEntry. Of no patient at all (`patient_ids` empty) there is no line; None means of anybody."""
    found: list[ColumnElement[bool]] = []
    if wanted.since:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until:
        found.append(AuditEntry.at < wanted.until)
    if wanted.person_id:
        found.append(AuditEntry.person_id == wanted.person_id)
    if wanted.patient_ids:
        found.append(audit_whose.of(wanted.patient_ids))
    elif wanted.patient_ids is not None:
        found.append(false())
    if wanted.act:
        found.append(AuditEntry.act == wanted.act)
    if wanted.odd:
        found.append(literal_column(ODD, Boolean()))
    if wanted.before:
        found.append(tuple_(AuditEntry.at, AuditEntry.seq) < wanted.before)
    return found


def patients_called(session: Session, hospital_id: uuid.UUID, number: str) -> list[Patient]:
    """This hospital's patients with that number or that BSN; two when a double registration was never merged."""
    number = typed_number(number)
    called = [Patient.local_number == number] if number else []
    if passes_eleven_test(bsn := typed_bsn(number)):
        called.append(Patient.bsn_index == sealer(session).blind(bsn, purpose=BSN_PURPOSE))
    query = select(Patient).where(Patient.hospital_id == hospital_id, or_(false(), *called))
    return list(session.scalars(query.order_by(Patient.id)))


def with_patient(session: Session, hospital_id: uuid.UUID, wanted: Wanted, number: str) -> Wanted:
    """The same, narrowed to the patient of that number, under whatever number; a number that nobody has finds nothing."""
    if not number.strip():
        return wanted
    patients = [one.id for one in patients_called(session, hospital_id, number)]
    return replace(wanted, patient_ids=tuple(audit_whose.now_one_with(session, patients)))


def people_of(session: Session, hospital_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Whom a privacy officer can choose: who could look at this hospital's patients, and who tried. Nobody else of the region."""
    granted = select(CaseGrant.to_hospital_id).where(CaseGrant.hospital_id == hospital_id, CaseGrant.to_hospital_id.is_not(None))
    joined = select(BoardHospital.board_id).where(BoardHospital.hospital_id == hospital_id)
    sent_to = select(Case.board_id).where(Case.hospital_id == hospital_id, Case.board_id.is_not(None))
    ways = (
        select(Membership.person_id).where(or_(Membership.hospital_id == hospital_id, Membership.hospital_id.in_(granted))),
        select(BoardMembership.person_id).where(BoardMembership.board_id.in_(joined.union(sent_to))),
        select(CaseGrant.person_id).where(CaseGrant.hospital_id == hospital_id, CaseGrant.person_id.is_not(None)),
        select(AuditEntry.person_id).where(
            AuditEntry.hospital_id == hospital_id, or_(AuditEntry.emergency, AuditEntry.outcome != SUCCESS)
        ),
    )
    query = select(Person.id, Person.name).where(or_(*(Person.id.in_(one) for one in ways))).order_by(Person.name)
    return [(row[0], row[1]) for row in session.execute(query)]
