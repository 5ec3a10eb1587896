"""What a request asks for and from when, beside its question and its board."""

from __future__ import annotations

from integrations.fhir.entries.reading import Reading
from integrations.fhir.meaning.parties import board
from integrations.fhir.meaning.request import Request
from integrations.fhir.text.values import Node, codings, concept, day, days_of, joined, nodes, text, unique


def asked_for(request: Request, reading: Reading) -> str:
    """What is asked for, where the board is not called so; a code or words that only say that it is a review say nothing more."""
    own, hint = request.entry.resource, board(request, reading)
    many = [one for name in ("code", "serviceRequested", "specialty") for one in nodes(own.get(name))]
    plain, silent = set(reading.profile.words("request", "codes")), (hint.casefold(), *reading.profile.words("request", "silent"))
    said = unique(text(one.get("text")) if plain & {code for _, code in codings(one)} else concept(one) for one in many)
    return joined(*(one for one in said if one.casefold() not in silent), by=", ")


def wanted_from(own: Node) -> str:
    begins, ends = days_of(own.get("occurrencePeriod"))
    return begins if begins != ends or day(ends) is None else ""
