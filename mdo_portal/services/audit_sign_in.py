"""The access log's lines about signing in, refusing and confirming: before or without a Viewer, and never about a patient."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry

#: every act that may be written here
ACTS = frozenset({"sign_in", "sign_in.refused", "sign_out", "confirm", "confirm.refused", "account.changed"})
SUCCESS, REFUSED, FAILED = 0, 4, 8


def record(
    session: Session,
    *,
    act: str,
    outcome: int,
    method: str,
    person_id: uuid.UUID | None,
    person_name: str,
    hospital_id: uuid.UUID | None,
    detail: str,
    now: datetime,
    client_address: str,
) -> None:
    """One line, in the transaction of what it describes. `method` as in Proof; `detail` never a password, token or patient."""
    if act not in ACTS:
        raise ValueError(act)
    session.execute(
        insert(AuditEntry).values(
            at=now,
            act=act,
            action_code="U" if act == "account.changed" else "E",
            outcome=outcome,
            person_id=person_id,
            person_name=person_name,
            acting_hospital_id=hospital_id,
            responsible_person_id=person_id,
            purpose="",
            relation="anyone",
            hospital_id=hospital_id,
            object_type="session",
            client_address=client_address,
            detail="; ".join(part for part in (method, detail) if part),
        )
    )
