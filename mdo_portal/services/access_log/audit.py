"""Writing the access log, in the transaction of the act it describes. Reading it back: the other `audit_…` files."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, Uuid, bindparam, func, insert, select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import REFUSED, SUCCESS, SYSTEM, AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.access_log.audit_fields import (
    MACHINE,
    MACHINE_NAME,
    SERVER,
    WEB,
    Kind,
    act_fields,
    kind_fields,
    owner_fields,
    reader_fields,
)
from mdo_portal.services.common import many_rows

PORTAL: Final = "MDO-portaal"
NOT_ALLOWED: Final = "none"
"""The relation of an attempt that was refused."""


class AuditIncomplete(Exception):
    """A line lacks what NEN 7513 demands. Not for a person: the act must not go on, and the transaction rolls back."""


_CATEGORIES: Final = {
    "document": "document", "letter": "letter", "patient_letter": "letter", "note": "conclusion", "decision": "conclusion", "room": "case",
}  # fmt: skip
"""EHDS: categories of data, when the caller does not say."""


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
    outcome: int = SUCCESS,
    emergency: bool | None = None,
    reason: str = "",
    patient: Patient | None = None,
    patient_id: uuid.UUID | None = None,
    purpose: str = "TREAT",
) -> None:
    """One line: who did what with whose data, as whom, and why that was allowed. Raises AuditIncomplete.

    `patient` for what is about a person and not about one case; `patient_id` where the viewer may not see that row: a patient of the
    viewer's own hospital. Breaking the glass is an emergency by itself; its reason is
    `reason`, or else `detail`.
    """
    if emergency is None:
        emergency = outcome == SUCCESS and (act is Act.GLASS_BREAK or relation is Relation.EMERGENCY)
    about = object_type or ("case" if case else "patient" if patient else act.value.partition(":")[0])
    line = act_fields(act, about, str(object_id or (case.id if case else patient.id if patient else "")), outcome=outcome)
    why = relation.value if relation else NOT_ALLOWED if outcome == REFUSED else Relation.ANYONE.value
    line |= owner_fields(case, patient, viewer.hospital_id, patient_id) | reader_fields(viewer, act, case, why)
    line |= {
        "at": now,
        "purpose": purpose,
        "emergency": emergency,
        "reason": reason or (_why(session, viewer, case) or detail if emergency else ""),
        "sensitivity": "V" if emergency else "R",
        "hits": hits,
        "categories": list(categories) or ([_CATEGORIES.get(about, "case")] if case else []),
        "detail": detail,
        "source_type": WEB,
        "trace_id": viewer.trace_id or _trace(session),
    }
    _write(session, line)


def _why(session: Session, viewer: Viewer, case: Case | None) -> str:
    return why_broken(session, viewer, [case.id]).get(case.id, "") if case else ""


def why_broken(session: Session, viewer: Viewer, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What this reader wrote when they broke the glass: it stands with every line until the hour is over. Asks nothing for no case."""
    if not case_ids:
        return {}
    of_cases = (CaseGrant.case_id.in_(case_ids), CaseGrant.person_id == viewer.person_id)
    query = select(CaseGrant.case_id, CaseGrant.reason).where(*of_cases, CaseGrant.kind == GrantKind.EMERGENCY)
    return {row.case_id: row.reason for row in session.execute(query.order_by(CaseGrant.given_at))}  # of one case the last counts


def refused(session: Session, viewer: Viewer, act: Act, *, now: datetime, object_type: str = "", object_id: object = "") -> None:
    """An attempt that was not allowed, or at something that is not there for this person: in a transaction of its own.

    Whose it is, the database fills in as it stores the line: the owner hospital sees the attempt, who tried learns nothing.
    """
    record(session, viewer, act, now=now, object_type=object_type, object_id=object_id, outcome=REFUSED)


def record_system(
    session: Session, act: str, *, now: datetime, case: Case, object_type: str, object_id: uuid.UUID, detail: str = ""
) -> None:
    """A line for what the portal did by itself on behalf of a hospital: taking in, sending."""
    sends = any(word in act for word in ("sent", "deliver", "export"))
    line = kind_fields(Kind("110106", "R", 9) if sends else Kind("110107", "C", 1), act, object_type, str(object_id), SUCCESS)
    _write(
        session,
        line
        | _of_the_portal(session, act)
        | owner_fields(case, None, case.hospital_id)
        | {"at": now, "acting_hospital_id": case.hospital_id, "sensitivity": "R", "categories": ["case"], "detail": detail},
    )


