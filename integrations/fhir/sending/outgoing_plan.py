"""The discussion (Encounter) and what was advised (CarePlan), in the shapes of Nictiz' draft MultidisciplinaryTeamMeeting (PR #138).

Until Nictiz publishes, profiles and extensions stand under an address of our own (`send.canonical`). Only codes that somebody
else was seen to use are coded (knowledge/interop.md 4.3); all else is said in words, and so is whatever an extension says: a receiver
that drops a condition ("if the PET is negative") would turn an advice into another one.
"""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.sending.outgoing import RELATED, Letter, instant, legal
from integrations.fhir.sending.outgoing_people import URI, identifier
from integrations.fhir.text.values import Node
from mdo_portal.exchange import Contact, DecisionForm, OutgoingAdvice

SNOMED = "http://snomed.info/sct"
CONFERENCE = {"system": SNOMED, "code": "384682003", "display": "multidisciplinaire zorgbespreking"}
PLAN = {"coding": [{"system": SNOMED, "code": "423134005", "display": "gedeelte betreffende behandelplan in status"}]}
CURATIVE = {"system": SNOMED, "code": "373808002", "display": "curatieve intentie"}
_OTHER = [{"url": "http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor", "valueCode": "OTH"}]


def encounter_core(letter: Letter) -> Node:
    """What an Encounter says in both versions."""
    decision = letter.decision
    return {
        "resourceType": "Encounter",
        "meta": {"profile": [letter.canonical("StructureDefinition/mdo-MultidisciplinaryTeamMeeting")]},
        "contained": letter.contained,
        "extension": _extension(letter, "mdo-Outcome", "valueCode", decision.outcome),
        "identifier": [identifier(URI, letter.encounter_uri)],
        "status": "finished",
        "class": CONFERENCE,
        "type": [{"text": decision.board_name}],
        "subject": letter.subject,
        "participant": [_participant(one) for one in decision.participants],
        # Both ends, also where one moment is all that is known: without an end it would still be going on (the zib says so).
        "period": {"start": instant(decision.meeting_at), "end": instant(decision.meeting_at)},
        "serviceProvider": {"display": decision.network_name},
    }


def careplan_core(letter: Letter, *, taken_back: str) -> Node:
    """What a CarePlan says in both versions. `taken_back`: what the version calls a plan that no longer holds."""
    decision = letter.decision
    is_over = decision.form is DecisionForm.WITHDRAWAL  # also for who never had the advice: it is no plan
    earlier = [{"identifier": identifier(URI, letter.earlier("careplan")), "display": decision.replaces_document_number}]
    relation = RELATED.get(letter.form, "")
    return {
        "resourceType": "CarePlan",
        "meta": {"profile": [letter.canonical("StructureDefinition/mdo-MultidisciplinaryTeamMeeting-Plan")]},
        "contained": letter.contained,
        "extension": _shared_intent(letter),
        "identifier": [identifier(URI, letter.own("careplan"))],
        "replaces": earlier if relation == "replaces" else [],
        "partOf": earlier if relation == "appends" else [],
        "status": taken_back if is_over else "active",
        "intent": "plan",
        "category": [PLAN],
        "title": decision.letter_title,
        "subject": letter.subject,
        "period": {"start": letter.signed},
        "addresses": [{"display": legal(decision.diagnosis)}],
        "supportingInfo": [{"identifier": identifier(URI, letter.uri), "display": decision.letter_title}],
        "activity": [] if is_over else [{"detail": _detail(letter, _typed(one))} for one in decision.advice],
    }


def _typed(one: OutgoingAdvice) -> OutgoingAdvice:
    """The same in signs that FHIR has."""
    text, condition, place, responsible = (legal(said).strip() for said in (one.text, one.condition, one.place, one.responsible))
    return replace(one, text=text, condition=condition, place=place, responsible=responsible)


def _participant(one: Contact) -> Node:
    """The role in the board's own word, as the draft does for a role without a code."""
    role = {"extension": _OTHER, "text": one.role} if one.role else {}
    shown = ", ".join(part for part in (one.name, one.organisation) if part)
    return {"type": [role], "individual": {"identifier": identifier(one.authority, one.number), "display": shown}}


def _detail(letter: Letter, one: OutgoingAdvice) -> Node:
    return {
        "extension": [
            *_extension(letter, "mdo-AdviceIntent", "valueCodeableConcept", _intent(letter, one)),
            *_extension(letter, "mdo-AdviceCondition", "valueString", one.condition),
        ],
        "code": _coded(letter, "advice-kind", one.kind, one.kind_words),
        "status": "not-started",
        "scheduledPeriod": {"end": one.due_on.isoformat() if one.due_on else ""},
        "location": {"display": one.place},
        "performer": [{"display": one.responsible}],
        "description": _words(one),
    }


def _words(one: OutgoingAdvice) -> str:
    """All of it as a person reads it, so that nothing hangs on an extension."""
    said = [one.text or one.kind_words]
    said += [f"Voorwaarde: {one.condition}"] if one.condition else []
    said += [f"Bedoeling: {one.intent_words}"] if one.intent_words else []
    return "\n".join(filter(None, said))


def _intent(letter: Letter, one: OutgoingAdvice) -> Node:
    known = [CURATIVE] if one.intent == "curative" else []
    own = _coded(letter, "advice-intent", one.intent, one.intent_words)
    return {"coding": [*known, *own.get("coding", [])], "text": one.intent_words} if own else {}


def _shared_intent(letter: Letter) -> list[Node]:
    """The draft knows one intent for the whole plan: said only when the board said no other."""
    said = {one.intent: one for one in letter.decision.advice if one.intent}
    one = next(iter(said.values())) if len(said) == 1 and letter.decision.form is not DecisionForm.WITHDRAWAL else None
    return _extension(letter, "mdo-IntentTreatment", "valueCodeableConcept", _intent(letter, one)) if one else []


def _coded(letter: Letter, system: str, code: str, words: str) -> Node:
    own = letter.canonical(f"CodeSystem/{system}")
    coding = [{"system": own, "code": code, "display": words}] if own and code else []
    return {"coding": coding, "text": words or code} if code or words else {}


def _extension(letter: Letter, name: str, kind: str, value: str | Node) -> list[Node]:
    url = letter.canonical(f"StructureDefinition/{name}")
    return [{"url": url, kind: value}] if url and value else []
