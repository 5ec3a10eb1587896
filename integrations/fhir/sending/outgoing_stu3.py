"""The decision as FHIR STU3 has it: other dates on the document, a list where R4 has one mode, a context where R4 has an encounter."""

from __future__ import annotations

from integrations.fhir.sending.outgoing import Letter, legal
from integrations.fhir.sending.outgoing_letter import composition_core, composition_rest, document_core, document_rest, referral
from integrations.fhir.sending.outgoing_people import person
from integrations.fhir.sending.outgoing_plan import careplan_core, encounter_core
from integrations.fhir.text.values import Node


def document(letter: Letter) -> Node:
    """The letter itself."""
    dates = {"created": letter.signed, "indexed": letter.signed}
    made = document_core(letter) | dates | document_rest(letter)
    if letter.has("careplan"):
        made["context"] = {"encounter": {"reference": letter.encounter_uri}} | made["context"]
    return made


def composition(letter: Letter) -> Node:
    """Its text."""
    attester = {"mode": ["legal"], "time": letter.signed, "party": person(letter.decision.signed_by)}
    return composition_core(letter) | {"attester": [attester]} | composition_rest(letter)


def encounter(letter: Letter) -> Node:
    """The discussion."""
    return encounter_core(letter) | {
        "incomingReferral": [referral(letter)],
        "reason": [{"text": legal(letter.decision.diagnosis)}],
    }


def careplan(letter: Letter) -> Node:
    """What was advised, first choice first."""
    told = {"context": {"reference": letter.encounter_uri}, "author": [person(letter.decision.signed_by)]}
    return careplan_core(letter, taken_back="cancelled") | told


def stamp(letter: Letter) -> Node:
    """A Bundle of STU3 carries no time of its own; that of the Composition says it."""
    return {}
