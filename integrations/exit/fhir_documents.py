"""A case as FHIR R4 documents: one of what was asked and told, and one of each signed decision with its letter in it."""

from __future__ import annotations

import json
from dataclasses import replace

from integrations.exit import fhir_parts as parts
from integrations.exit.numbers import entry, instant, urn
from integrations.fhir.sending.outgoing import pruned
from integrations.fhir.text.values import Node
from mdo_portal.exchange import DecisionForm, Fact, LeavingCase, LeavingDecision, LeavingRound

#: what a Composition says it is to the one before it; FHIR R4 has no word for a withdrawal, its status says that
RELATION = {
    DecisionForm.CORRECTION: "replaces", DecisionForm.ADDENDUM: "appends", DecisionForm.WITHDRAWAL: "replaces",
    DecisionForm.OUTCOME: "replaces", DecisionForm.RECALL: "replaces",
}  # fmt: skip
STATUS = {
    DecisionForm.CORRECTION: "amended", DecisionForm.WITHDRAWAL: "entered-in-error", DecisionForm.RECALL: "entered-in-error",
}  # fmt: skip


def referral_document(case: LeavingCase, paths: dict[str, str]) -> Node:
    """What the hospital asked and told. `paths`: id of a document -> where it stands in the archive."""
    references = {urn(one.id): parts.document(case, one, paths[one.id]) for one in case.documents}
    sections = [parts.section(f"Vraag aan {whom}", [question]) for whom, question in case.questions if question]
    for name in dict.fromkeys(fact.section.value for _, fact in case.facts):
        told = [_fact_line(hospital, fact) for hospital, fact in case.facts if fact.section.value == name]
        sections.append(parts.section(name, told))
    if references:
        titles = [parts.with_status(one.title, one.status, is_replaced=one.is_replaced) for one in case.documents]
        sections.append(parts.section("Documenten", titles, references))
    composition = {
        "resourceType": "Composition",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": urn(case.id, "composition")},
        "status": "final",
        "type": parts.REFERRAL_NOTE,
        "subject": {"reference": parts.patient_url(case)},
        "date": instant(case.received_at),
        "author": parts.people([case.referrer]),
        "title": f"Aanmelding {case.referral_number}".strip(),
        "custodian": {"reference": parts.hospital_url(case)},
        "section": sections,
    }
    rest = [entry(url, resource) for url, resource in references.items()]
    return _bundle(case.id, instant(case.received_at), urn(case.id, "composition"), composition, case, rest)


def _fact_line(hospital: str, fact: Fact) -> str:
    on = f" ({fact.dated_on:%d-%m-%Y})" if fact.dated_on else ""
    return f"{fact.label + ': ' if fact.label else ''}{parts.with_status(fact.text, fact.status)}{on}; bron: {hospital}"


def decision_document(case: LeavingCase, round_: LeavingRound, decision: LeavingDecision, letter_path: str) -> Node:
    """One decision as it was signed, what became of each recommendation, and the letter itself. It stands alone.

    The message that a discussion ended without an advice is a document without a plan.
    """
    plan, letter = urn(decision.id, "plan"), decision.letter
    sections = [parts.section(heading, [text]) for heading, text in decision.sections]
    followed = [f"{one.position}. {one.text}: {one.state}{f' ({one.reason})' if one.reason else ''}" for one in decision.items]
    if decision.form.has_advice:
        sections.append(parts.section("Wat ervan kwam", followed or ["Geen aanbevelingen in velden."], [plan]))
    composition = {
        "resourceType": "Composition",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": urn(decision.id, "composition")},
        "status": "amended"
        if decision.form is DecisionForm.OUTCOME and decision.earlier_id
        else STATUS.get(decision.form, "final"),
        "type": parts.CONSULT_NOTE,
        "subject": {"reference": parts.patient_url(case)},
        "encounter": {"reference": urn(round_.id)},
        "date": instant(decision.signed_at),
        "author": parts.people([decision.signed_by]),
        "title": f"{'MDO-advies' if decision.form.has_advice else 'MDO-bericht zonder advies'} {decision.document_number}",
        "attester": [{"mode": "legal", "time": instant(decision.signed_at), "party": {"display": decision.signed_by.name}}],
        "custodian": {"reference": parts.hospital_url(case)},
        "relatesTo": _relation(decision),
        "event": [{"period": {"start": instant(round_.meeting_at)}}],
        "section": sections,
    }
    rest = [entry(urn(round_.id), parts.encounter(case, round_))]
    rest += [entry(plan, parts.care_plan(case, round_, decision))] if decision.form.has_advice else []
    if letter:
        holds = decision.stands or STATUS.get(decision.form) == "entered-in-error"  # a withdrawal is the last word
        told = replace(letter, is_replaced=not holds)
        rest.append(entry(urn(letter.id), parts.document(case, told, letter_path, parts.CONSULT_NOTE)))
        rest.append(entry(urn(letter.id, "binary"), parts.binary(letter)))
        sections.append(parts.section("Brief", [letter.title], [urn(letter.id), urn(letter.id, "binary")]))
    return _bundle(decision.id, instant(decision.signed_at), urn(decision.id, "composition"), composition, case, rest)


def _relation(decision: LeavingDecision) -> list[Node]:
    if not decision.earlier_id:
        return []
    target = {"system": "urn:ietf:rfc:3986", "value": urn(decision.earlier_id, "composition")}
    return [{"code": RELATION[decision.form], "targetIdentifier": target}]


def _bundle(of: str, at: str, url: str, composition: Node, case: LeavingCase, rest: list[Node]) -> Node:
    entries = [entry(url, composition), parts.patient(case), parts.hospital(case), *rest]
    return {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": urn(of, "document")},
        "type": "document",
        "timestamp": at,
        "entry": [pruned(one) for one in entries],
    }


def as_bytes(bundle: Node) -> bytes:
    """The same bundle always gives the same bytes."""
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()
