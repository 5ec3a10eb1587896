"""Writing the access log, in the transaction of the act it describes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case as case_when
from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act, Relation, Viewer

_CODES = {"read": "R", "register": "C", "join": "R", "sign": "C", "write": "U", "add": "C"}


def record(
    session: Session,
    viewer: Viewer,
    act: Act,
    *,
    now: datetime,
    case: Case | None = None,
    relation: Relation | None = None,
    object_type: str = "",
    object_id: object = "",
    hits: int = 0,
    categories: Sequence[str] = (),
    detail: str = "",
) -> None:
    """One line: who did what with whose data, as whom, and why that was allowed."""
    session.info["audited"] = session.info.get("audited", 0) + 1
    session.execute(
        insert(AuditEntry).values(
            at=now,
            act=act.value,
            action_code=_CODES.get(act.value.partition(":")[2], "E"),
            person_id=viewer.person_id,
            person_name=viewer.name,
            acting_hospital_id=viewer.hospital_id,
            roles=_roles(viewer, case),
            responsible_person_id=viewer.person_id,
            relation=(relation or Relation.ANYONE).value,
            emergency=relation is Relation.EMERGENCY,
            basis=case.basis.value if case else "",
            hospital_id=case.hospital_id if case else viewer.hospital_id,
            patient_id=case.patient_id if case else None,
            case_id=case.id if case else None,
            object_type=object_type or ("case" if case else act.value.partition(":")[0]),
            object_id=str(object_id or (case.id if case else "")),
            hits=hits,
            categories=list(categories),
            client_address=viewer.client_address,
            trace_id=viewer.trace_id,
            detail=detail,
        )
    )


def record_system(
    session: Session, act: str, *, now: datetime, case: Case, object_type: str, object_id: uuid.UUID, detail: str = ""
) -> None:
    """A line for what the portal did by itself on behalf of a hospital: taking in, sending."""
    session.execute(
        insert(AuditEntry).values(
            at=now,
            act=act,
            action_code="E",
            person_name="MDO-portaal",
            relation="system",
            basis=case.basis.value,
            hospital_id=case.hospital_id,
            acting_hospital_id=case.hospital_id,
            patient_id=case.patient_id,
            case_id=case.id,
            object_type=object_type,
            object_id=str(object_id),
            detail=detail,
        )
    )


def record_portal(session: Session, act: str, *, now: datetime, object_type: str, object_id: str, detail: str) -> None:
    """A line for what the portal did by itself and that is about no single patient: a night's work of keeping and destroying."""
    session.execute(
        insert(AuditEntry).values(
            at=now, act=act, action_code="E", person_name="MDO-portaal", relation="system",
            object_type=object_type, object_id=object_id, detail=detail,
        )
    )  # fmt: skip


def _roles(viewer: Viewer, case: Case | None) -> str:
    roles = set(viewer.hospital_roles)
    if case is not None and case.board_id is not None:
        roles |= viewer.board_roles.get(case.board_id, frozenset())
    elif case is None:
        roles = roles.union(*viewer.board_roles.values()) if viewer.board_roles else roles
    return ",".join(sorted(role.value for role in roles))


class LogRow(NamedTuple):
    """One line of the log as the privacy officer reads it."""

    at: datetime
    person_name: str
    roles: str
    act: str
    relation: str
    object_type: str
    patient_number: str | None
    hospital: str | None
    hits: int
    detail: str


def of_hospital(session: Session, hospital_id: uuid.UUID, *, limit: int = 300) -> list[LogRow]:
    """The newest lines about this hospital's data, or by its people."""
    about = or_(AuditEntry.hospital_id == hospital_id, AuditEntry.acting_hospital_id == hospital_id)
    query = (
        select(
            AuditEntry.at,
            AuditEntry.person_name,
            AuditEntry.roles,
            AuditEntry.act,
            AuditEntry.relation,
            AuditEntry.object_type,
            case_when((Patient.hospital_id == hospital_id, Patient.local_number), else_=None),
            Hospital.name,
            AuditEntry.hits,
            AuditEntry.detail,
        )
        .outerjoin(Patient, Patient.id == AuditEntry.patient_id)
        .outerjoin(Hospital, Hospital.id == AuditEntry.acting_hospital_id)
        .where(about)
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    return [LogRow._make(row) for row in session.execute(query)]
