"""The resources of which our documents are made, in FHIR R4. Codes are those of knowledge/interop.md 4.3, verified there."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable

from integrations.exit.numbers import entry, instant, oid, printable, urn
from integrations.fhir.sending.outgoing_people import contained_patient, identifier
from integrations.fhir.text.values import Node
from mdo_portal.exchange import Contact, LeavingCase, LeavingDecision, LeavingFile, LeavingItem, LeavingRound
from mdo_portal.exchange.status_words import STATUS_WORDS

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
URA = "http://fhir.nl/fhir/NamingSystem/ura"
CONSULT_NOTE = {"coding": [{"system": LOINC, "code": "85232-7", "display": "Tumor board Consult note"}]}
REFERRAL_NOTE = {"coding": [{"system": LOINC, "code": "57133-1", "display": "Referral note"}]}
CONFERENCE = {"system": SNOMED, "code": "384682003", "display": "Multidisciplinary care conference"}
TREATMENT_PLAN = {"coding": [{"system": SNOMED, "code": "423134005"}]}
#: what became of a recommendation -> care-plan-activity-status (R4)
ACTIVITY = {
    "open": "not-started", "carried_out": "completed", "partly": "stopped", "not_done": "cancelled", "superseded": "cancelled",
}  # fmt: skip
SUPERSEDED = "vervangen of ingetrokken door een later advies"


def patient_url(case: LeavingCase) -> str:
    return urn(case.id, "patient")


def hospital_url(case: LeavingCase) -> str:
    return urn(case.id, "hospital")


def patient(case: LeavingCase) -> Node:
    """With every number that the archive may carry; who may not have the BSN gets a case without it."""
    resource = contained_patient(case.patient)
    return entry(patient_url(case), {name: value for name, value in resource.items() if name != "id"})


def hospital(case: LeavingCase) -> Node:
    resource = {"resourceType": "Organization", "identifier": [identifier(URA, case.hospital_ura)], "name": case.hospital_name}
    return entry(hospital_url(case), resource)


def narrative(lines: Iterable[str]) -> Node:
    """Text as a person wrote it, escaped: nothing of it becomes markup."""
    shown = "<br/>".join(html.escape(one) for one in "\n".join(printable(line) for line in lines).splitlines()) or "–"
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{shown}</p></div>'}


def section(title: str, lines: Iterable[str], refers: Iterable[str] = ()) -> Node:
    return {"title": title, "text": narrative(lines), "entry": [{"reference": one} for one in refers]}


def encounter(case: LeavingCase, round_: LeavingRound) -> Node:
    """The discussion, in the shape of the Nictiz draft (interop.md 4.1)."""
    names = {one.name: one for decision in round_.decisions for one in decision.participants}
    period = {
        "start": instant(round_.started_at or round_.meeting_at),
        "end": instant(round_.ended_at) if round_.ended_at else "",
    }
    return {
        "resourceType": "Encounter",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": urn(round_.id)}],
        "status": "finished" if round_.outcome in ("discussed", "listed") else "cancelled" if round_.outcome else "planned",
        "class": CONFERENCE,
        "type": [{"text": round_.board}],
        "subject": {"reference": patient_url(case)},
        "participant": [{"individual": {"display": one.name}, "type": [{"text": one.role}]} for one in names.values()],
        "period": period,
        "serviceProvider": {"display": round_.board},
    }


def care_plan(case: LeavingCase, round_: LeavingRound, decision: LeavingDecision) -> Node:
    return {
        "resourceType": "CarePlan",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": urn(decision.id, "plan")}],
        "status": "active" if decision.stands else "revoked",
        "intent": "plan",
        "category": [TREATMENT_PLAN],
        "title": decision.document_number,
        "subject": {"reference": patient_url(case)},
        "encounter": {"reference": urn(round_.id)},
        "created": instant(decision.signed_at),
        "author": {"display": decision.signed_by.name},
        "activity": [{"detail": _detail(one)} for one in decision.items],
    }


def _detail(item: LeavingItem) -> Node:
    """What a person said became of it; nothing here is concluded from messages."""
    said = SUPERSEDED if item.state == "superseded" else item.reason
    due = {"end": item.due_on.isoformat()} if item.due_on else {}
    text = f"{item.text} (als: {item.condition})" if item.condition else item.text
    return {
        "code": {"text": printable(text)},
        "status": ACTIVITY[item.state],
        "statusReason": {"text": printable(said)},
        "scheduledPeriod": due,
        "location": {"display": printable(item.place)},
        "performer": [{"display": printable(item.responsible)}],
        "description": f"uitgevoerd op {item.done_on:%d-%m-%Y}" if item.done_on else "",
    }


def document(case: LeavingCase, file: LeavingFile, path: str, kind: Node | None = None) -> Node:
    """Points at the bytes beside this document in the archive. FHIR's hash is SHA-1 by its own rule; the manifest has SHA-256."""
    attachment = {
        "contentType": file.media_type,
        "url": path,
        "size": len(file.content),
        "hash": _sha1(file.content),
        "title": printable(file.title),
        "creation": instant(file.at),
    }
    return {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{oid(file.id)}"},
        "status": "entered-in-error" if file.status == "withdrawn" else "superseded" if file.is_replaced else "current",
        "docStatus": {"preliminary": "preliminary", "corrected": "amended"}.get(file.status, ""),
        "type": kind or {},
        "subject": {"reference": patient_url(case)},
        "date": instant(file.at),
        "custodian": {"display": file.from_hospital},
        "content": [{"attachment": attachment}],
    }


def with_status(words: str, status: str, *, is_replaced: bool = False) -> str:
    """The words, and behind them that they are not, or no longer, simply so."""
    said = STATUS_WORDS.get(status, status) or ("vervangen door een nieuwere versie" if is_replaced else "")
    return f"{words} ({said})" if said else words


def binary(file: LeavingFile) -> Node:
    return {"resourceType": "Binary", "contentType": file.media_type, "data": base64.b64encode(file.content).decode()}


def _sha1(content: bytes) -> str:
    return base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def people(contacts: Iterable[Contact]) -> list[Node]:
    return [{"display": one.name or one.organisation or "onbekend"} for one in contacts]
