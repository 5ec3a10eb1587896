"""Writing the access log, in the transaction of the act it describes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
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


def _roles(viewer: Viewer, case: Case | None) -> str:
    roles = set(viewer.hospital_roles)
    if case is not None and case.board_id is not None:
        roles |= viewer.board_roles.get(case.board_id, frozenset())
    elif case is None:
        roles = roles.union(*viewer.board_roles.values()) if viewer.board_roles else roles
    return ",".join(sorted(role.value for role in roles))
