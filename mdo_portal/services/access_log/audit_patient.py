"""Who looked at this patient: the log as NEN 7513 section 9 wants a patient to read it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Person
from mdo_portal.services.access_log import audit_whose

MOST = 5_000
"""Rows on one overview: more than the longest treatment makes; beyond it the page asks for a shorter period."""


class LookRow(NamedTuple):
    """What one person did of one kind on one day with the data of this patient."""

    first_at: datetime
    last_at: datetime
    times: int
    person_name: str
    responsible: str
    organisation: str
    roles: str
    act: str
    categories: list[str]
    relation: str
    policy: str
    basis: str
    purpose: str
    emergency: bool
    outcome: int
    reasons: list[str]


def who_looked(
    session: Session, patient_ids: list[uuid.UUID], *, since: datetime | None = None, until: datetime | None = None
) -> list[LookRow]:
    """Chronological; lines of the same kind by the same person on one (Dutch) day are one row with a count.

    A look at a case is of whose case it is today: while two people were taken for one, a line was written with the other.
    """
    responsible = aliased(Person)
    organisation = func.coalesce(Hospital.name, "")
    on_behalf = func.coalesce(responsible.name, "")
    day = func.date_trunc("day", func.timezone("Europe/Amsterdam", AuditEntry.at))
    kind = (
        AuditEntry.person_name,
        on_behalf,
        organisation,
        AuditEntry.roles,
        AuditEntry.act,
        AuditEntry.relation,
        AuditEntry.policy,
        AuditEntry.basis,
        AuditEntry.purpose,
        AuditEntry.emergency,
        AuditEntry.outcome,
    )
    first, last, times = func.min(AuditEntry.at), func.max(AuditEntry.at), func.count()
    what = func.array_agg(func.array_to_string(AuditEntry.categories, ",").distinct())
    reasons = func.array_agg(AuditEntry.reason.distinct())
    query = (
        select(first, last, times, *kind, what, reasons)
        .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
        .outerjoin(responsible, responsible.id == AuditEntry.responsible_person_id)
        .where(audit_whose.of(patient_ids))
        .group_by(day, *kind)
        .order_by(first)
        .limit(MOST)
    )
    query = query.where(AuditEntry.at >= since) if since else query
    query = query.where(AuditEntry.at < until) if until else query
    return [_row(tuple(row)) for row in session.execute(query)]


def _row(row: tuple[object, ...]) -> LookRow:
    first, last, times, *kind, what, reasons = row
    name, on_behalf, organisation, roles, act, relation, policy, basis, purpose, emergency, outcome = kind
    assert isinstance(first, datetime) and isinstance(last, datetime)
    assert isinstance(what, list) and isinstance(reasons, list)
    return LookRow(
        first_at=first.astimezone(UTC),
        last_at=last.astimezone(UTC),
        times=int(str(times)),
        person_name=str(name),
        responsible=str(on_behalf),
        organisation=str(organisation),
        roles=str(roles),
        act=str(act),
        categories=sorted({one for joined in what if joined for one in joined.split(",")}),
        relation=str(relation),
        policy=str(policy),
        basis=str(basis),
        purpose=str(purpose),
        emergency=bool(emergency),
        outcome=int(str(outcome)),
        reasons=[one for one in reasons if one],
    )