DESTROYED, CHANGED = Kind("110110", "D", 14), Kind("110107", "U", 3)
"""What the portal did: let go, or changed."""


def record_portal(
    session: Session, act: str, *, now: datetime, object_type: str, object_id: str, detail: str,
    hospital_id: uuid.UUID | None = None, kind: Kind = DESTROYED,
) -> None:  # fmt: skip
    """A line for what the portal did by itself and that is about no single patient: a night's work of keeping and destroying."""
    line = kind_fields(kind, act, object_type, object_id, SUCCESS) | _of_the_portal(session, act) | {
        "at": now, "acting_hospital_id": None, "hospital_id": hospital_id, "basis": "", "sensitivity": "R", "categories": [],
        "detail": detail,
    }  # fmt: skip
    _write(session, line)


def record_sign_in(session: Session, act: str, *, now: datetime, line: Mapping[str, Any]) -> None:
    """A line about signing in, before there is a viewer: `services/access_log/audit_sign_in.py` says who, how and with what outcome."""
    base = kind_fields(Kind("110114", "E", 6), act, "session", "", SUCCESS) | _of_the_portal(session, act)
    _write(
        session,
        base
        | {"at": now, "basis": "", "sensitivity": "N", "categories": [], "source_type": WEB, "relation": "anyone"}
        | dict(line),
    )


def _of_the_portal(session: Session, act: str) -> dict[str, Any]:
    return {
        "person_name": PORTAL,
        "roles": SYSTEM,
        "is_requestor": False,
        "relation": SYSTEM,
        "policy": f"{act}/{SYSTEM}",
        "purpose": "TREAT",
        "hits": 0,
        "network_type": MACHINE_NAME,
        "client_address": MACHINE,
        "source_type": SERVER,
        "trace_id": _trace(session),
    }


def _write(session: Session, line: dict[str, Any]) -> None:
    """Refuse a line that lacks something, then add it; the table's own checks stand behind this."""
    _refuse_gaps(line)
    line |= {"event_id": new_id(), "source_id": f"mdo-portal@{MACHINE}"}
    session.info["audited"] = session.info.get("audited", 0) + 1
    if (others := many_rows.waiting(session, _TOGETHER)) is not None:
        others.append(line)
        return
    session.execute(_ADDING, line | {"b_site_of": line["acting_hospital_id"]})


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write the lines of this block in one statement at its end, in the same transaction. When the block fails, so must the transaction."""
    with many_rows.gathered(session, _TOGETHER) as lines:
        yield
    sites = _sites(session, {line["acting_hospital_id"] for line in lines}) if lines else {}
    for same in many_rows.alike(line | {"source_site": sites[line["acting_hospital_id"]]} for line in lines):
        many_rows.store(session, AuditEntry, same)


def _sites(session: Session, hospital_ids: set[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    query = select(Hospital.id, func.coalesce(func.nullif(Hospital.ura, ""), Hospital.code)).where(Hospital.id.in_(hospital_ids))
    return dict.fromkeys(hospital_ids, "-") | dict(map(tuple, session.execute(query)))


_TOGETHER = "audit_together"
_LINES = cast(Table, AuditEntry.__table__)

_SITE = (
    select(func.coalesce(func.nullif(Hospital.ura, ""), Hospital.code))
    .where(Hospital.id == bindparam("b_site_of", type_=Uuid))
    .scalar_subquery()
)


# Made once: every read waits for it. Inline asks nothing back: RETURNING would demand the right to read the line just written.
_ADDING: Final = insert(_LINES).values(source_site=func.coalesce(_SITE, "-")).inline()

_NEVER_EMPTY: Final = (
    "act", "action_code", "event_code", "person_name", "roles", "purpose", "relation", "policy", "client_address", "object_type",
    "object_id_type", "sensitivity", "trace_id", "at",
)  # fmt: skip


def _refuse_gaps(line: Mapping[str, Any]) -> None:
    missing = [name for name in _NEVER_EMPTY if not line.get(name)]
    if line.get("emergency") and not line.get("reason"):
        missing.append("reason")
    if line["relation"] != SYSTEM and not (line.get("person_id") and line.get("responsible_person_id")):
        missing.append("person_id")
    if line.get("person_id") and not line.get("acting_hospital_id"):
        missing.append("acting_hospital_id")
    if missing:
        raise AuditIncomplete(f"a line of the access log lacks {', '.join(sorted(missing))}")


def _trace(session: Session) -> str:
    """One number for everything of this transaction, when the request brought none."""
    return str(session.info.setdefault("trace_id", uuid.uuid4().hex))
