"""Who saw what of whom between two moments: what a notification of a data breach (72 hours, AVG art. 33) asks."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.services.access_log import audit_whose
from mdo_portal.services.access_log.audit_lines import Wanted, about, conditions

ANYBODY = Wanted()
MOST = 20_000
"""Rows of one report; a report that is cut says so."""


class BreachRow(NamedTuple):
    """One person, one kind of act, one patient (or a list): how often and when."""

    person_name: str
    roles: str
    organisation: str
    act: str
    relation: str
    patient_number: str | None
    owner: str
    first_at: datetime
    last_at: datetime
    times: int
    hits: int
    outcome: int
    emergency: bool
    addresses: int


def report(
    session: Session,
    hospital_id: uuid.UUID,
    *,
    since: datetime,
    until: datetime,
    person_id: uuid.UUID | None = None,
    of: Wanted = ANYBODY,
) -> list[BreachRow]:
    """By person, then by time; `of`: narrowed to this patient. Other hospitals' patients have no number here; their own officer has it."""
    owner = aliased(Hospital)
    number = case((Patient.hospital_id == hospital_id, Patient.local_number), else_=None)
    kind = (
        AuditEntry.person_name,
        AuditEntry.roles,
        func.coalesce(Hospital.name, ""),
        AuditEntry.act,
        AuditEntry.relation,
        number,
        func.coalesce(owner.name, ""),
    )
    first, last = func.min(AuditEntry.at), func.max(AuditEntry.at)
    wanted = replace(of, since=since, until=until, person_id=person_id)
    query = (
        select(
            *kind,
            first,
            last,
            func.count(),
            func.max(AuditEntry.hits),
            AuditEntry.outcome,
            AuditEntry.emergency,
            func.count(AuditEntry.client_address.distinct()),
        )
        .select_from(AuditEntry)
        .outerjoin(Patient, Patient.id == audit_whose.whose())
        .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
        .outerjoin(owner, owner.id == AuditEntry.hospital_id)
        .where(about(hospital_id), *conditions(wanted))
        # By the patient itself, and not by the number: two patients without a number stay two.
        .group_by(AuditEntry.person_id, audit_whose.whose(), *kind, AuditEntry.outcome, AuditEntry.emergency)
        .order_by(AuditEntry.person_name, first)
        .limit(MOST)
    )
    return [BreachRow._make(row) for row in session.execute(query)]
