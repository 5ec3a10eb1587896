"""Around a request: who is asked, who asks, and the general practitioner."""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.bundle import Entry
from integrations.fhir.people import contact
from integrations.fhir.reading import Reading
from integrations.fhir.request import Request, is_review
from integrations.fhir.values import nodes, text
from mdo_portal.exchange import Contact


def board(request: Request, reading: Reading) -> str:
    """Who is asked to perform the review; else the only tumour board or service sent; else the kind of review asked for."""
    asked = [contact(item, request.entry, reading.where, reading.profile) for item in request.performers]
    services = [entry for entry in reading.where.entries if entry.kind == "HealthcareService"]
    boards = [entry for entry in services if is_review(entry, reading.profile)] or services
    named = [who.name or who.organisation for who in asked] + [
        text(entry.resource.get("name")) for entry in boards if len(boards) == 1
    ]
    return next((name for name in named if name), request.hint)


def referrer(request: Request, reading: Reading) -> Contact:
    who = contact(request.requester, request.entry, reading.where, reading.profile)
    if who.organisation or not request.on_behalf_of:
        return who
    house = contact(request.on_behalf_of, request.entry, reading.where, reading.profile)
    return replace(who, organisation=house.name)


def gp(patient: Entry, reading: Reading) -> Contact:
    named = nodes(patient.resource.get("generalPractitioner"))
    return contact(named[0], patient, reading.where, reading.profile) if named else Contact()
