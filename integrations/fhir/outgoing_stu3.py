"""The decision bundle as FHIR STU3 has it: other dates on the document, a list where R4 has one mode."""

from __future__ import annotations

from integrations.fhir.outgoing import (
    Letter,
    composition_core,
    composition_rest,
    created_once,
    document_core,
    document_rest,
    pruned,
    transaction,
)
from integrations.fhir.values import Node

from .outgoing_people import person


def decision_bundle(letter: Letter) -> Node:
    """A transaction with the letter (DocumentReference) and its text (Composition), each created once."""
    dates = {"created": letter.signed, "indexed": letter.signed}
    document = document_core(letter) | dates | document_rest(letter)
    attester = {"mode": ["legal"], "time": letter.signed, "party": person(letter.decision.signed_by)}
    composition = composition_core(letter) | {"attester": [attester]} | composition_rest(letter)
    return transaction(created_once(pruned(document), letter.uri), created_once(pruned(composition), letter.composition_uri))
