"""A referral as one Bundle: a transaction with a ServiceRequest (R4) or a message with a ReferralRequest (STU3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from integrations.simulator.fhir import clinical, people
from integrations.simulator.fhir.documents import document
from integrations.simulator.fhir.elements import SNOMED, Node, Sheaf, coded
from integrations.simulator.fhir.form import day_forms, request_form
from integrations.simulator.outbox import Composed
from integrations.simulator.region import CaseSeed, HospitalSeed, region
from mdo_portal.exchange import IncomingReferral

CONFERENCE = coded("Multidisciplinair overleg", "384682003", SNOMED)


@dataclass(frozen=True)
class Parts:
    """What the request points at."""

    subject: Node
    requester: Node
    board: Node
    reasons: list[Node]
    supporting: list[Node]


def compose(case: CaseSeed, referral: IncomingReferral, *, version: str, made_at: datetime) -> tuple[Composed, ...]:
    """One Bundle with all of it; `version` is "R4" or "STU3"."""
    root = uuid4()
    sheaf = Sheaf(root, version)
    hospital = region().hospital(case.hospital)
    request = sheaf.add(_request(sheaf, referral, _parts(sheaf, referral, made_at), made_at))
    bundle = _transaction(sheaf, root, made_at) if sheaf.is_r4 else _message(sheaf, root, hospital, request, made_at)
    kind = f"Bundle ({'ServiceRequest' if sheaf.is_r4 else 'ReferralRequest'})"
    return (Composed(kind, root.urn, json.dumps(bundle, ensure_ascii=False).encode()),)


def _parts(sheaf: Sheaf, referral: IncomingReferral, at: datetime) -> Parts:
    gp = people.professional(sheaf, referral.gp)
    subject = people.patient(sheaf, referral.patient, gp=gp)
    requester = people.professional(sheaf, referral.referrer)
    board = people.board(sheaf, referral.board_hint)
    people.team(sheaf, referral, subject)
    reasons = [clinical.diagnosis(sheaf, one, subject) for one in referral.facts if clinical.is_reason(one)]
    return Parts(subject, requester, board, reasons, _supporting(sheaf, referral, subject, at))


def _supporting(sheaf: Sheaf, referral: IncomingReferral, subject: Node, at: datetime) -> list[Node]:
    written = [one for one in referral.facts if clinical.is_in_words(one) and one.section != "form"]
    kept = [one for one in referral.facts if not clinical.is_in_words(one) and not clinical.is_reason(one)]
    return [
        request_form(sheaf, referral, subject, at=at),
        *day_forms(sheaf, written, subject),
        *(clinical.resource(sheaf, one, subject) for one in kept),
        *(document(sheaf, one, subject, at=at) for one in referral.documents),
    ]


def _request(sheaf: Sheaf, referral: IncomingReferral, parts: Parts, at: datetime) -> Node:
    """What both versions say, then what each says in its own way."""
    shared = {
        "identifier": [{"value": referral.number}],
        "status": "active",
        "intent": "order",
        "priority": referral.urgency,
        "subject": parts.subject,
        "authoredOn": at.isoformat(timespec="seconds"),
        "occurrencePeriod": {"end": _until(referral.latest_useful_on)},
        "reasonReference": parts.reasons,
        "supportingInfo": parts.supporting,
    }
    if sheaf.is_r4:
        asked = {"category": [CONFERENCE], "code": CONFERENCE, "requester": parts.requester, "performer": [parts.board]}
        return {"resourceType": "ServiceRequest"} | shared | asked
    asked = {
        "type": CONFERENCE,
        "serviceRequested": [CONFERENCE],
        "requester": {"agent": parts.requester},
        "recipient": [parts.board],
    }
    return {"resourceType": "ReferralRequest"} | shared | asked


def _until(on: date | None) -> str:
    return on.isoformat() if on else ""


def _transaction(sheaf: Sheaf, root: UUID, at: datetime) -> Node:
    entries = [
        {"fullUrl": address, "resource": one, "request": {"method": "POST", "url": one["resourceType"]}}
        for address, one in sheaf.resources
    ]
    return _bundle("transaction", root, at, entries)


def _message(sheaf: Sheaf, root: UUID, hospital: HospitalSeed, request: Node, at: datetime) -> Node:
    header = {
        "resourceType": "MessageHeader",
        "event": {"system": "urn:oid:2.16.840.1.113883.2.4.3.999.103.9", "code": "mdo-aanmelding"},
        "timestamp": at.isoformat(timespec="seconds"),
        "source": {"name": hospital.epd, "endpoint": f"urn:oid:2.16.528.1.1007.3.3.{hospital.ura}"},
        "sender": {"display": hospital.name},
        "focus": [request],
    }
    entries = [{"fullUrl": uuid4().urn, "resource": header}]
    entries += [{"fullUrl": address, "resource": one} for address, one in sheaf.resources]
    return _bundle("message", root, at, entries)


def _bundle(kind: str, root: UUID, at: datetime, entries: list[Node]) -> Node:
    """The identifier is what makes a double recognisable; STU3 has no timestamp on a Bundle."""
    named = {"identifier": {"system": "urn:ietf:rfc:3986", "value": root.urn}}
    stamp = {"timestamp": at.isoformat(timespec="seconds")} if kind == "transaction" else {}
    return {"resourceType": "Bundle", "type": kind} | named | stamp | {"entry": entries}
