"""The decision as FHIR R4 has it."""

from __future__ import annotations

from integrations.fhir.sending.outgoing import Letter, legal
from integrations.fhir.sending.outgoing_letter import composition_core, composition_rest, document_core, document_rest, referral
from integrations.fhir.sending.outgoing_people import person
from integrations.fhir.sending.outgoing_plan import careplan_core, encounter_core
from integrations.fhir.text.values import Node


def document(letter: Letter) -> Node:
    """The letter itself."""
    made = document_core(letter) | {"date": letter.signed} | document_rest(letter)
    if letter.has("careplan"):
        made["context"] = {"encounter": [{"reference": letter.encounter_uri}]} | made["context"]
    return made


def composition(letter: Letter) -> Node:
    """Its text."""
    attester = {"mode": "legal", "time": letter.signed, "party": person(letter.decision.signed_by)}
    return composition_core(letter) | {"attester": [attester]} | composition_rest(letter)


def encounter(letter: Letter) -> Node:
    """The discussion."""
    return encounter_core(letter) | {"basedOn": [referral(letter)], "reasonCode": [{"text": legal(letter.decision.diagnosis)}]}


def careplan(letter: Letter) -> Node:
    """What was advised, first choice first."""
    told = {
        "encounter": {"reference": letter.encounter_uri},
        "created": letter.signed,
        "author": person(letter.decision.signed_by),
    }
    return careplan_core(letter, taken_back="revoked") | told


def stamp(letter: Letter) -> Node:
    """When a document Bundle was put together: as old as the signature."""
    return {"timestamp": letter.signed}
