"""The fields of one line of the access log: what was done, whose data it was, who did it, as what and from where."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mdo_portal.domain.case import Case
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer

MACHINE: Final = socket.gethostname() or "unknown"
WEB, SERVER = 3, 4
"""AuditSourceTypeCode: a web server process, an application server process."""
MACHINE_NAME, IP_ADDRESS = 1, 2
"""NetworkAccessPointTypeCode."""


class Kind(NamedTuple):
    """What DICOM calls an act: kind of event, action, life cycle of the object."""

    event_code: str
    action: str
    life_cycle: int


_READ, _ADD, _CHANGE = Kind("110110", "R", 6), Kind("110110", "C", 1), Kind("110110", "U", 3)
_SEARCH, _EXPORT, _SECURITY = Kind("110112", "E", 6), Kind("110106", "R", 9), Kind("110113", "U", 3)
_LOG_USED = Kind("110101", "R", 6)

_BY_VERB: Final[Mapping[str, Kind]] = {
    "read": _READ, "join": _READ, "register": _ADD, "sign": _ADD, "add": _ADD, "write": _CHANGE, "order": _CHANGE,
    "plan": _CHANGE, "ask": _ADD, "answer": _CHANGE, "route": _CHANGE, "withdraw": _CHANGE, "outcome": _CHANGE, "try": _READ, "raw": _READ,
    "confirm": _CHANGE, "take_back": _CHANGE, "break": _SECURITY, "grant": _SECURITY, "object": _SECURITY, "manage": _SECURITY,
    "close": _CHANGE, "tell": _CHANGE, "figures": _SEARCH, "approve": Kind("110110", "D", 14), "decide": _CHANGE,
}  # fmt: skip

_BY_ACT: Final[Mapping[Act, Kind]] = {
    Act.WORKLIST_READ: _SEARCH, Act.POST_READ: _SEARCH, Act.INBOX_READ: _SEARCH, Act.POST_RESEND: _EXPORT,
    Act.PATIENT_LETTER_RELEASE: _EXPORT, Act.LETTER_TEMPLATE_MANAGE: _CHANGE,
    Act.CASE_EXPORT: _EXPORT, Act.FOLLOW_READ: _SEARCH,
    Act.LOG_READ: _LOG_USED, Act.LOG_PATIENT: _LOG_USED, Act.LOG_BREACH: _LOG_USED, Act.LOG_REVIEW: Kind("110101", "U", 3),
}  # fmt: skip

_OTHER = Kind("110100", "E", 6)


#: what an object is to the event (ParticipantObjectTypeCodeRole): 3 report, 24 query; the rest is a domain resource
_ROLES: Final = {
    "document": 3,
    "letter": 3,
    "patient_letter": 3,
    "decision": 3,
    "patient": 1,
    "worklist": 24,
    "post": 24,
    "inbox": 24,
    "identity": 24,
    "log": 24,
}

_DOMAIN_RESOURCE = 4


def act_fields(act: Act, object_type: str, object_id: str, *, outcome: int) -> dict[str, Any]:
    kind = _BY_ACT.get(act) or _BY_VERB.get(act.value.partition(":")[2], _OTHER)
    return kind_fields(kind, act.value, object_type, object_id, outcome)


def kind_fields(kind: Kind, act: str, object_type: str, object_id: str, outcome: int) -> dict[str, Any]:
    return {
        "act": act,
        "event_code": kind.event_code,
        "action_code": kind.action,
        "life_cycle": kind.life_cycle,
        "outcome": outcome,
        "object_type": object_type,
        "object_id": object_id,
        "object_id_type": _id_type(object_id),
        "object_class": 1 if object_type == "patient" else 2,
        "object_role": _ROLES.get(object_type, _DOMAIN_RESOURCE),
    }


def _id_type(object_id: str) -> str:
    if not object_id:
        return "list"
    try:
        uuid.UUID(object_id)
    except ValueError:
        return "text"
    return "uuid"


def owner_fields(
    case: Case | None, patient: Patient | None, own: uuid.UUID, patient_id: uuid.UUID | None = None
) -> dict[str, Any]:
    """Whose data: of the case, else of the patient; a list is about the own hospital's."""
    return {
        "basis": case.basis.value if case else "",
        "hospital_id": case.hospital_id if case else patient.hospital_id if patient else own,
        "patient_id": case.patient_id if case else patient.id if patient else patient_id,
        "case_id": case.id if case else None,
    }


def reader_fields(viewer: Viewer, act: Act, case: Case | None, related: str) -> dict[str, Any]:
    return {
        "person_id": viewer.person_id,
        "person_name": viewer.name,
        "acting_hospital_id": viewer.hospital_id,
        "roles": _roles(viewer, case),
        "responsible_person_id": viewer.person_id,
        "relation": related,
        "policy": f"{act.value}/{related}",
        "network_type": IP_ADDRESS if viewer.client_address else MACHINE_NAME,
        "client_address": viewer.client_address or MACHINE,
        "sign_in_method": viewer.method,
        "alternate_id": viewer.alternate_id,
    }


def _roles(viewer: Viewer, case: Case | None) -> str:
    """What the viewer is to the case; `none` is an answer too (somebody signed in without any role)."""
    every = viewer.hospital_roles.union(*viewer.board_roles.values())
    here = viewer.hospital_roles | viewer.board_roles.get(case.board_id, frozenset()) if case and case.board_id else every
    return ",".join(sorted(role.value for role in here or every)) or "none"
