"""A signed decision as a transaction Bundle: what R4 and STU3 share, and the one place that makes bytes of it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from integrations.fhir.judge import problem
from integrations.fhir.profile import Profile
from integrations.fhir.values import Node
from mdo_portal.exchange import OutgoingDecision

from .outgoing_people import URI, contained_patient, identifier, person, subject

CONSULT_NOTE = {"coding": [{"system": "http://loinc.org", "code": "85232-7", "display": "Tumor board Consult note"}]}


class NotSendable(ValueError):
    """The decision makes no valid bundle; the text names the element, never a value."""


@dataclass(frozen=True)
class Letter:
    """One decision with what both versions need of it."""

    decision: OutgoingDecision
    profile: Profile

    @property
    def uri(self) -> str:
        """Our own identifier: a receiver sees a double by it, and we find the document back by it."""
        return document_uri(self.decision.delivery_id)

    @property
    def composition_uri(self) -> str:
        return _composition_uri(self.decision.delivery_id)

    @property
    def replaced_uri(self) -> str:
        """Our identifier of the earlier version at this recipient, or ""."""
        return document_uri(self.decision.replaces_delivery_id) if self.decision.replaces_delivery_id else ""

    @property
    def replaced_composition_uri(self) -> str:
        return _composition_uri(self.decision.replaces_delivery_id) if self.decision.replaces_delivery_id else ""

    @property
    def signed(self) -> str:
        return instant(self.decision.signed_at)


def document_uri(delivery_id: str) -> str:
    """`urn:uuid:…` of one delivery. Raises NotSendable when the id is no uuid."""
    try:
        return UUID(delivery_id).urn
    except ValueError:
        raise NotSendable("delivery_id is no uuid") from None


def _composition_uri(delivery_id: str) -> str:
    return uuid5(UUID(delivery_id), "composition").urn


def bundle_bytes(bundle: Node, version: str) -> bytes:
    """The bytes on the wire; the same bundle always gives the same bytes. Raises NotSendable when the judge refuses it."""
    for entry in bundle["entry"]:
        if found := problem(entry["resource"], version):
            raise NotSendable(f"{entry['resource']['resourceType']}: {found}")
    try:
        return json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise NotSendable("a character that does not exist") from None


def transaction(*entries: Node) -> Node:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def created_once(resource: Node, uri: str) -> Node:
    """An entry that a receiver creates only when it does not know our identifier yet: sending again is harmless."""
    kind = str(resource["resourceType"])
    request = {"method": "POST", "url": kind, "ifNoneExist": f"identifier={URI}|{uri}"}
    return {"fullUrl": uri, "resource": resource, "request": request}


def pruned(value: Any) -> Any:
    """Without empty strings, lists and objects: FHIR knows no empty value."""
    if isinstance(value, dict):
        kept = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return [item for item in map(pruned, value) if item not in ("", [], {})]  # null only aligns `_given` with `given`
    return value


def instant(at: datetime) -> str:
    """Raises NotSendable without a zone: a naive time means another moment elsewhere."""
    if at.tzinfo is None:
        raise NotSendable("a time without zone")
    return at.isoformat(timespec="seconds")


def attachment(decision: OutgoingDecision) -> Node:
    """The letter; the hash is SHA-1 because FHIR R4 and STU3 say so, the decision keeps its own SHA-256."""
    digest = hashlib.sha1(decision.letter_pdf, usedforsecurity=False).digest()
    return {
        "contentType": "application/pdf",
        "data": base64.b64encode(decision.letter_pdf).decode(),
        "size": len(decision.letter_pdf),
        "hash": base64.b64encode(digest).decode(),
        "title": decision.letter_title,
        "creation": instant(decision.signed_at),
    }


def sections(decision: OutgoingDecision) -> list[Node]:
    """The text of the letter, heading by heading, as escaped text: nothing a person typed becomes markup."""
    return [{"title": heading, "text": {"status": "generated", "div": _div(words)}} for heading, words in decision.sections]


def _div(words: str) -> str:
    legal = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", " ", words).strip() or "–"
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{"<br/>".join(html.escape(legal).splitlines())}</p></div>'


def document_core(letter: Letter) -> Node:
    """What a DocumentReference says in both versions, in the order of the standard."""
    decision = letter.decision
    return {
        "resourceType": "DocumentReference",
        "contained": [contained_patient(decision.patient)],
        "masterIdentifier": identifier(letter.profile.word("send", "document_system"), decision.document_number),
        "identifier": [identifier(URI, letter.uri)],
        "status": "current",
        "docStatus": "final",
        "type": CONSULT_NOTE,
        "subject": subject(decision.patient),
    }


def document_rest(letter: Letter) -> Node:
    decision = letter.decision
    replaced = {"identifier": identifier(URI, letter.replaced_uri), "display": decision.replaces_document_number}
    referral = {"identifier": identifier(letter.profile.word("send", "referral_system"), decision.referral_number)}
    return {
        "author": [person(decision.signed_by)],
        "authenticator": person(decision.signed_by),
        "custodian": {"display": decision.network_name},
        "relatesTo": [{"code": "replaces", "target": replaced}] if letter.replaced_uri else [],
        "description": decision.letter_title,
        "content": [{"attachment": attachment(decision)}],
        "context": {"period": {"start": instant(decision.meeting_at)}, "related": [referral]},
    }


def composition_core(letter: Letter) -> Node:
    decision = letter.decision
    return {
        "resourceType": "Composition",
        "contained": [contained_patient(decision.patient)],
        "identifier": identifier(URI, letter.composition_uri),
        "status": "amended" if decision.version > 1 else "final",
        "type": CONSULT_NOTE,
        "subject": subject(decision.patient),
        "date": letter.signed,
        "author": [person(decision.signed_by)],
        "title": decision.letter_title,
    }


def composition_rest(letter: Letter) -> Node:
    earlier = {"code": "replaces", "targetIdentifier": identifier(URI, letter.replaced_composition_uri)}
    return {
        "custodian": {"display": letter.decision.network_name},
        "relatesTo": [earlier] if letter.replaced_uri else [],
        "event": [{"period": {"start": instant(letter.decision.meeting_at)}}],
        "section": sections(letter.decision),
    }
