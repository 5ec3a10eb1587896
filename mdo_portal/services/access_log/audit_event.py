"""A line of the access log as FHIR AuditEvent (R4, after IHE BALP): ids only, no name or number of a patient."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.services.access_log.audit_lines import Wanted, about, conditions

MOST = 100_000
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
OURS = "urn:mdo-portal:"


def lines(session: Session, hospital_id: uuid.UUID, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Whole lines, oldest first."""
    query = select(*AuditEntry.__table__.columns).where(about(hospital_id), *conditions(wanted))
    return [dict(row) for row in session.execute(query.order_by(AuditEntry.at, AuditEntry.seq).limit(MOST)).mappings()]


def as_fhir(line: Mapping[str, Any]) -> dict[str, Any]:
    """The line as an AuditEvent. Every column that NEN 7513 asks for has its place; empty ones are left out."""
    at = line["at"]
    assert isinstance(at, datetime)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(line["event_id"]),
        "type": {"system": DICOM, "code": line["event_code"]},
        "subtype": [{"system": f"{OURS}act", "code": line["act"]}],
        "action": line["action_code"],
        "recorded": at.isoformat(timespec="milliseconds"),
        "outcome": str(line["outcome"]),
        "purposeOfEvent": _purposes(line),
        "agent": [_agent(line)],
        "source": {
            "site": line["source_site"],
            "observer": {"display": line["source_id"]},
            "type": [{"system": f"{TERMINOLOGY}security-source-type", "code": str(line["source_type"])}],
        },
        "entity": _entities(line),
    }
    return event | ({"outcomeDesc": line["reason"]} if line["reason"] else {})


def _purposes(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    codes = [line["purpose"], *(["BTG"] if line["emergency"] else [])]
    return [{"coding": [{"system": f"{TERMINOLOGY}v3-ActReason", "code": code}]} for code in codes]


def _agent(line: Mapping[str, Any]) -> dict[str, Any]:
    roles = [{"coding": [{"system": f"{OURS}role", "code": role}]} for role in line["roles"].split(",")]
    agent: dict[str, Any] = {
        "role": roles,
        "name": line["person_name"],
        "requestor": line["is_requestor"],
        "policy": [f"{OURS}policy:{line['policy'].replace(' ', '-')}"],
        "network": {"address": line["client_address"], "type": str(line["network_type"])},
    }
    if line["person_id"]:
        agent["who"] = {"identifier": {"system": f"{OURS}person", "value": str(line["person_id"])}}
    if line["alternate_id"]:
        agent["altId"] = line["alternate_id"]
    return agent


def _entities(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The patient first, then what of the patient."""
    found = []
    if line["patient_id"]:
        found.append(_entity("patient", line["patient_id"], 1, 1, line))
    whole = _entity(line["object_type"], line["object_id"], line["object_class"], line["object_role"], line)
    told = {
        "relation": line["relation"], "basis": line["basis"], "hits": line["hits"], "categories": ",".join(line["categories"]),
        "origin": line["hospital_id"], "case": line["case_id"], "trace": line["trace_id"], "sign-in": line["sign_in_method"],
        "responsible": line["responsible_person_id"], "acting-hospital": line["acting_hospital_id"], "detail": line["detail"],
    }  # fmt: skip
    whole["detail"] = [{"type": name, "valueString": str(value)} for name, value in told.items() if value]
    return [*found, whole]


def _entity(kind: str, object_id: object, code: int, role: int, line: Mapping[str, Any]) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "type": {"system": f"{TERMINOLOGY}audit-entity-type", "code": str(code)},
        "role": {"system": f"{TERMINOLOGY}object-role", "code": str(role)},
        "lifecycle": {"system": f"{TERMINOLOGY}dicom-audit-lifecycle", "code": str(line["life_cycle"])},
        "securityLabel": [{"system": f"{TERMINOLOGY}v3-Confidentiality", "code": line["sensitivity"]}],
    }
    if object_id:
        entity["what"] = {"identifier": {"system": f"{OURS}{kind}", "value": str(object_id)}}
    return entity | {"name": kind}
