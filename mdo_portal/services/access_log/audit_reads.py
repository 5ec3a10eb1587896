"""Who read whose case: the lines from which findings are made."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED, SUCCESS, TREATS, AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.services.access_log import audit_whose
from mdo_portal.services.access_log.audit_lines import about

NIGHT = (23, 6)


class Read(NamedTuple):
    """What one person did with one patient on one day: number and names are of whose the case is today."""

    day: date
    person_id: uuid.UUID
    person_name: str
    organisation: str
    own_patient: bool
    patient_id: uuid.UUID  # with whom the lines were written: by it what was judged is known again
    patient_number: str | None
    family: str
    own_family: str
    partner_family: str
    initials: str
    case_id: uuid.UUID | None
    at: datetime
    lines: list[int]
    relation: str
    planner: bool
    emergency: bool
    refused: bool
    night: bool
    reason: str


#: as Read.emergency says of its lines; an index knows them (ix_audit_entries_odd)
_EMERGENCY = or_(AuditEntry.emergency, and_(AuditEntry.outcome != SUCCESS, AuditEntry.act == Act.GLASS_BREAK.value))


def reads_of(
    session: Session,
    hospital_id: uuid.UUID,
    *,
    since: datetime,
    people: Collection[uuid.UUID] | None = None,
    only_emergencies: bool = False,
) -> list[Read]:
    """What was read since then; `people`: by these only; `only_emergencies`: of nothing else the lines, either."""
    local = func.timezone("Europe/Amsterdam", AuditEntry.at)
    day, hour = func.date(local), func.extract("hour", local)
    own = Patient.hospital_id == hospital_id
    shown = [case((own, column), else_=None) for column in (Patient.local_number,)]
    names = [
        case((own, column), else_="") for column in (Patient.family, Patient.own_family, Patient.partner_family, Patient.initials)
    ]
    planner = or_(AuditEntry.roles.like("%secretary%"), AuditEntry.roles.like("%chair%"))
    kind = (
        day.label("day"), AuditEntry.person_id, AuditEntry.person_name, func.coalesce(Hospital.name, ""),
        func.coalesce(own, False), AuditEntry.patient_id, *shown, *names, AuditEntry.case_id,
    )  # fmt: skip
    query = (
        select(
            *kind,
            func.min(AuditEntry.at),
            func.array_agg(AuditEntry.seq),
            func.max(AuditEntry.relation),
            func.bool_or(planner),
            func.bool_or(or_(AuditEntry.emergency, AuditEntry.act == Act.GLASS_BREAK.value)),
            func.bool_or(AuditEntry.outcome == REFUSED),
            func.bool_or(or_(hour >= NIGHT[0], hour < NIGHT[1])),
            func.max(AuditEntry.reason),
        )
        .select_from(AuditEntry)
        .outerjoin(Patient, Patient.id == audit_whose.whose())
        .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
        .where(about(hospital_id), AuditEntry.at >= since, AuditEntry.person_id.is_not(None), AuditEntry.patient_id.is_not(None))
        .group_by(*kind, AuditEntry.outcome == REFUSED)
    )
    if people is not None:
        query = query.where(AuditEntry.person_id.in_(people))
    if only_emergencies:
        query = query.where(_EMERGENCY)
    return [Read._make(row) for row in session.execute(query)]


def with_link_to(session: Session, case_ids: set[uuid.UUID]) -> dict[uuid.UUID, tuple[bool, str, set[uuid.UUID]]]:
    """Per case: whether it ever stood on an agenda, who is named as treating, and who ever worked on it, unless it stood on one."""
    found: dict[uuid.UUID, tuple[bool, str, set[uuid.UUID]]] = {}
    named = func.concat_ws(" ", Case.referrer_name, Case.treating_name, Case.case_manager_name)
    query = select(Case.id, exists().where(Round.case_id == Case.id), named).where(Case.id.in_(case_ids))
    for case_id, planned, names in session.execute(query):
        found[case_id] = (planned, names, set())
    never = {case_id for case_id, (planned, _, _) in found.items() if not planned}
    worked = select(AuditEntry.case_id, AuditEntry.person_id).where(
        AuditEntry.case_id.in_(never), AuditEntry.act.in_([act.value for act in TREATS]), AuditEntry.outcome == SUCCESS
    )
    for case_id, person_id in session.execute(worked.distinct()):
        if case_id in found and person_id is not None:
            found[case_id][2].add(person_id)
    return found
