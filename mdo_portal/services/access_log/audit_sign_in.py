"""The access log's lines about signing in, refusing and confirming: before or without a Viewer, and never about a patient."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import SYSTEM
from mdo_portal.domain.people import Membership
from mdo_portal.services.access_log import audit, audit_fields

#: every act that may be written here
ACTS = frozenset({"sign_in", "sign_in.refused", "sign_out", "confirm", "confirm.refused", "account.changed"})


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
    line: dict[str, Any] = {
        "action_code": "U" if act == "account.changed" else "E",
        "outcome": outcome,
        "sign_in_method": method,
        "detail": "; ".join(part for part in (method, detail) if part),
    }
    if client_address:
        line |= {"network_type": audit_fields.IP_ADDRESS, "client_address": client_address}
    audit.record_sign_in(session, act, now=now, line=line | _who(session, act, person_id, person_name, hospital_id))


def _who(session: Session, act: str, person_id: uuid.UUID | None, name: str, hospital_id: uuid.UUID | None) -> dict[str, Any]:
    """Whose try it was. An address that nobody has, or somebody who works nowhere, is nobody's: the line then names no person."""
    query = select(Membership.hospital_id).where(Membership.person_id == person_id).order_by(Membership.id).limit(1)
    where = hospital_id or (session.scalar(query) if person_id else None)
    if person_id is None or where is None:
        return {
            "person_name": "onbekend",
            "relation": SYSTEM,
            "acting_hospital_id": where,
            "hospital_id": where,
            "person_id": None,
        }
    return {
        "person_id": person_id,
        "responsible_person_id": person_id,
        "person_name": name or "onbekend",
        "roles": "none",
        "is_requestor": True,
        "policy": f"{act}/anyone",
        "acting_hospital_id": where,
        "hospital_id": where,
    }
