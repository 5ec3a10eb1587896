"""The letter (DocumentReference) and its text (Composition): what R4 and STU3 share."""

from __future__ import annotations

import base64
import hashlib
import html

from integrations.fhir.sending.outgoing import RELATED, Letter, instant, legal
from integrations.fhir.sending.outgoing_people import URI, identifier, person
from integrations.fhir.text.values import Node
from mdo_portal.exchange import DecisionForm, OutgoingDecision


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
    said = legal(words).strip() or "–"
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{"<br/>".join(html.escape(said).splitlines())}</p></div>'


def document_core(letter: Letter) -> Node:
    """What a DocumentReference says in both versions, in the order of the standard."""
    decision = letter.decision
    return {
        "resourceType": "DocumentReference",
        "contained": letter.contained,
        "masterIdentifier": identifier(letter.profile.word("send", "document_system"), decision.document_number),
        "identifier": [identifier(URI, letter.uri)],
        "status": "current",
        "docStatus": "final",
        "type": letter.kind,
        "subject": letter.subject,
    }


def document_rest(letter: Letter) -> Node:
    """The rest; `context.encounter` differs between the versions and is theirs to add."""
    decision = letter.decision
    earlier = {"identifier": identifier(URI, letter.earlier_uri), "display": decision.replaces_document_number}
    return {
        "author": [person(decision.signed_by)],
        "authenticator": person(decision.signed_by),
        "custodian": {"display": decision.network_name},
        "relatesTo": [{"code": RELATED[letter.form], "target": earlier}] if letter.form in RELATED else [],
        "description": decision.letter_title,
        "content": [{"attachment": attachment(decision)}],
        "context": {"period": {"start": instant(decision.meeting_at)}, "related": [referral(letter)]},
    }


def referral(letter: Letter) -> Node:
    """The referral by its own number: a resource id there is none of our business."""
    return {"identifier": identifier(letter.profile.word("send", "referral_system"), letter.decision.referral_number)}


def composition_core(letter: Letter) -> Node:
    decision = letter.decision
    return {
        "resourceType": "Composition",
        "contained": letter.contained,
        "identifier": identifier(URI, letter.own("composition")),
        "status": "amended" if letter.form is DecisionForm.CORRECTION else "final",
        "type": letter.kind,
        "subject": letter.subject,
        "encounter": {"reference": letter.encounter_uri} if letter.has("careplan") else {},
        "date": letter.signed,
        "author": [person(decision.signed_by)],
        "title": decision.letter_title,
    }


def composition_rest(letter: Letter) -> Node:
    earlier = identifier(URI, letter.earlier("composition"))
    return {
        "custodian": {"display": letter.decision.network_name},
        "relatesTo": [{"code": RELATED[letter.form], "targetIdentifier": earlier}] if letter.form in RELATED else [],
        "event": [{"period": {"start": instant(letter.decision.meeting_at)}}],
        "section": sections(letter.decision),
    }
